"""What a stick carries out of the queue, and what the answer that it brings back does to the store.

Everything that is open travels, also what the network stumbled over: this is another way. The network may deliver the
same cases before, meanwhile or afterwards; whatever comes second finds its work done. Nothing here touches a file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from station_app.domain.operator import Act
from station_app.durable import Point
from station_app.errors import EnvironmentFault, UserError
from station_app.events import Changed, Kind
from station_app.services import delivery, passes, retention, roster
from station_app.services.delivery import Applied, ScanToSend, Tally
from station_app.services.desk import Desk
from station_app.services.incoming import read_cursor
from station_app.store import UnitOfWork
from station_app.store.records import OutboxRow, OutboxState
from sync.courier_wire import Turn
from sync.wire import (
    Cursor,
    GrantChange,
    Have,
    MemberChange,
    MissingBlob,
    Op,
    PackChange,
    RosterPage,
    SyncAnswer,
    SyncRequest,
)

CHANGED = Changed.of(Kind.OUTBOX, Kind.APPLICATIONS, Kind.SYNC)
_EXPORTS, _LAST = "courier_exports", "last_courier"  # facts
_REMEMBERED = 200  # exports whose answers are still taken
_TOLD = frozenset({OutboxState.WAITING, OutboxState.QUARANTINED})


@dataclass(frozen=True)
class Case:
    """What travels of one case. ``have``: revisions that the server knows and has not received whole."""

    reference: str
    application_id: str
    name: str
    ops: tuple[Op, ...]
    have: tuple[Have, ...]
    scans: tuple[ScanToSend, ...]

    @property
    def words(self) -> int:
        """Bytes of its ops."""
        return sum(len(op.body.encode()) for op in self.ops)

    @property
    def size(self) -> int:
        """Bytes, about."""
        return self.words + sum(scan.size for scan in self.scans)


@dataclass(frozen=True)
class Load:
    """``request``: what every message says of this PC, without ops. ``left_out``: references and why, as codes."""

    cases: tuple[Case, ...]
    left_out: tuple[tuple[str, str], ...]
    request: SyncRequest

    @property
    def size(self) -> int:
        return sum(case.size for case in self.cases)


@dataclass(frozen=True)
class Delivered:
    """What an answer did. ``received``: ops closed by receipts; ``at``: when the server gave it; ``warnings``: codes of
    what was left out.
    """

    at: str
    accepted: int = 0
    received: int = 0
    pending: int = 0
    troubled: int = 0
    warnings: tuple[str, ...] = ()


# ---- what goes out


def load(desk: Desk) -> Load:
    """Everything that is open, by cases, the oldest first."""
    said = delivery.gather(desk, 0).request
    with desk.store.read() as uow:
        rows = uow.outbox.open_rows()
        names = {row.application_id: "" for row in rows}
        names = {key: str(uow.applications.get(key).content.applicant.get("name") or "") for key in names}
    cases, left_out = [], []
    for application_id, name in names.items():
        own = [row for row in rows if row.application_id == application_id]
        case = _case(desk, own, name)
        if isinstance(case, str):
            left_out.append((own[0].reference, case))
        else:
            cases.append(case)
    return Load(tuple(cases), tuple(left_out), said.model_copy(update={"ops": [], "have": []}))


def _case(desk: Desk, rows: Sequence[OutboxRow], name: str) -> Case | str:
    """What travels of a case; the code of what keeps it here. Part of its pages would be no delivery."""
    ops = [delivery.op_of(row) for row in rows if row.state is not OutboxState.ACCEPTED]
    if any(op is None for op in ops):
        return "op_unreadable"
    wanted = [MissingBlob(reference=row.reference, **scan) for row in rows for scan in _promised(row)]
    scans = delivery.scans_to_send(desk, wanted)
    if len(scans) < len({each.sha256 for each in wanted}):
        return "scan_missing"
    if any(scan.erased for scan in scans):
        return "scan_erased"
    accepted = {(row.reference, max(1, row.revision)) for row in rows if row.state is OutboxState.ACCEPTED}
    have = [Have(reference=reference, revision=revision) for reference, revision in sorted(accepted)]
    return Case(rows[0].reference, rows[0].application_id, name, tuple(filter(None, ops)), tuple(have), scans)


def readable(desk: Desk, travelling: Load) -> Load:
    """Every page is read once; a case with one that cannot be read stays here."""
    cases, left_out = [], list(travelling.left_out)
    for case in travelling.cases:
        fault = next(filter(None, (_fault(desk, scan) for scan in case.scans)), None)
        if fault is None:
            cases.append(case)
        else:
            left_out.append((case.reference, fault))
    return replace(travelling, cases=tuple(cases), left_out=tuple(left_out))


def _fault(desk: Desk, scan: ScanToSend) -> str | None:
    try:
        content = desk.store.scans.get(scan.file_name)
    except EnvironmentFault as fault:
        return fault.code
    return None if len(content) == scan.size else "scan_damaged"


def _promised(row: OutboxRow) -> list[dict[str, object]]:
    found = json.loads(row.body).get("scans", ())
    return [{"sha256": each["sha256"], "size": each["size"]} for each in found]


def begin_export(desk: Desk, cases: int) -> str:
    """A new export's id, remembered before its file is written, so that every answer to it is known.

    Raises UserError ``role_forbids``.
    """
    desk.require(Act.CASES)
    export_id = str(uuid4())
    with desk.store.write(Point.SYNC_STATE) as uow:
        known = [*_exports(uow), export_id][-_REMEMBERED:]
        uow.facts.set(_EXPORTS, json.dumps(known))
        uow.audit.add("courier_exported", export_id, desk.operator.id, cases=cases)
    return export_id


def is_ours(desk: Desk, export_id: str) -> bool:
    with desk.store.read() as uow:
        return export_id in _exports(uow)


def _exports(uow: UnitOfWork) -> list[str]:
    return list(json.loads(uow.facts.get(_EXPORTS) or "[]"))


# ---- what comes in


def take_turn(desk: Desk, turn: Turn) -> Applied:
    """One answer of a file, in one transaction, the roster in one of its own before; the same again changes nothing.

    Raises UserError ``courier_other_epoch`` (the server was changed since), ``courier_gap`` (it tells of what comes
    after something that this PC has not heard: it was restored from a copy, for instance). Neither changes anything.
    """
    with desk.store.read() as uow:
        epoch = uow.facts.get("epoch") or ""
    if turn.answer.epoch != epoch:
        if turn.epoch != epoch:
            raise UserError("courier_other_epoch")
        _begin_epoch(desk, turn.answer.epoch)
    heard = _heard(desk)
    if any(asked > here for asked, here in zip(_numbers(turn.asked), _numbers(heard), strict=True)):
        raise UserError("courier_gap")
    answer = _ahead(turn.answer, heard)
    tally = Tally()
    delivery.take_people(desk, answer, tally)
    with desk.store.write(Point.APPLY) as uow:
        delivery.take_results(desk, uow, _told_of(uow, answer), answer.results, tally)
        delivery.take_receipts(uow, answer.receipts, tally)
        delivery.take_changes(uow, _ahead(answer, read_cursor(uow)), tally)
    packs = tuple(each for each in answer.changes if isinstance(each, PackChange))
    return Applied(tally.changed(), tally.accepted, tally.received, packs=packs, warnings=tuple(tally.warnings))


def _begin_epoch(desk: Desk, epoch: str) -> None:
    tally = Tally()
    roster.begin_anew(desk)
    with desk.store.write(Point.APPLY) as uow:
        delivery.begin_epoch(uow, epoch, tally)


def _heard(desk: Desk) -> Cursor:
    members, grants = desk.store.roster.cursors()
    with desk.store.read() as uow:
        return read_cursor(uow).model_copy(update={"roster": members, "grants": grants})


def _numbers(cursor: Cursor) -> tuple[int, ...]:
    """All but the packs': that one moves when they are stored, after the last turn."""
    return (cursor.log, cursor.roster, cursor.grants)


def _ahead(answer: SyncAnswer, heard: Cursor) -> SyncAnswer:
    """The answer without what has been heard of the people since.

    No cursor goes back, and that of the packs stays until they are stored, whatever a later turn of the file no longer
    repeats.
    """
    told = answer.cursor
    cursor = Cursor(
        log=max(told.log, heard.log),
        roster=max(told.roster, heard.roster),
        packs=heard.packs,
        grants=max(told.grants, heard.grants),
    )
    changes = [
        each
        for each in answer.changes
        if not (isinstance(each, MemberChange) and each.seq <= heard.roster)
        and not (isinstance(each, GrantChange) and each.seq <= heard.grants)
    ]
    return answer.model_copy(update={"cursor": cursor, "changes": changes})


def _told_of(uow: UnitOfWork, answer: SyncAnswer) -> list[OutboxRow]:
    """The ops that the server speaks of and that still wait for its word, read where it is written."""
    told = {each.op_id for each in answer.results}
    return [row for row in uow.outbox.in_states(*_TOLD) if row.op_id in told]


def take_pages(desk: Desk, pages: Iterable[tuple[str, RosterPage]]) -> Changed:
    """The roster's pages that were enclosed, with their positions, unless this PC has heard as much since.

    Pages that a cut has left half written are begun anew by the next answer, or finished by the network; one that the
    network has overtaken is left out.
    """
    taken = False
    for position, page in pages:
        if page.seq > desk.store.roster.cursors()[0]:
            taken |= roster.take_page(desk, position, page)
    return roster.finish(desk) if taken else Changed()


def is_newest(desk: Desk, answer: SyncAnswer) -> bool:
    """Whether nothing newer was heard of the server by any way."""
    with desk.store.read() as uow:
        return answer.server_time >= (uow.facts.get(retention.SERVER_TIME) or "")


def finish(desk: Desk, export_id: str, last: SyncAnswer, done: Delivered) -> Delivered:
    """Keep what the server says of itself and what was done; what is still open is counted now."""
    newest = is_newest(desk, last)
    with desk.store.write(Point.SYNC_STATE) as uow:
        if newest:
            retention.hear(uow, last)
            uow.facts.set("last_whole_pass", last.server_time)
        uow.facts.set(_LAST, json.dumps({"at": desk.now(), "answered": done.at}))
        uow.audit.add("courier_imported", export_id, desk.operator.id, received=done.received)
    left = passes.backlog(desk)
    return replace(done, pending=left.pending, troubled=left.quarantined)


def last_import(desk: Desk) -> str | None:
    """When an answer was last taken in (``2024-05-15T06:30:00Z``)."""
    with desk.store.read() as uow:
        text = uow.facts.get(_LAST)
    return str(json.loads(text)["at"]) if text else None
