"""Many small scans in one request, where the line is quick enough for it: a request costs more than such a scan.

What cannot be bundled, or broke off, goes one by one (``sync.blobs``), from where the server stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from station_app.errors import StationError
from station_app.services.delivery import ScanToSend
from sync.blobs import WORTH_RESUMING, BlobSender
from sync.outcomes import FAULTS, Meter, Outcome, ReadsScans, read_scan
from sync.transport import Transport
from sync.wire import Bundle, BundleAnswer, Bundled

_UNKNOWN_ROUTE = frozenset({404, 405, 415})
_WORTH_TRYING_ALONE = WORTH_RESUMING | {"server_error"}


class BundleSender:
    """Sends batches from several threads. ``usable`` is False once the server has shown that it knows no bundles."""

    def __init__(self, scans: ReadsScans, transport: Transport, meter: Meter) -> None:
        self.usable = True
        self._scans = scans
        self._transport = transport
        self._meter = meter
        self._blobs = BlobSender(scans, transport, meter)
        self._resumed: set[ScanToSend] = set()  # of bundles that broke off

    def outcomes(self, batch: Sequence[ScanToSend]) -> tuple[list[Outcome], list[ScanToSend]]:
        """What became of the scans of a batch, and those that are to be sent alone, from where the server stands."""
        if len(batch) == 1:
            return [self._alone(batch[0])], []
        found, contents = self._read(batch)
        if not contents:
            return found, []
        try:
            sent, back = self._sent(list(contents), list(contents.values()))
        except FAULTS as fault:
            sent, back = self._broken_off(list(contents), fault)
        self._resumed.update(back)
        return found + sent, back

    def _alone(self, scan: ScanToSend) -> Outcome:
        """Where part of a scan was sent before, ask how far: an earlier request, ours or that of a process that is
        gone, may still be coming in, and a body for the wrong place is sent in vain.
        """
        if not scan.offset and (scan not in self._resumed or not self.usable):
            return self._blobs.outcome(scan)
        try:
            offset = self._transport.blob_offset(scan.reference, scan.sha256)
        except FAULTS as fault:
            return Outcome(scan, fault=fault)
        begun = replace(scan, offset=min(offset, scan.size))
        self._meter(begun.offset - scan.offset)  # it has arrived, whoever sent it: what is left must come to nothing
        return self._blobs.outcome(begun)

    def _read(self, batch: Sequence[ScanToSend]) -> tuple[list[Outcome], dict[ScanToSend, memoryview]]:
        """The bytes of a batch, and what is wrong with those of which they cannot be had."""
        bad, contents = [], {}
        for scan in batch:
            try:
                contents[scan] = read_scan(self._scans, scan)
            except FAULTS as fault:
                bad.append(Outcome(scan, fault=fault, ours=True))
        return bad, contents

    def _sent(
        self, scans: Sequence[ScanToSend], contents: Sequence[memoryview]
    ) -> tuple[list[Outcome], list[ScanToSend]]:
        told = Bundle(scans=[Bundled(reference=each.reference, sha256=each.sha256, size=each.size) for each in scans])
        left = 0

        def sent(size: int) -> None:
            nonlocal left
            left += size
            self._meter(size)

        try:
            answer = self._transport.send_bundle(told, contents, sent)
        except FAULTS:
            self._meter(-left)
            raise
        return self._judged(scans, answer)

    def _judged(self, scans: Sequence[ScanToSend], answer: BundleAnswer) -> tuple[list[Outcome], list[ScanToSend]]:
        """Scans that the server did not take out of the bundle are sent alone, which tells why."""
        codes = [*answer.codes, *["missing"] * len(scans)]
        whole = [scan for scan, code in zip(scans, codes, strict=False) if code is None]
        back = [scan for scan in scans if scan not in whole]
        self._meter(-sum(scan.size for scan in back))
        receipts = [tuple(answer.receipts)] + [()] * len(whole)
        return [Outcome(scan, jws) for scan, jws in zip(whole, receipts, strict=False)], back

    def _broken_off(self, scans: Sequence[ScanToSend], fault: StationError) -> tuple[list[Outcome], list[ScanToSend]]:
        if fault.code == "request_refused" and fault.params.get("status") in _UNKNOWN_ROUTE:
            self.usable = False
        elif fault.code not in _WORTH_TRYING_ALONE:
            return [Outcome(scans[0], fault=fault), *(Outcome(scan, untried=True) for scan in scans[1:])], []
        return [], list(scans)
