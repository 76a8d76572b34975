"""One pass: ask and tell in one request, send the scans the server lacks, take in what it says.

    while there is something to tell or to hear:
        gather      due ops, the revisions whose receipt is missing, the cursor
        ask         POST /v1/sync; a batch that fails is halved, an op that fails alone is set aside
        apply       one answer, one transaction
        send        the missing scans, once all ops are told or, where the line is quick, beside them; the receipt that
                    comes with the last one is stored at once
    plan packs, roster      last, so that they never delay a submission
    erase       scans of cases paid long ago, once nothing speaks against it

No transaction is open while the network is waited for.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import TypeVar

from station_app.errors import EnvironmentFault, StationError, UserError
from station_app.events import Changed
from station_app.services import delivery, passes, plan_packs, retention, revocation, roster
from station_app.services.delivery import Applied, Parcel
from station_app.services.desk import Desk
from station_app.services.passes import PassReport
from sync.bundle import BundleSender
from sync.outcomes import FAULTS, Outcome, is_general
from sync.progress import Progress, Step, Teller
from sync.sending import Sending
from sync.transport import Transport
from sync.wire import MAX_OPS, Cursor, MissingBlob, RosterPage, SyncAnswer

_SKEW_WORTH_TELLING = 120  # seconds
_QUICK = 0.5  # seconds for an answer on a line that carries scans beside ops
_MOST_EPOCHS = 3  # in one pass; more means that two servers answer under one name
_Answer = TypeVar("_Answer")
_BATCH_FAULTS = frozenset({"server_error", "request_refused"})


def one_pass(
    desk: Desk,
    transport: Transport,
    progress: Callable[[Progress], None] = lambda _progress: None,
    changed: Callable[[Changed], None] = lambda _changed: None,
    may_send: Callable[[], bool] = lambda: True,
) -> PassReport:
    """Deliver and fetch everything there is; scans and a large roster while ``may_send`` says so. It and ``progress``
    are called from several threads, often.

    What the network or the server does to it ends in the report's ``code``; a fault of the store is raised.
    """
    return _Pass(desk, transport, progress, changed, may_send).run()


class _Ended(Exception):  # noqa: N818  not an error: the end of a pass before its time
    """The network or the server ended the pass."""

    def __init__(self, fault: StationError) -> None:
        super().__init__(fault.code)
        self.fault = fault


def _ending(outcome: Outcome) -> StationError | None:
    """What ends a pass: a fault that meets every scan alike, or a server that failed so often that it is left alone."""
    if is_general(outcome):
        return outcome.fault
    return EnvironmentFault("server_error") if outcome.untried else None


class _Pass:
    """What one pass keeps in mind; the store keeps everything that matters."""

    def __init__(
        self,
        desk: Desk,
        transport: Transport,
        progress: Callable[[Progress], None],
        changed: Callable[[Changed], None],
        may_send: Callable[[], bool],
    ) -> None:
        self._desk = desk
        self._may_send = may_send
        self._transport = transport
        self._tell = Teller(progress)
        self._changed = changed
        self._report = PassReport(at=desk.now())
        self._suspects: set[str] = set()
        self._missing: list[MissingBlob] = []  # told by the server and not sent yet
        self._begun: set[tuple[str, str]] = set()  # scans sent or being sent, so that none is sent twice
        self._under_way: set[str] = set()  # cases whose scans are being sent
        self._sending = Sending(
            BundleSender(desk.store.scans, transport, self._tell.meter), transport.line_speed, may_send
        )
        self._fault: StationError | None = None  # what ended the sending of scans
        self._stumbled: set[str] = set()  # cases with a scan at which the server failed
        self._packs: dict[int, int] = {}  # year: version
        self._roster_waiting = 0
        self._heard = Cursor()
        self._last: SyncAnswer | None = None
        self._epochs = 0
        self._quick = False  # whether the line carries the scans of some cases while others are told
        self._revoked = False
        self._order = ""

    def run(self) -> PassReport:
        before = self._transport.requests
        code = None
        with self._sending:
            try:
                self._deliver()
                self._fetch_packs()
                self._fetch_roster()
            except _Ended as ended:
                code = ended.fault.code
                self._sending.halt()
                self._book_all()  # what is under way comes to its end
        self._transport.line_speed = self._sending.speed
        return self._finish(self._shut_out(code), self._transport.requests - before)

    def _finish(self, code: str | None, requests: int) -> PassReport:
        left, offset = passes.backlog(self._desk), round(self._transport.offset.total_seconds())
        skew = offset if abs(offset) > _SKEW_WORTH_TELLING else 0
        if skew:
            self._warn("clock_skew")
        report = replace(
            self._report,
            pending=left.pending,
            quarantined=left.quarantined,
            requests=requests,
            code=code,
            skew_seconds=skew,
        )
        if code != "stopped":
            self._changed(passes.save_pass(self._desk, report, offset, self._last))
        if code is None:
            self._changed(retention.erase_due(self._desk))
        return report

    # ---- tell and ask

    def _deliver(self) -> None:
        again = True
        while again:
            known = self._under_way | {blob.reference for blob in self._missing}
            parcel = delivery.gather(self._desk, self._transport.batch, known)
            for op_id, code in parcel.unusable:
                self._changed(passes.set_aside(self._desk, op_id, code))
            answer = self._ask(parcel)
            again = answer is None or self._take(parcel, answer)

    def _ask(self, parcel: Parcel) -> SyncAnswer | None:
        """The answer; None when the batch was at fault and the next attempt will be another one."""
        self._tell.step(Step.ASKING)
        begun = time.monotonic()
        try:
            answer = self._transport.sync(parcel.request)
        except FAULTS as fault:
            self._transport.batch = max(1, len(parcel.rows) // 2)
            if fault.code == "device_revoked":
                self._hear_of_us(revoked=True, order=str(fault.params.get("order") or ""))
            if not parcel.rows or fault.code not in _BATCH_FAULTS:
                raise _Ended(fault) from fault
            self._suspect(parcel, fault)
            return None
        self._transport.batch = min(MAX_OPS, self._transport.batch * 2)
        self._quick = time.monotonic() - begun < _QUICK
        self._hear_of_us(revoked=answer.revoked, order=answer.order)
        self._changed(revocation.shut_out(self._desk, answer.revoked_operators))
        revocation.roll_told(self._desk, parcel.request.operators)
        return answer

    def _hear_of_us(self, *, revoked: bool, order: str) -> None:
        self._revoked, self._order = revoked, order
        self._changed(revocation.heard(self._desk, revoked=revoked))

    def _shut_out(self, code: str | None) -> str | None:
        """What a pass of a revoked PC ends with; all that could be delivered has been by now."""
        if not self._revoked:
            return code
        now = (self._desk.clock() + self._transport.offset).timestamp()
        erased = bool(self._order) and revocation.obey(self._desk, self._order, now)
        return "erased" if erased else code or "device_revoked"

    def _suspect(self, parcel: Parcel, fault: StationError) -> None:
        """A lone op is to blame if the server is well without it, twice unless the server said so itself."""
        if len(parcel.rows) > 1:
            return
        op_id = parcel.rows[0].op_id
        self._call(lambda: self._transport.sync(parcel.request.model_copy(update={"ops": []})))
        if fault.code == "request_refused" or op_id in self._suspects:
            self._changed(passes.set_aside(self._desk, op_id, fault.code))
        self._suspects.add(op_id)

    def _take(self, parcel: Parcel, answer: SyncAnswer) -> bool:
        """Apply an answer and, once every op is told, send what is asked for; whether there is more to be said."""
        applied = delivery.apply(self._desk, parcel, answer)
        self._note(applied)
        self._packs.update({each.year: each.version for each in applied.packs})
        self._missing += answer.missing_blobs
        moved = answer.cursor != self._heard
        self._heard, self._last = answer.cursor, answer
        self._roster_waiting = answer.roster_waiting
        if applied.new_epoch:
            self._count_epoch()
        if parcel.more or applied.new_epoch:
            if self._quick:
                self._begin_sending()
                self._book(self._sending.outcomes(wait=False))
            return True
        sent = self._send()
        return (answer.more and moved) or (sent > 0 and self._awaits_receipts())

    def _count_epoch(self) -> None:
        self._epochs += 1
        if self._epochs >= _MOST_EPOCHS:
            fault = EnvironmentFault("server_error")
            raise _Ended(fault) from fault

    def _awaits_receipts(self) -> bool:
        return bool(delivery.gather(self._desk, 1).request.have)

    def _note(self, applied: Applied) -> None:
        self._report = replace(
            self._report,
            sent=self._report.sent + applied.accepted,
            received=self._report.received + applied.received,
        )
        for code in applied.warnings:
            self._warn(code)
        if applied.changed:
            self._changed(applied.changed)

    def _warn(self, code: str) -> None:
        if code not in self._report.warnings:
            self._report = replace(self._report, warnings=(*self._report.warnings, code))

    # ---- scans

    def _send(self) -> int:
        """Send the missing scans; how many arrived."""
        before = self._report.blobs
        self._begin_sending()
        self._book_all()
        self._under_way.clear()
        if self._fault is not None:
            raise _Ended(self._fault) from self._fault
        self._put_off()
        return self._report.blobs - before

    def _begin_sending(self) -> None:
        missing, self._missing = self._missing, []
        scans = [
            each
            for each in delivery.scans_to_send(self._desk, missing)
            if (each.reference, each.sha256) not in self._begun
        ]
        self._begun.update((scan.reference, scan.sha256) for scan in scans)
        self._under_way.update(scan.reference for scan in scans)
        self._tell.expect(scans)
        self._sending.add(scans)

    def _book_all(self) -> None:
        while handful := self._sending.outcomes():
            self._book(handful)

    def _book(self, handful: Sequence[Outcome]) -> None:
        receipts = [jws for outcome in handful for jws in outcome.receipts]
        if receipts:
            self._note(delivery.store_receipts(self._desk, receipts))
        whole = [each.scan for each in handful if each.arrived]
        held = [each.scan for each in handful if each.held]
        self._report = replace(
            self._report,
            blobs=self._report.blobs + len(whole),
            bytes=self._report.bytes + sum(scan.size - scan.offset for scan in whole),
            held=self._report.held + len(held),
            held_bytes=self._report.held_bytes + sum(scan.size - scan.offset for scan in held),
        )
        self._tell.arrived(len(whole))
        for outcome in handful:
            self._fault = self._fault or _ending(outcome)
            if outcome.fault is not None and not is_general(outcome):
                self._hold(outcome, outcome.fault)

    def _hold(self, outcome: Outcome, fault: StationError) -> None:
        """A scan cannot be delivered: its case waits, for a while or for a person, and the rest flows."""
        if fault.code == "server_error":
            self._stumbled.add(outcome.scan.reference)
        else:
            code = fault.code if outcome.ours else "scan_refused"
            self._changed(passes.set_case_aside(self._desk, outcome.scan.reference, code))

    def _put_off(self) -> None:
        """The server is well, but stumbled over these cases."""
        for reference in sorted(self._stumbled):
            self._warn("server_error")
            self._changed(passes.put_case_off(self._desk, reference, "server_error"))
        self._stumbled.clear()

    # ---- plan packs

    def _fetch_packs(self) -> None:
        """Fetch what was announced; a pack that does not hold is announced again at the next pass."""
        if not self._packs:
            return
        self._tell.step(Step.PLANS)
        whole = True
        for year, version in sorted(self._packs.items()):
            if not self._has_pack(year, version):
                whole = self._fetch_pack(year) and whole
        if whole:
            passes.heard_of_packs(self._desk, self._heard.packs)

    def _has_pack(self, year: int, version: int) -> bool:
        plans = self._desk.plans
        return year in plans.years and plans.get(year).version >= version

    def _fetch_pack(self, year: int) -> bool:
        pack = self._call(lambda: self._transport.plan(year))
        try:
            self._changed(plan_packs.store_pack(self._desk, pack))
        except UserError as error:
            self._warn(error.code)
            return False
        return True

    # ---- the roster

    def _fetch_roster(self) -> None:
        """Page by page, the next asked for while one is written; a pass that is cut goes on after the last written."""
        if not self._roster_waiting:
            return
        if not self._may_send():
            self._report = replace(self._report, roster_held=True)
            return
        self._tell.step(Step.ROSTER)
        position = roster.next_position(self._desk, self._roster_waiting)
        with ThreadPoolExecutor(1, thread_name_prefix="roster") as line:
            coming = line.submit(self._transport.roster, position) if position else None
            while coming is not None:
                page = self._page(coming)
                coming = line.submit(self._transport.roster, page.next) if page.next else None
                if not roster.take_page(self._desk, position, page):
                    break  # a stick's answer is loading it; the next pass goes on from there
                position = page.next
        self._changed(roster.finish(self._desk))

    def _page(self, coming: Future[RosterPage]) -> RosterPage:
        try:
            return coming.result()
        except FAULTS as fault:
            if fault.code == "request_refused":  # a position of before the server was changed
                roster.begin_anew(self._desk)
            raise _Ended(fault) from fault

    def _call(self, ask: Callable[[], _Answer]) -> _Answer:
        try:
            return ask()
        except FAULTS as fault:
            raise _Ended(fault) from fault
