"""The keys of one store, all derived from the master key of the home (HKDF-SHA256, RFC 5869)."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MASTER_BYTES = 32
_PURPOSES = ("database", "scans", "names", "audit", "backups", "papers")


@dataclass(frozen=True)
class StoreKeys:
    """32 bytes each: the database's raw key, the scans' AES key, the HMAC keys of names, audit chain, backups and
    printed papers.
    """

    database: bytes = field(repr=False)
    scans: bytes = field(repr=False)
    names: bytes = field(repr=False)
    audit: bytes = field(repr=False)
    backups: bytes = field(repr=False)
    papers: bytes = field(repr=False)

    @classmethod
    def derive(cls, master: bytes) -> StoreKeys:
        """The six subkeys of a 32-byte master key."""
        return cls(*(_subkey(master, purpose) for purpose in _PURPOSES))


def _subkey(master: bytes, purpose: str) -> bytes:
    info = f"zhutui-station store {purpose} v1".encode()
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(master)
