"""What the association says of who may work here: operators shut out, this PC shut out, and its erasing.

A revoked PC is locked and keeps its data until the server has it; only a signed order, for this device and this moment,
erases. The backups that can be reached and the keys go first, these in one file that is replaced whole: what a power
cut leaves behind nobody can read.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from station_app import durable
from station_app.access import key_file, nameplate, slots
from station_app.domain.canonical import canonical_json, sha256_hex
from station_app.durable import Point
from station_app.errors import EnvironmentFault, UserError
from station_app.events import Changed, Kind
from station_app.services import backup, passes, people
from station_app.services.desk import Desk
from station_app.store import UnitOfWork, faults
from sync.envelope import decode_key, read_order
from sync.wire import OperatorEntry

SHUT_OUT = frozenset({"device_revoked", "erased"})  # codes after which nothing is shown any more
MARK = "erased"  # the keys are gone; what is left in the home is rubbish
_LEFT = ("store.db", "store.db-wal", "store.db-shm", "store.open", "roster.db", "roster.db-wal", "roster.db-shm")
_FOLDERS = ("scans", "trash", "backups", "aside")


def is_revoked(uow: UnitOfWork) -> bool:
    """Whether the server has shut this PC out, as far as it has been heard."""
    return uow.facts.get("revoked_at") is not None


def shuts_out(desk: Desk) -> str:
    """The code of why nothing may be shown any more, empty while all is well."""
    if not desk.master:
        return "erased"
    with desk.store.read() as uow:
        return "device_revoked" if is_revoked(uow) else ""


def heard(desk: Desk, *, revoked: bool) -> Changed:
    """The server's word on this PC, at every contact."""
    with desk.store.read() as uow:
        if is_revoked(uow) is revoked:
            return Changed()
    with desk.store.write(Point.SYNC_STATE) as uow:
        uow.facts.set("revoked_at", desk.now() if revoked else None)
        uow.audit.add("device_revoked" if revoked else "device_admitted", "device", desk.operator.id)
    return Changed.of(Kind.SYNC, Kind.OPERATORS)


# ---- operators


def roll(uow: UnitOfWork) -> tuple[OperatorEntry, ...] | None:
    """Everybody who may work here, for the server; None when it knows them already."""
    entries = tuple(
        OperatorEntry(id=each.id, name=each.name, role=each.role.value, active=not each.disabled)
        for each in uow.operators.all()
    )
    return None if uow.facts.get("roll_told") == _digest(uow, entries) else entries


def roll_told(desk: Desk, told: Sequence[OperatorEntry] | None) -> None:
    """The server has taken the roll."""
    if told is not None:
        with desk.store.write(Point.SYNC_STATE) as uow:
            uow.facts.set("roll_told", _digest(uow, told))


def _digest(uow: UnitOfWork, entries: Sequence[OperatorEntry]) -> str:
    """Of the roll and of whom it was told to: another device, or a restored server, has not heard it."""
    listener = [uow.facts.get("device_id"), uow.facts.get("epoch")]
    return sha256_hex(canonical_json([*listener, *(each.model_dump() for each in entries)]))


def shut_out(desk: Desk, operator_ids: Sequence[str]) -> Changed:
    """These operators are revoked, and nobody else; the others go on."""
    told = " ".join(sorted(operator_ids))
    with desk.store.read() as uow:
        if (uow.facts.get("revoked_operators") or "") == told:
            return Changed()
    with desk.store.write(Point.SYNC_STATE) as uow:
        uow.facts.set("revoked_operators", told or None)
        gone = [each for each in uow.operators.all() if each.id in operator_ids]
        for each in gone:
            people.shut_out(uow, each, "")
    for each in gone:
        slots.remove_operator_slots(desk.home, each.id, desk.secrets)
    with desk.store.read() as uow:
        desk.operator = uow.operators.get(desk.operator.id)
    return Changed.of(Kind.OPERATORS)


# ---- erasing


def obey(desk: Desk, order: str, now: float) -> bool:
    """Erase the keys if the order holds and nothing is left that only this PC has; whether they are erased.

    ``now``: seconds since 1970 in the server's time. The files go when the desk is closed. An order that does not hold
    is noted and changes nothing.
    """
    with desk.store.read() as uow:
        server_key, device_id = uow.facts.get("server_key") or "", uow.facts.get("device_id") or ""
    try:
        told = read_order(order, decode_key(server_key), device_id, now)
    except UserError as error:
        with desk.store.write(Point.AUDIT) as uow:
            uow.audit.add("order_refused", "device", "", code=error.code)
        return False
    if not told.undelivered and _only_here(desk):
        return False
    backup.erase_all(desk)
    _erase_keys(desk)
    return True


def _only_here(desk: Desk) -> bool:
    left = passes.backlog(desk)
    with desk.store.read() as uow:
        return bool(left.pending or left.quarantined or uow.applications.unfinished())


def _erase_keys(desk: Desk) -> None:
    with faults.named(desk.home):
        durable.write_file(desk.home / MARK, b"", Point.KEY_SLOTS)
    former = key_file.change(desk.home, lambda _keys: key_file.KeyFile())
    slots.forget(former.operators, desk.secrets)
    desk.master = b""


def finish(home: Path) -> None:
    """Clear away what an obeyed order has left, where no key opens it any more; the caller holds the home."""
    if not (home / MARK).exists() or key_file.read(home).operators:
        return
    try:
        for name in _FOLDERS:
            shutil.rmtree(home / name, ignore_errors=True)
        for name in (*_LEFT, "recovery.json", nameplate.FILE, MARK):
            (home / name).unlink(missing_ok=True)
    except OSError as error:
        raise EnvironmentFault("home_unwritable", errno=error.errno) from error
