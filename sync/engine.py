"""One pass: ask and tell in one request, send the scans the server lacks, take in what it says.

    while there is something to tell or to hear:
        gather      due ops, the revisions whose receipt is missing, the cursor
        ask         POST /v1/sync; a batch that fails is halved, an op that fails alone is set aside
        apply       one answer, one transaction
        send        the missing scans; the receipt that comes with the last one is stored at once
    plan packs      last, so that they never delay a submission

No transaction is open while the network is waited for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from threading import Lock
from typing import TypeVar

from station_app.errors import EnvironmentFault, StationError, UserError
from station_app.events import Changed
from station_app.services import delivery, passes
from station_app.services.delivery import Applied, Parcel, ScanToSend
from station_app.services.desk import Desk
from station_app.services.passes import PassReport
from sync.blobs import FAULTS, BlobSender, Outcome, is_general, send_all
from sync.transport import Transport
from sync.wire import MAX_OPS, Cursor, MissingBlob, SyncAnswer

_SKEW_WORTH_TELLING = 120  # seconds
_MOST_EPOCHS = 3  # in one pass; more means that two servers answer under one name
_Answer = TypeVar("_Answer")
_BATCH_FAULTS = frozenset({"server_error", "request_refused"})


class Step(StrEnum):
    """What a pass is doing."""

    ASKING = "asking"
    SCANS = "scans"
    PLANS = "plans"


@dataclass(frozen=True)
class Progress:
    """How far a pass is; bytes and numbers of the scans known to be missing."""

    step: Step
    bytes_done: int = 0
    bytes_total: int = 0
    scans_done: int = 0
    scans_total: int = 0


def one_pass(
    desk: Desk,
    transport: Transport,
    progress: Callable[[Progress], None] = lambda _progress: None,
    changed: Callable[[Changed], None] = lambda _changed: None,
) -> PassReport:
    """Deliver and fetch everything there is. ``progress`` is called from several threads, often.

    What the network or the server does to it ends in the report's ``code``; a fault of the store is raised.
    """
    return _Pass(desk, transport, progress, changed).run()


class _Ended(Exception):  # noqa: N818  not an error: the end of a pass before its time
    """The network or the server ended the pass."""

    def __init__(self, fault: StationError) -> None:
        super().__init__(fault.code)
        self.fault = fault


class _Teller:
    """Adds up what is sent, from several threads, and tells of it."""

    def __init__(self, progress: Callable[[Progress], None]) -> None:
        self._progress = progress
        self._lock = Lock()
        self._now = Progress(Step.ASKING)

    def step(self, step: Step) -> None:
        self._change(step=step)

    def expect(self, scans: Sequence[ScanToSend]) -> None:
        if scans:
            total = sum(scan.size - scan.offset for scan in scans)
            self._change(Step.SCANS, bytes_total=total, scans_total=len(scans))

    def meter(self, size: int) -> None:
        self._change(bytes_done=size)

    def arrived(self, number: int) -> None:
        self._change(scans_done=number)

    def _change(self, step: Step | None = None, **more: int) -> None:
        with self._lock:
            added = {name: getattr(self._now, name) + number for name, number in more.items()}
            self._now = now = replace(self._now, step=step or self._now.step, **added)
        self._progress(now)


class _Pass:
    """What one pass keeps in mind; the store keeps everything that matters."""

    def __init__(
        self,
        desk: Desk,
        transport: Transport,
        progress: Callable[[Progress], None],
        changed: Callable[[Changed], None],
    ) -> None:
        self._desk = desk
        self._transport = transport
        self._tell = _Teller(progress)
        self._changed = changed
        self._report = PassReport(at=desk.now())
        self._batch = MAX_OPS
        self._suspects: set[str] = set()
        self._arrived: set[tuple[str, str]] = set()  # scans sent in this pass, so that none is sent twice
        self._packs: dict[int, int] = {}  # year: version
        self._heard = Cursor()
        self._epochs = 0

    def run(self) -> PassReport:
        before = self._transport.requests
        code = None
        try:
            self._deliver()
            self._fetch_packs()
        except _Ended as ended:
            code = ended.fault.code
        return self._finish(code, self._transport.requests - before)

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
            self._changed(passes.save_pass(self._desk, report, offset))
        return report

    # ---- tell and ask

    def _deliver(self) -> None:
        again = True
        while again:
            parcel = delivery.gather(self._desk, self._batch)
            for op_id, code in parcel.unusable:
                self._changed(passes.set_aside(self._desk, op_id, code))
            answer = self._ask(parcel)
            again = answer is None or self._take(parcel, answer)

    def _ask(self, parcel: Parcel) -> SyncAnswer | None:
        """The answer; None when the batch was at fault and the next attempt will be another one."""
        self._tell.step(Step.ASKING)
        try:
            answer = self._transport.sync(parcel.request)
        except FAULTS as fault:
            if not parcel.rows or fault.code not in _BATCH_FAULTS:
                raise _Ended(fault) from fault
            self._suspect(parcel, fault)
            return None
        self._batch = min(MAX_OPS, self._batch * 2)
        return answer

    def _suspect(self, parcel: Parcel, fault: StationError) -> None:
        """Halve the batch. A lone op is to blame only if the server is well without it, twice unless it said so."""
        if len(parcel.rows) > 1:
            self._batch = max(1, len(parcel.rows) // 2)
            return
        op_id = parcel.rows[0].op_id
        self._call(lambda: self._transport.sync(parcel.request.model_copy(update={"ops": []})))
        if fault.code == "request_refused" or op_id in self._suspects:
            self._changed(passes.set_aside(self._desk, op_id, fault.code))
        self._suspects.add(op_id)

    def _take(self, parcel: Parcel, answer: SyncAnswer) -> bool:
        """Apply an answer and send what it asks for; whether there is more to be said."""
        applied = delivery.apply(self._desk, parcel, answer)
        self._note(applied)
        self._packs.update({each.year: each.version for each in applied.packs})
        moved = answer.cursor != self._heard
        self._heard = answer.cursor
        sent = self._send(answer.missing_blobs)
        if applied.new_epoch:
            self._count_epoch()
            return True
        return parcel.more or (answer.more and moved) or (sent > 0 and self._awaits_receipts())

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

    def _send(self, missing: Sequence[MissingBlob]) -> int:
        """Send the missing scans; how many arrived."""
        scans = [
            each
            for each in delivery.scans_to_send(self._desk, missing)
            if (each.reference, each.sha256) not in self._arrived
        ]
        self._tell.expect(scans)
        sender = BlobSender(self._desk.store.scans, self._transport, self._tell.meter)
        before, general = self._report.blobs, None
        for handful in send_all(sender, scans):
            self._book(handful)
            general = general or next((each.fault for each in handful if is_general(each)), None)
        if general is not None:
            raise _Ended(general) from general
        return self._report.blobs - before

    def _book(self, handful: Sequence[Outcome]) -> None:
        receipts = [jws for outcome in handful for jws in outcome.receipts]
        if receipts:
            self._note(delivery.store_receipts(self._desk, receipts))
        whole = [each.scan for each in handful if each.fault is None and not each.untried]
        self._arrived.update((scan.reference, scan.sha256) for scan in whole)
        self._report = replace(
            self._report,
            blobs=self._report.blobs + len(whole),
            bytes=self._report.bytes + sum(scan.size - scan.offset for scan in whole),
        )
        self._tell.arrived(len(whole))
        for outcome in handful:
            if outcome.fault is not None and not is_general(outcome):
                code = outcome.fault.code if outcome.ours else "scan_refused"
                self._changed(passes.set_case_aside(self._desk, outcome.scan.reference, code))

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
            self._changed(passes.store_pack(self._desk, pack))
        except UserError as error:
            self._warn(error.code)
            return False
        return True

    def _call(self, ask: Callable[[], _Answer]) -> _Answer:
        try:
            return ask()
        except FAULTS as fault:
            raise _Ended(fault) from fault
