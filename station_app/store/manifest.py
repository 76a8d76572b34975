"""What a backup holds: the list of its files, proved by a key that only this home's master key gives.

    {"mac": hex, "manifest": {"format": 1, "at": ..., "number": 7, "generation": 0, "audit_seq": 412, "absent": 0,
                              "audit_hash": hex,
                              "files": {"store.db": [size, sha256], "keys.json": [...], "scans/ab/abcd...": [...]}}}

Everything that is listed is encrypted already; the manifest itself holds numbers and keyed names only.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from station_app.domain.canonical import canonical_json
from station_app.errors import EnvironmentFault
from station_app.store.times import stamp

FILE = "manifest.json"
FORMAT = 1
_NUMBERS = ("number", "generation", "audit_seq", "absent")
_PATH = re.compile(r"store\.db|keys\.json|scans/([0-9a-f]{2})/\1[0-9a-f]{62}")


@dataclass(frozen=True)
class Entry:
    """One file as it lies in the backup: bytes and SHA-256 of what is written there."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """``at``: when the snapshot was taken. ``number`` grows with each backup of a set. ``absent``: pages that were
    gone or damaged in the home and in every earlier backup, too. ``audit_seq``, ``audit_hash``: how far the audit
    chain reached, and its end (empty: written by an earlier version).
    """

    at: str
    number: int
    generation: int
    audit_seq: int
    absent: int
    files: Mapping[str, Entry]
    audit_hash: str = ""

    @property
    def scans(self) -> dict[str, Entry]:
        return {path: entry for path, entry in self.files.items() if path.startswith("scans/")}

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(entry.size for entry in self.files.values())

    def sealed(self, key: bytes) -> bytes:
        """The document with its proof."""
        content = {
            "format": FORMAT,
            "at": self.at,
            **{name: getattr(self, name) for name in _NUMBERS},
            "audit_hash": self.audit_hash,
            "files": {path: [entry.size, entry.sha256] for path, entry in self.files.items()},
        }
        return canonical_json({"manifest": content, "mac": _mac(key, content)})


def read_manifest(document: bytes) -> Manifest:
    """What a manifest says, not proved yet. Raises EnvironmentFault ``backup_damaged``, ``backup_too_new``."""
    content = _content(document)
    try:
        if int(content["format"]) > FORMAT:
            raise EnvironmentFault("backup_too_new")
        files = {str(path): Entry(int(size), str(digest)) for path, (size, digest) in content["files"].items()}
        numbers = {name: int(content[name]) for name in _NUMBERS}
        told = str(content.get("audit_hash", ""))
        manifest = Manifest(stamp(str(content["at"])), **numbers, files=files, audit_hash=told)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise EnvironmentFault("backup_damaged") from error
    if not {"store.db", "keys.json"} <= files.keys() or not all(_PATH.fullmatch(path) for path in files):
        raise EnvironmentFault("backup_damaged")
    return manifest


def prove(document: bytes, key: bytes) -> None:
    """Raises EnvironmentFault ``backup_damaged`` for a manifest that was not made with this key."""
    raw = json.loads(document)
    if not hmac.compare_digest(str(raw.get("mac")), _mac(key, raw["manifest"])):
        raise EnvironmentFault("backup_damaged")


def _content(document: bytes) -> Mapping[str, Any]:
    try:
        content = json.loads(document)["manifest"]
    except (KeyError, TypeError, ValueError) as error:
        raise EnvironmentFault("backup_damaged") from error
    if not isinstance(content, dict):
        raise EnvironmentFault("backup_damaged")
    return content


def _mac(key: bytes, content: object) -> str:
    return hmac.digest(key, canonical_json(content), "sha256").hex()
