"""A server that keeps what it is told, in memory, and can be told to misbehave as the real one never does."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from station_app.domain.canonical import sha256_hex
from station_app.store.records import OutboxRow, OutboxState
from sync.wire import Cursor, MissingBlob, OpResult, PackAnswer, Result, SyncAnswer, SyncRequest
from tests.unit.sync.scripted import Asked, Say, say_json, say_problem
from tests.unit.sync.stations import Station


def _row(op_id: str, seq: int, kind: str, body: str) -> OutboxRow:
    told = json.loads(body)
    return OutboxRow(
        seq,
        op_id,
        told["application_id"],
        told["reference"],
        kind,
        told.get("revision", 1),
        body,
        sha256_hex(body.encode()),
        OutboxState.WAITING,
        0,
        None,
        None,
        "",
    )


@dataclass
class PoorServer:
    """Answers for one station. ``before`` may answer first; ``change`` may alter a sync answer."""

    station: Station
    before: Callable[[Asked], Say | None] = lambda _asked: None
    change: Callable[[SyncAnswer], SyncAnswer] = lambda answer: answer
    packs: dict[int, PackAnswer] = field(default_factory=dict)
    rows: dict[str, OutboxRow] = field(default_factory=dict)
    scans: set[str] = field(default_factory=set)

    def __call__(self, asked: Asked) -> Say:
        said = self.before(asked)
        if said is not None:
            return said
        if asked.path == "/v1/sync":
            return self._sync(SyncRequest.model_validate_json(asked.body))
        if asked.path.startswith("/v1/plans/"):
            return self._plan(int(asked.path.rsplit("/", 1)[1]))
        if asked.path == "/v1/blobs":
            return say_problem(404, "not_found")  # of an older version
        self.scans.add(sha256_hex(asked.body))
        return say_json({"receipts": []})

    def references(self) -> set[str]:
        return {row.reference for row in self.rows.values()}

    def _sync(self, request: SyncRequest) -> Say:
        for op in request.ops:
            self.rows[op.op_id] = _row(op.op_id, op.seq, op.kind.value, op.body)
        wanted = {op.op_id for op in request.ops}
        asked_for = {have.reference for have in request.have}
        rows = [row for row in self.rows.values() if row.op_id in wanted or row.reference in asked_for]
        answer = SyncAnswer(
            epoch="epoch-1",
            server_time=self.station.desk.now(),
            results=[Result(op_id=op_id, result=OpResult.ACCEPTED) for op_id in wanted],
            receipts=[self.station.receipt(row) for row in rows if not self._missing(row)],
            missing_blobs=[each for row in rows for each in self._missing(row)],
            cursor=Cursor(),
        )
        return say_json(self.change(answer).model_dump(mode="json"))

    def _missing(self, row: OutboxRow) -> list[MissingBlob]:
        scans = {each["sha256"]: each["size"] for each in json.loads(row.body).get("scans", [])}
        return [
            MissingBlob(reference=row.reference, sha256=sha256, size=size)
            for sha256, size in scans.items()
            if sha256 not in self.scans
        ]

    def _plan(self, year: int) -> Say:
        pack = self.packs.get(year)
        return say_json(pack.model_dump()) if pack else say_problem(404, "plan_unknown")
