"""What a courier's file says: the wire's own messages, signed, and what belongs to them.

length (4 bytes, the highest first), the document as JSON
length (4 bytes), its signature: Ed25519 over its SHA-256, by the device or by the server
the enclosures, in the document's order, each of the size and hash that it names
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Annotated, Literal, TypeVar

from pydantic import Field, ValidationError

from station_app.errors import UserError
from sync.envelope import SUITE, check_signature, sign
from sync.sealing import Reader
from sync.wire import (
    MAX_BLOB,
    Cursor,
    EnrolAnswer,
    EnrolRequest,
    Key64,
    OpId,
    PackAnswer,
    ReferenceText,
    Sha256,
    SyncAnswer,
    SyncRequest,
    WireModel,
)

LARGEST_DOCUMENT = 256 * 2**20  # bytes
LARGEST_PAGE = 16 * 2**20  # bytes of one page of the roster, packed
MOST_VOLUMES = 999
_LONGEST_SIGNATURE = 200
_Document = TypeVar("_Document", bound=WireModel)


class ExportScan(WireModel):
    """A page that travels; its bytes are an enclosure."""

    reference: ReferenceText
    sha256: Sha256
    size: int = Field(ge=1, le=MAX_BLOB)


class Export(WireModel):
    """What a station gives along. Every volume stands alone: whatever it has of a case, it has all the case's ops.

    ``enrol``: of a station that was set up from a package and has had no answer yet; only then ``device_id`` may be
    unknown to the server.
    """

    format: Literal["zhutui-export-1"] = "zhutui-export-1"
    export_id: OpId
    volume: int = Field(ge=1, le=MOST_VOLUMES)
    volumes: int = Field(ge=1, le=MOST_VOLUMES)
    device_id: str = Field(min_length=1, max_length=64)
    audience: str = Field(max_length=64)  # the server's key id
    made_at: str = Field(max_length=30)  # ISO 8601, UTC, by the station's clock
    enrol: EnrolRequest | None = None
    requests: list[SyncRequest] = Field(min_length=1, max_length=10_000)
    scans: list[ExportScan] = Field(default_factory=list, max_length=100_000)


class Turn(WireModel):
    """One answer, and from where on it tells. ``epoch``: the one that the station named."""

    asked: Cursor
    epoch: str
    answer: SyncAnswer


class EnclosedPage(WireModel):
    """A page of the roster (``RosterPage`` as JSON, gzip), an enclosure of ``size`` bytes."""

    position: str = Field(max_length=2000)
    sha256: Sha256
    size: int = Field(ge=1, le=LARGEST_PAGE)


class Answer(WireModel):
    """What the server gives back for one volume. It says only to its device what the network would say."""

    format: Literal["zhutui-answer-1"] = "zhutui-answer-1"
    export_id: OpId
    volume: int = Field(ge=1, le=MOST_VOLUMES)
    volumes: int = Field(ge=1, le=MOST_VOLUMES)
    device_id: str
    made_at: str
    enrolled: EnrolAnswer | None = None
    turns: list[Turn] = Field(min_length=1, max_length=20_000)
    packs: list[PackAnswer] = Field(default_factory=list, max_length=1000)
    roster: list[EnclosedPage] = Field(default_factory=list, max_length=100_000)


class Package(WireModel):
    """What a station without network is set up from. No secret: the code travels on paper.

    ``check``: some bits of the code's hash, so that another station's code is noticed while setting up.
    """

    format: Literal["zhutui-package-1"] = "zhutui-package-1"
    made_at: str = Field(max_length=30)
    identity: EnrolAnswer
    check: Annotated[str, Field(pattern=r"^[0-9a-f]{5}$")]


class SignedPackage(WireModel):
    """``text``: a ``Package`` as JSON, as it was signed."""

    text: str = Field(max_length=64 * 1024)
    server_key: Key64
    signature: str = Field(max_length=_LONGEST_SIGNATURE)


def package_check(secret: str) -> str:
    """Twenty bits: enough to notice a code of another package, nothing that helps to guess the rest of this one."""
    return hashlib.sha256(f"package-check:{secret}".encode()).hexdigest()[:5]


# ---- signed documents


def begin(document: WireModel, private_key: bytes) -> bytes:
    """A document and its signature, before the enclosures."""
    text = document.model_dump_json().encode()
    signature = sign(private_key, _signed(type(document), text)).encode()
    return b"".join((len(text).to_bytes(4), text, len(signature).to_bytes(4), signature))


def read_document(model: type[_Document], reader: Reader) -> tuple[_Document, str, bytes]:
    """The document, its signature and the bytes that were signed; whose signature it must be the document tells.

    Raises UserError ``courier_damaged``, ``courier_unreadable`` (another kind of document, or another version's).
    """
    text = reader.take(_length(reader, LARGEST_DOCUMENT))
    signature = reader.take(_length(reader, _LONGEST_SIGNATURE))
    try:
        document = model.model_validate_json(text)
    except ValidationError as error:
        raise UserError("courier_unreadable") from error
    return document, signature.decode("ascii", "replace"), _signed(model, text)


def check_signed(public_key: bytes, signature: str, signed: bytes) -> None:
    """Raises UserError ``courier_signature``."""
    try:
        check_signature(public_key, signed, signature)
    except UserError as error:
        raise UserError("courier_signature") from error


def enclosure(reader: Reader, size: int, sha256: str) -> Iterator[bytes]:
    """The next enclosure's bytes; raises UserError ``courier_damaged`` at their end when they are others."""
    seen = hashlib.sha256()
    for piece in reader.pieces(size):
        seen.update(piece)
        yield piece
    if seen.hexdigest() != sha256:
        raise UserError("courier_damaged")


def skip(pieces: Iterable[bytes]) -> None:
    for _ in pieces:
        pass


def sign_package(package: Package, private_key: bytes, public_key: str) -> SignedPackage:
    text = package.model_dump_json()
    return SignedPackage(text=text, server_key=public_key, signature=sign(private_key, _signed(Package, text.encode())))


def read_package(signed: SignedPackage, public_key: bytes) -> Package:
    """Raises UserError ``courier_signature``, ``courier_unreadable``."""
    check_signed(public_key, signed.signature, _signed(Package, signed.text.encode()))
    try:
        return Package.model_validate_json(signed.text)
    except ValidationError as error:
        raise UserError("courier_unreadable") from error


def _signed(model: type[WireModel], text: bytes) -> bytes:
    return f"courier-{model.__name__.lower()}:{SUITE}:{hashlib.sha256(text).hexdigest()}".encode()


def _length(reader: Reader, most: int) -> int:
    length = int.from_bytes(reader.take(4))
    if not 0 < length <= most:
        raise UserError("courier_damaged")
    return length
