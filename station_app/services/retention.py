"""Local scans go some days after the money came, and only when nothing speaks against it.

A case's scans are erased when all of this holds:

- it is paid, by the server's word, so many days ago; by the server's clock at the last contact and by ours, so that
  neither of them alone can erase too early
- every op of it is closed, and signed receipts name its newest revision and every page
- the server's own backups hold the payment and what was received (its backup mark)

The rows are marked first, in one transaction with the audit; then the files go. What a power cut leaves between the
two is finished at the next pass.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice

from station_app.durable import Point
from station_app.errors import BugError, EnvironmentFault, UserError
from station_app.events import Changed, Kind
from station_app.services.desk import BEIJING, Desk
from station_app.store import UnitOfWork
from station_app.store.records import PaidCase
from station_app.store.times import stamp
from sync.envelope import decode_key, read_receipt
from sync.wire import BackupMark, SyncAnswer

_LOG = logging.getLogger(__name__)
MARK, SERVER_TIME, UNFINISHED, LEFT = "backup_mark", "server_time", "erasing", "files_left"  # facts
AT_ONCE = 100  # cases in one pass, so that it stays short
KEEP_DAYS = "keep_scans_days"
_BY_ITSELF = ""  # in the audit, in the place of an operator


def hear(uow: UnitOfWork, told: SyncAnswer) -> None:
    """What the server says of its clock and of its backups, at the end of a pass."""
    uow.facts.set(SERVER_TIME, told.server_time)
    uow.facts.set(MARK, told.backup.model_dump_json() if told.backup else None)


def erase_due(desk: Desk) -> Changed:
    """Finish what was begun and erase what is due, some cases at a time; a disk that will not is tried again later."""
    try:
        finished = take_files(desk)
        with desk.store.read() as uow:
            due = [each.application_id for each in islice(_due(desk, uow), AT_ONCE)]
        if due:
            _mark(desk, due)
            take_files(desk)
    except EnvironmentFault as fault:
        _LOG.warning("scans could not be erased: %s", fault.code)
        return Changed()
    return Changed.of(Kind.SCANS, Kind.APPLICATIONS) if due or finished else Changed()


def _mark(desk: Desk, due: Sequence[str]) -> None:
    with desk.store.write(Point.RETENTION) as uow:
        for application_id in due:
            uow.scans.erase(application_id, desk.now())
            uow.originals.erase(application_id, desk.now())
            uow.paper_files.erase(application_id, desk.now())
            uow.readings.erase(application_id)
            uow.audit.add("scans_erased", application_id, _BY_ITSELF)
        uow.facts.set(UNFINISHED, json.dumps(due))


def leave(uow: UnitOfWork, names: Iterable[str]) -> None:
    """Files whose rows go in this transaction: ``take_files`` takes them, now or, cut short, at the next pass."""
    uow.facts.set(LEFT, json.dumps(sorted({*_left(uow), *names})))


def _left(uow: UnitOfWork) -> list[str]:
    return list(json.loads(uow.facts.get(LEFT) or "[]"))


def take_files(desk: Desk) -> bool:
    """Erase what no row needs any more; whether there was anything to finish."""
    with desk.store.read() as uow:
        unfinished, left = json.loads(uow.facts.get(UNFINISHED) or "[]"), _left(uow)
    if not unfinished and not left:
        return False
    with desk.store.scans.filing:
        with desk.store.read() as uow:
            left = _left(uow)
            names = {*uow.scans.files_to_erase(unfinished), *(each for each in left if not uow.tray.is_needed(each))}
        desk.store.scans.erase(names)
        with desk.store.write(Point.RETENTION) as uow:
            uow.facts.set(UNFINISHED, None)
            uow.facts.set(LEFT, None)
    return True


# ---- what is due


@dataclass(frozen=True)
class Kept:
    """Cases: ``erased``; and those whose days are over: ``due``, the next pass erases them; ``unmarked``, only the
    server's backup is wanting; ``unsettled``, something of them is not delivered or has no receipt.
    """

    erased: int
    due: int
    unmarked: int
    unsettled: int


def state_of(desk: Desk) -> Kept:
    with desk.store.read() as uow:
        day = _last_day(desk, uow)
        over = [] if day is None else uow.retention.paid_until(day)
        settled = [each for each in over if _is_settled(uow, each)]
        due = sum(_is_backed_up(uow, each) for each in settled)
        return Kept(uow.retention.erased(), due, len(settled) - due, len(over) - len(settled))


def _due(desk: Desk, uow: UnitOfWork) -> Iterator[PaidCase]:
    day = _last_day(desk, uow)
    if day is None or _backup_mark(uow) is None:
        return
    for case in uow.retention.paid_until(day):
        if _is_backed_up(uow, case) and _is_settled(uow, case):
            yield case


def _last_day(desk: Desk, uow: UnitOfWork) -> date | None:
    """Whoever was paid on this day or before has waited long enough; None while the server's time is not known."""
    try:
        told = datetime.fromisoformat(uow.facts.get(SERVER_TIME) or "").astimezone(BEIJING).date()
    except ValueError:
        return None
    return min(told, desk.today()) - timedelta(days=int(uow.settings.get(KEEP_DAYS)))


def _backup_mark(uow: UnitOfWork) -> BackupMark | None:
    try:
        mark = BackupMark.model_validate_json(uow.facts.get(MARK) or "")
        return mark.model_copy(update={"at": stamp(mark.at)})
    except ValueError:  # none, or of another version
        return None


def _is_backed_up(uow: UnitOfWork, case: PaidCase) -> bool:
    mark = _backup_mark(uow)
    if mark is None or case.paid_seq is None or case.paid_seq > mark.log:
        return False
    return all(each.received_at < mark.at for each in uow.receipts.of(case.application_id))


def _is_settled(uow: UnitOfWork, case: PaidCase) -> bool:
    """Whether nothing is on its way, and receipts name the newest revision and every page but those never sent."""
    if not case.settled:
        return False
    try:
        key = decode_key(uow.facts.get("server_key") or "")
        claims = [read_receipt(each.jws, key) for each in uow.receipts.of(case.application_id)]
    except (UserError, BugError):
        return False
    named = {sha256 for each in claims for sha256 in each.scans}
    pages = uow.scans.of(case.application_id, with_removed=True)
    sent = {each.sha256 for each in pages if each.frozen or not each.removed}
    return sent <= named and any(each.revision == case.revision for each in claims)
