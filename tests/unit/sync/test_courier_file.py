"""The sealed file and its document: what was written is read again, and whatever else is refused by a code."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station_app.errors import UserError
from sync.courier_wire import Export, begin, check_signed, enclosure, read_document
from sync.envelope import new_private_key, public_key_of
from sync.sealing import MAGIC, PIECE, Reader, seal, unseal
from sync.wire import SyncRequest

_KEY = new_private_key()
_EXPORT = Export(
    export_id="00000000-0000-4000-8000-000000000000",
    volume=1,
    volumes=1,
    device_id="device",
    audience="server",
    made_at="2024-05-15T06:30:00Z",
    requests=[SyncRequest()],
)


def _sealed(content: bytes) -> bytes:
    return b"".join(seal([content], public_key_of(_KEY)))


def _unsealed(content: bytes, key: bytes = _KEY) -> bytes:
    return b"".join(unseal(io.BytesIO(content), key))


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_any_size_is_read_again(size: int) -> None:
    content = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    sealed = _sealed(content)
    assert _unsealed(sealed) == content
    with pytest.raises(UserError, match="courier_not_for_us"):
        _unsealed(sealed, new_private_key())


def test_pieces_cannot_be_left_out_moved_or_repeated() -> None:
    sealed = _sealed(b"a" * PIECE + b"b" * PIECE + b"c" * PIECE)
    whole = PIECE + 16
    head, pieces = sealed[: -3 * whole], [sealed[-at * whole : len(sealed) - (at - 1) * whole] for at in (3, 2, 1)]
    a, b, c = pieces
    assert _unsealed(head + a + b + c)
    for wrong in ([a, b], [a, c], [b, a, c], [a, a, c], [a, b, c, c], [c], [a, b, c[:-1]], [a, b, c, b"x"], []):
        with pytest.raises(UserError, match="courier_damaged"):
            _unsealed(head + b"".join(wrong))


_SEALED = _sealed(b"what the file says")


@given(st.integers(0, 2**16), st.integers(1, 255))
def test_one_changed_byte_is_seen(place: int, bits: int) -> None:
    at = place % len(_SEALED)
    with pytest.raises(UserError, match="courier_"):
        _unsealed(_SEALED[:at] + bytes([_SEALED[at] ^ bits]) + _SEALED[at + 1 :])


@given(st.binary(max_size=400))
def test_whatever_is_no_file_is_refused(content: bytes) -> None:
    for start in (b"", MAGIC, MAGIC + len(content).to_bytes(4)):
        with pytest.raises(UserError, match="courier_"):
            _unsealed(start + content)


def _in_crumbs(content: bytes) -> Iterator[bytes]:
    for at in range(0, len(content), 7):
        yield content[at : at + 7]


def test_a_document_its_signature_and_an_enclosure() -> None:
    reader = Reader(_in_crumbs(begin(_EXPORT, _KEY) + b"page"))
    document, signature, signed = read_document(Export, reader)
    assert document == _EXPORT
    check_signed(public_key_of(_KEY), signature, signed)
    with pytest.raises(UserError, match="courier_signature"):
        check_signed(public_key_of(new_private_key()), signature, signed)
    with pytest.raises(UserError, match="courier_damaged"):  # the bytes are not those of the hash
        list(enclosure(reader, 4, "0" * 64))
    reader.end()


@given(st.binary(max_size=200))
def test_whatever_is_no_document_is_refused(content: bytes) -> None:
    for start in (b"", len(content).to_bytes(4)):
        with pytest.raises(UserError, match="courier_"):
            read_document(Export, Reader(iter([start + content])))
