"""What waits to be told to the server. Rows, never memory; the stored bytes are what is sent, retried and hashed."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, func, insert, or_, select, update

from station_app.domain.canonical import sha256_hex
from station_app.errors import UserError
from station_app.store.records import OPEN_OUTBOX, TROUBLED_OUTBOX, OutboxRow, OutboxState
from station_app.store.schema import outbox
from station_app.store.times import Moment, stamp


class Outbox:
    """``body`` and ``op_id`` of a row never change (trigger); only its state, attempts and codes do."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def enqueue(
        self, op_id: str, application_id: str, reference: str, kind: str, revision: int, body: str, now: Moment
    ) -> int:
        """Add an op and return its ``seq``. One open op for each case, revision and kind (``add_scans`` excepted)."""
        statement = insert(outbox).values(
            op_id=op_id,
            application_id=application_id,
            reference=reference,
            kind=kind,
            revision=revision,
            body=body,
            body_sha256=sha256_hex(body.encode()),
            state=OutboxState.WAITING.value,
            attempts=0,
            created_at=stamp(now),
        )
        return int(self._connection.execute(statement.returning(outbox.c.seq)).scalar_one())

    def due(self, now: Moment, limit: int) -> list[OutboxRow]:
        """The next ops to send, in the order they were made."""
        waiting = select(outbox).where(outbox.c.state == OutboxState.WAITING.value)
        due = waiting.where(or_(outbox.c.next_try_at.is_(None), outbox.c.next_try_at <= stamp(now)))
        return self._rows(due.order_by(outbox.c.seq).limit(limit))

    def get(self, op_id: str) -> OutboxRow:
        """Raises UserError ``op_unknown``."""
        found = self._rows(select(outbox).where(outbox.c.op_id == op_id))
        if not found:
            raise UserError("op_unknown")
        return found[0]

    def of(self, application_id: str) -> list[OutboxRow]:
        """Every op of a case, the oldest first."""
        return self._rows(select(outbox).where(outbox.c.application_id == application_id).order_by(outbox.c.seq))

    def of_cases(self, application_ids: Collection[str]) -> list[OutboxRow]:
        """Every op of these cases (some hundreds at most), the oldest first."""
        wanted = outbox.c.application_id.in_(sorted(application_ids))
        return self._rows(select(outbox).where(wanted).order_by(outbox.c.seq))

    def mark_all(self, op_ids: Collection[str], state: OutboxState) -> None:
        """The same became of all these ops (some hundreds at most); what is done stays done, whoever was faster."""
        if op_ids:
            values = {"state": state.value, "last_code": None, "next_try_at": None}
            open_ones = outbox.c.op_id.in_(sorted(op_ids)) & (outbox.c.state != OutboxState.DONE.value)
            self._connection.execute(update(outbox).where(open_ones).values(**values))

    def mark(self, op_id: str, state: OutboxState, code: str | None = None) -> None:
        """What became of an op; ``code`` says why."""
        self._change(op_id, state=state.value, last_code=code, next_try_at=None)

    def postpone(self, op_id: str, code: str, next_try_at: Moment) -> None:
        """An attempt failed: count it and try again then."""
        self._change(op_id, attempts=outbox.c.attempts + 1, last_code=code, next_try_at=stamp(next_try_at))

    def retry(self, op_id: str) -> None:
        """Somebody asked for it: send at the next pass, whatever happened before."""
        self._change(op_id, state=OutboxState.WAITING.value, attempts=0, next_try_at=None)

    def open_rows(self) -> list[OutboxRow]:
        """Waiting, accepted and quarantined ops, in the order they were made."""
        return self.in_states(*OPEN_OUTBOX)

    def awaiting_receipt(self) -> list[OutboxRow]:
        """Ops that the server has but has not receipted yet."""
        return self.in_states(OutboxState.ACCEPTED)

    def troubled(self) -> list[OutboxRow]:
        """Ops that a person must look at: set aside, refused or forked."""
        return self.in_states(*TROUBLED_OUTBOX)

    def offer_again(self) -> int:
        """The server was restored: everything it accepted or receipted waits again; how many ops that are."""
        told = (OutboxState.ACCEPTED.value, OutboxState.DONE.value)
        statement = update(outbox).where(outbox.c.state.in_(told))
        return self._connection.execute(statement.values(state=OutboxState.WAITING.value, next_try_at=None)).rowcount

    def in_states(self, *states: OutboxState) -> list[OutboxRow]:
        wanted = sorted(each.value for each in states)
        return self._rows(select(outbox).where(outbox.c.state.in_(wanted)).order_by(outbox.c.seq))

    def counts(self) -> dict[OutboxState, int]:
        """How many ops are in each state; every state is a key."""
        found = self._connection.execute(select(outbox.c.state, func.count()).group_by(outbox.c.state))
        counted = {str(state): int(number) for state, number in found}
        return {state: counted.get(state.value, 0) for state in OutboxState}

    def _change(self, op_id: str, **values: Any) -> None:
        if self._connection.execute(update(outbox).where(outbox.c.op_id == op_id).values(**values)).rowcount == 0:
            raise UserError("op_unknown")

    def _rows(self, statement: Select[Any]) -> list[OutboxRow]:
        return [_row(row) for row in self._connection.execute(statement).mappings()]


def _row(row: RowMapping) -> OutboxRow:
    values: dict[str, Any] = dict(row)
    return OutboxRow(**{**values, "state": OutboxState(row["state"])})
