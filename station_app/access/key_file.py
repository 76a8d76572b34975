"""``keys.json``: the slots that hold the wrapped master key. ASCII JSON, replaced whole, standard library only.

    {"format": 1, "operators": [slot, ...], "recovery": [{"recipient": "age1...", "sealed": base64}, ...], "check": hex}

``check`` is the SHA-256 of the rest: a file that the disk has hurt must not read as a wrong password.
An operator's slot names its operator and OS account, how its key is derived, and whether a device secret is part of
it. Everything in it but ``sealed`` is authenticated by the sealing.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from station_app import durable
from station_app.access.nameplate import FILE, document
from station_app.domain.canonical import canonical_json, sha256_hex
from station_app.durable import Point
from station_app.errors import EnvironmentFault

FORMAT = 1
_TURN = Lock()


@dataclass(frozen=True)
class Cost:
    """Argon2id (RFC 9106): ``passes``, memory in KiB, lanes."""

    passes: int
    memory_kib: int
    lanes: int


@dataclass(frozen=True)
class OperatorSlot:
    """The master key under one operator's password, on one OS account. ``salt``, ``nonce``, ``sealed``: bytes."""

    slot_id: str
    operator_id: str
    name: str
    account: str
    device_secret: bool
    cost: Cost
    salt: bytes
    nonce: bytes
    sealed: bytes

    def header(self) -> dict[str, Any]:
        """All that stands in the file but ``sealed``."""
        return {**_encoded(self.__dict__), "cost": asdict(self.cost)} | {"sealed": None}


@dataclass(frozen=True)
class RecoverySlot:
    """The master key sealed with age to the association's recipient."""

    recipient: str
    sealed: bytes


@dataclass(frozen=True)
class KeyFile:
    """All slots of a home."""

    operators: tuple[OperatorSlot, ...] = ()
    recovery: tuple[RecoverySlot, ...] = ()


def read(home: Path) -> KeyFile:
    """The slots; none for a home without the file.

    Raises EnvironmentFault ``keys_damaged``, ``keys_too_new``, ``keys_unreadable``.
    """
    raw = document(home)
    try:
        return KeyFile() if raw is None else _parse(raw)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise EnvironmentFault("keys_damaged") from error


def write(home: Path, keys: KeyFile) -> None:
    """Replace the file whole. EnvironmentFault ``keys_unwritable``."""
    document = {
        "format": FORMAT,
        "operators": [{**slot.header(), "sealed": _to_text(slot.sealed)} for slot in keys.operators],
        "recovery": [{"recipient": slot.recipient, "sealed": _to_text(slot.sealed)} for slot in keys.recovery],
    }
    try:
        durable.make_folder(home, Point.KEY_SLOTS)
        text = json.dumps({**document, "check": _check(document)}, indent=1)
        durable.write_file(home / FILE, text.encode("ascii"), Point.KEY_SLOTS)
    except OSError as error:
        raise EnvironmentFault("keys_unwritable", errno=error.errno) from error


def change(home: Path, how: Callable[[KeyFile], KeyFile]) -> KeyFile:
    """Replace the file by what ``how`` makes of it, and return what was there.

    One process has the home; its threads take turns: what the association shuts out or erases while a clerk changes
    the password must not come back. Raises as ``read`` and ``write``, and whatever ``how`` raises.
    """
    with _TURN:
        former = read(home)
        write(home, how(former))
    return former


def _parse(raw: Mapping[str, Any]) -> KeyFile:
    if int(raw["format"]) > FORMAT:
        raise EnvironmentFault("keys_too_new")
    rest = {name: value for name, value in raw.items() if name != "check"}
    if raw.get("check", _check(rest)) != _check(rest):  # files of the first release have none
        raise EnvironmentFault("keys_damaged")
    return KeyFile(
        tuple(_parse_operator(each) for each in raw["operators"]),
        tuple(RecoverySlot(str(each["recipient"]), _to_bytes(each["sealed"])) for each in raw["recovery"]),
    )


def _check(document: Mapping[str, Any]) -> str:
    return sha256_hex(canonical_json(document))


def _parse_operator(raw: Mapping[str, Any]) -> OperatorSlot:
    return OperatorSlot(
        slot_id=str(raw["slot_id"]),
        operator_id=str(raw["operator_id"]),
        name=str(raw["name"]),
        account=str(raw["account"]),
        device_secret=bool(raw["device_secret"]),
        cost=Cost(**{name: int(value) for name, value in raw["cost"].items()}),
        salt=_to_bytes(raw["salt"]),
        nonce=_to_bytes(raw["nonce"]),
        sealed=_to_bytes(raw["sealed"]),
    )


def _encoded(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _to_text(value) if isinstance(value, bytes) else value for name, value in values.items()}


def _to_text(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


def _to_bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
