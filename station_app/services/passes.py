"""What became of the passes of sync, for the page 同步 and for ``station sync``; and the clerk's hand in the queue."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from station_app.domain.operator import Act
from station_app.durable import Point
from station_app.errors import UserError
from station_app.events import Changed, Kind
from station_app.services import retention
from station_app.services.desk import Desk, Written, stamp
from station_app.services.incoming import read_cursor, write_cursor
from station_app.store.records import OutboxRow, OutboxState
from sync.wire import SyncAnswer

_OPEN = (OutboxState.WAITING, OutboxState.ACCEPTED)
_ASIDE = (OutboxState.QUARANTINED, OutboxState.REFUSED, OutboxState.FORKED)
_TRIES = 5
_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
_COUNTS = ("sent", "blobs", "received", "pending", "quarantined")


@dataclass(frozen=True)
class PassReport:
    """One pass. ``code`` says why it ended early, None when it came to its end.

    ``sent``: ops the server accepted; ``blobs``: scans that arrived whole; ``received``: ops closed by receipts;
    ``pending``: ops that still wait, for the server or for a receipt; ``quarantined``: ops that wait for a person
    (set aside, refused or forked). ``bytes``: of scans; ``warnings``: codes; ``skew_seconds``: how wrong this PC's
    clock is, 0 when it hardly is. ``held``, ``held_bytes``: scans that wait for their hour or for the clerk's word, and
    ``roster_held``: a roster of many members does.
    """

    at: str
    sent: int = 0
    blobs: int = 0
    received: int = 0
    pending: int = 0
    quarantined: int = 0
    bytes: int = 0
    requests: int = 0
    code: str | None = None
    warnings: tuple[str, ...] = ()
    skew_seconds: int = 0
    held: int = 0
    held_bytes: int = 0
    roster_held: bool = False

    def counts(self) -> dict[str, int]:
        """What ``station sync`` prints."""
        return {name: getattr(self, name) for name in _COUNTS}

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "warnings": list(self.warnings)}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> PassReport:
        return cls(**{**raw, "warnings": tuple(raw.get("warnings", ()))})


@dataclass(frozen=True)
class Backlog:
    """How many ops are left, by who must act."""

    pending: int
    quarantined: int


def backlog(desk: Desk) -> Backlog:
    with desk.store.read() as uow:
        counts = uow.outbox.counts()
    return Backlog(sum(counts[each] for each in _OPEN), sum(counts[each] for each in _ASIDE))


def queue(desk: Desk) -> tuple[OutboxRow, ...]:
    """Everything that is not done, the oldest first."""
    with desk.store.read() as uow:
        return tuple(uow.outbox.in_states(*_OPEN, *_ASIDE))


def last_pass(desk: Desk) -> PassReport | None:
    """The last pass that was made, None before the first."""
    with desk.store.read() as uow:
        text = uow.facts.get("last_pass")
    try:
        return PassReport.from_json(json.loads(text)) if text else None
    except (TypeError, ValueError):  # written by another version
        return None


def last_whole_pass(desk: Desk) -> str | None:
    """When a pass last came to its end (``2024-05-15T06:30:00Z``), however many have failed since."""
    with desk.store.read() as uow:
        return uow.facts.get("last_whole_pass")


def save_pass(desk: Desk, report: PassReport, offset_seconds: int, told: SyncAnswer | None = None) -> Changed:
    """Keep the report, how far the server's clock is from ours, and what its last answer says of itself."""
    with desk.store.write(Point.SYNC_STATE) as uow:
        if told is not None:
            retention.hear(uow, told)
        uow.facts.set("last_pass", json.dumps(report.to_json()))
        if report.code is None:
            uow.facts.set("last_whole_pass", report.at)
        uow.facts.set("clock_offset_seconds", str(offset_seconds))
    return Changed.of(Kind.SYNC)


def set_aside(desk: Desk, op_id: str, code: str) -> Changed:
    """Quarantine an op that cannot be delivered; the rest flows on, a person decides about this one.

    Not where a stick's answer has closed it meanwhile.
    """
    with desk.store.write(Point.SYNC_STATE) as uow:
        if uow.outbox.get(op_id).state is not OutboxState.DONE:
            uow.outbox.mark(op_id, OutboxState.QUARANTINED, code)
    return Changed.of(Kind.OUTBOX, Kind.APPLICATIONS)


def set_case_aside(desk: Desk, reference: str, code: str) -> Changed:
    """Quarantine what a case still has to deliver: a scan of it cannot be read or is refused."""
    with desk.store.write(Point.SYNC_STATE) as uow:
        case = uow.applications.by_reference(reference)
        for row in uow.outbox.of(case.id):
            if row.state is OutboxState.ACCEPTED:
                uow.outbox.mark(row.op_id, OutboxState.QUARANTINED, code)
    return Changed.of(Kind.OUTBOX, Kind.APPLICATIONS)


def put_case_off(desk: Desk, reference: str, code: str) -> Changed:
    """The server stumbles over a case: ask again later, and set it aside when that has not helped some times."""
    with desk.store.write(Point.SYNC_STATE) as uow:
        case = uow.applications.by_reference(reference)
        for row in uow.outbox.of(case.id):
            if row.state is OutboxState.ACCEPTED and row.attempts + 1 >= _TRIES:
                uow.outbox.mark(row.op_id, OutboxState.QUARANTINED, code)
            elif row.state is OutboxState.ACCEPTED:
                uow.outbox.postpone(row.op_id, code, next_try(desk, row))
    return Changed.of(Kind.OUTBOX, Kind.APPLICATIONS)


def next_try(desk: Desk, row: OutboxRow) -> str:
    """When to try an op again that was tried in vain: after 1, 2, 4 ... 60 minutes."""
    return stamp(desk.clock() + min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(row.attempts, 10)))


def is_put_off(row: OutboxRow, moment: datetime) -> bool:
    """Whether its next attempt is still to come. None is put off for longer than an hour: one that seems to be was put
    off by a clock that has been set back since, and would wait for years.
    """
    return stamp(moment) < (row.next_try_at or "") <= stamp(moment + _LONGEST_WAIT)


def retry(desk: Desk, op_id: str) -> Written[None]:
    """The clerk asks for an op to be sent again. Raises UserError ``op_unknown``, ``op_done``."""
    desk.require(Act.CASES)
    with desk.store.write(Point.SYNC_STATE) as uow:
        row = uow.outbox.get(op_id)
        if row.state in (OutboxState.DONE, OutboxState.ACCEPTED):
            raise UserError("op_done")
        uow.outbox.retry(op_id)
        uow.audit.add("op_retried", row.application_id, desk.operator.id, op=op_id)
    return Written(None, Changed.of(Kind.OUTBOX, Kind.APPLICATIONS))


def heard_of_packs(desk: Desk, until: int) -> None:
    """All packs up to this place in the server's log are stored: it need not tell of them again."""
    with desk.store.write(Point.SYNC_STATE) as uow:
        heard = read_cursor(uow)
        write_cursor(uow, heard.model_copy(update={"packs": max(until, heard.packs)}))
