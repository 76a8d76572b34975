"""The server's own keys: Ed25519 to sign with, and an age recipient under which every station seals a recovery slot.

The recovery identity is written once, beside the keys, for a person to carry away: the server never reads it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pyrage

from central.home import Home
from station_app import durable
from station_app.durable import Point
from station_app.errors import UserError
from sync.envelope import fingerprint, new_private_key, private_key_from_pem, private_key_pem, public_key_of

_SERVER_KEY = "server-key.pem"
_RECIPIENT = "recovery-recipient.txt"
_IDENTITY = "recovery-identity.txt"


@dataclass(frozen=True)
class ServerKeys:
    """``private``, ``public``: 32 raw bytes each; ``key_id``: the fingerprint; ``recovery_recipient``: ``age1...``."""

    private: bytes = field(repr=False)
    public: bytes
    key_id: str
    recovery_recipient: str


def make_keys(home: Home) -> ServerKeys:
    """Make whatever is missing; a key that is there stays."""
    durable.make_folder(home.keys, Point.SERVER_KEYS)
    _make_recovery(home.keys)
    if not (home.keys / _SERVER_KEY).exists():
        durable.write_file(home.keys / _SERVER_KEY, private_key_pem(new_private_key()), Point.SERVER_KEYS)
    return load_keys(home)


def load_keys(home: Home) -> ServerKeys:
    """Read the keys; raises UserError ``central_not_initialised``."""
    try:
        private = private_key_from_pem((home.keys / _SERVER_KEY).read_bytes())
        recipient = (home.keys / _RECIPIENT).read_text("utf-8").strip()
    except FileNotFoundError as error:
        raise UserError("central_not_initialised", home=str(home.path)) from error
    public = public_key_of(private)
    return ServerKeys(private, public, fingerprint(public), recipient)


def recovery_identity(home: Home) -> Path:
    """The file that a person carries to a safe place."""
    return home.keys / _IDENTITY


def _make_recovery(folder: Path) -> None:
    """The identity is written before its recipient: a recipient without its identity would seal for nobody."""
    if (folder / _RECIPIENT).exists():
        return
    identity = pyrage.x25519.Identity.generate()
    durable.write_file(folder / _IDENTITY, f"{identity}\n".encode(), Point.SERVER_KEYS)
    durable.write_file(folder / _RECIPIENT, f"{identity.to_public()}\n".encode(), Point.SERVER_KEYS)
