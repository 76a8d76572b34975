"""What people did at the server, as a hash chain: ids and codes only."""

from __future__ import annotations

import getpass
import os

from sqlalchemy import Connection, insert, select

from central.schema import next_number
from central.tables import audit
from station_app.domain.canonical import canonical_json, sha256_hex


def actor() -> str:
    """Who runs this command: the operating system's account."""
    try:
        return getpass.getuser()[:100]
    except (KeyError, OSError):  # an account without a name
        return f"uid {os.getuid()}" if hasattr(os, "getuid") else "unknown"


def note(tx: Connection, action: str, subject: str, now: str) -> None:
    """Add a row to the chain in the caller's transaction."""
    seq = next_number(tx, "audit")
    before = tx.execute(select(audit.c.hash).where(audit.c.seq == seq - 1)).scalar() or ""
    row = {"seq": seq, "at": now, "actor": actor(), "action": action, "subject": subject[:100]}
    tx.execute(insert(audit).values(**row, hash=_hash(before, row)))


def first_broken(tx: Connection) -> int | None:
    """The number of the first row that does not follow from the one before it; None when the chain holds."""
    before = ""
    for expected, row in enumerate(tx.execute(select(audit).order_by(audit.c.seq)).mappings(), start=1):
        content = {name: row[name] for name in ("seq", "at", "actor", "action", "subject")}
        if row["seq"] != expected or row["hash"] != _hash(before, content):
            return expected
        before = row["hash"]
    return None


def _hash(before: str, row: dict[str, object]) -> str:
    return sha256_hex(before.encode() + canonical_json(row))
