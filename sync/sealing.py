"""A sealed file of any size, read and written in pieces: what a stick carries between a station and the server.

    zhutui-courier/1\n
    length (4 bytes, the highest first), the file's key sealed with age (ssh-ed25519) to the reader's own key
    pieces of AES-256-GCM (NIST SP 800-38D), each PIECE bytes but the last; the nonce is the piece's number and
    whether it is the last, so that none can be left out, moved, added or cut off unseen

Sealing proves nothing of who wrote it: what is inside is signed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO

import pyrage
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from station_app.errors import UserError
from sync.envelope import openssh_private_key, openssh_public_key

MAGIC = b"zhutui-courier/1\n"
PIECE = 256 * 1024
_TAG = 16
_KEY = 32
_LONGEST_HEAD = 4096  # bytes of a sealed key


def seal(content: Iterable[bytes], reader: bytes) -> Iterator[bytes]:
    """The file's bytes; ``reader``: the Ed25519 public key, 32 raw bytes, of who may open it."""
    key = AESGCM.generate_key(_KEY * 8)
    head = bytes(pyrage.encrypt(key, [pyrage.ssh.Recipient.from_str(openssh_public_key(reader))]))
    begin = MAGIC + len(head).to_bytes(4) + head
    yield begin
    cipher = AESGCM(key)
    for number, (piece, last) in enumerate(_with_last(_pieces(content))):
        yield cipher.encrypt(_nonce(number, last), piece, begin)


def unseal(file: BinaryIO, reader: bytes) -> Iterator[bytes]:
    """The content again; ``reader``: the private key, 32 raw bytes.

    Raises UserError ``courier_unreadable`` (no such file), ``courier_not_for_us``, ``courier_damaged``; the last one
    only when the damage is reached: nothing that was yielded before is false, but there may be less than there was.
    """
    begin = file.read(len(MAGIC) + 4)
    if not begin.startswith(MAGIC):
        raise UserError("courier_unreadable")
    size = int.from_bytes(begin[len(MAGIC) :])
    head = file.read(size) if 0 < size <= _LONGEST_HEAD else b""
    cipher = AESGCM(_opened(head, reader))
    for number, (piece, last) in enumerate(_with_last(_sealed_pieces(file))):
        try:
            yield cipher.decrypt(_nonce(number, last), piece, begin + head)
        except InvalidTag as error:
            raise UserError("courier_damaged") from error


def _opened(head: bytes, reader: bytes) -> bytes:
    try:
        key = bytes(pyrage.decrypt(head, [pyrage.ssh.Identity.from_buffer(openssh_private_key(reader))]))
    except pyrage.DecryptError as error:
        # age cannot tell another's key from a damaged one; where its first line is whole, it is another's
        raise UserError(
            "courier_not_for_us" if head.startswith(b"age-encryption.org/") else "courier_damaged"
        ) from error
    if len(key) != _KEY:
        raise UserError("courier_damaged")
    return key


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11) + bytes([last])


def _pieces(content: Iterable[bytes]) -> Iterator[bytes]:
    """Cut anew into PIECE bytes; the last may be shorter, and is empty where there is nothing."""
    held = bytearray()
    for chunk in content:
        held += chunk
        while len(held) > PIECE:
            yield bytes(held[:PIECE])
            del held[:PIECE]
    yield bytes(held)


def _sealed_pieces(file: BinaryIO) -> Iterator[bytes]:
    piece = file.read(PIECE + _TAG)
    while True:
        following = file.read(PIECE + _TAG)
        yield piece
        if not following:
            return
        piece = following


def _with_last(pieces: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each with whether it is the last."""
    held = next(pieces)
    for piece in pieces:
        yield held, False
        held = piece
    yield held, True


class Reader:
    """Takes exact lengths from a stream of chunks. Raises UserError ``courier_damaged`` where it ends too early."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._held = b""

    def take(self, size: int) -> bytes:
        return b"".join(self.pieces(size))

    def pieces(self, size: int) -> Iterator[bytes]:
        """The next ``size`` bytes, as they come."""
        while size:
            if not self._held:
                self._held = next(self._chunks, b"")
                if not self._held:
                    raise UserError("courier_damaged")
            piece, self._held = self._held[:size], self._held[size:]
            size -= len(piece)
            yield piece

    def end(self) -> None:
        """Read to the end; there must be nothing more."""
        if self._held or any(self._chunks):
            raise UserError("courier_damaged")
