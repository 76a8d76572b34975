"""Cases: the record, its moves, its frozen revisions, and what the repeat rules need to know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from station_app.domain.application import EDITABLE, Content, State, check_move
from station_app.domain.canonical import sha256_hex
from station_app.domain.operator import Operator
from station_app.errors import UserError
from station_app.store import ledger, rows
from station_app.store.names import NameKeys
from station_app.store.records import (
    ApplicationRecord,
    GrantRow,
    LedgerQuery,
    LedgerRow,
    MoveRecord,
    RevisionRecord,
    Source,
)
from station_app.store.schema import applications, moves, revisions, serials
from station_app.store.times import Moment, stamp

_COUNTING = (State.QUEUED, State.RECEIVED, State.RETURNED, State.APPROVED, State.PAID)
_BY_ID = select(applications).where(applications.c.id == bindparam("wanted"))
_BY_REFERENCE = select(applications).where(applications.c.reference == bindparam("wanted"))
_STATE = select(applications.c.state, applications.c.revision, applications.c.name).where(
    applications.c.id == bindparam("wanted")
)
_FACT_COLUMNS = frozenset({"rejection_code", "amount", "paid_on", "paid_seq", "returned", "server_assessment"})


_LOST_BODY = '{"lost":true}'  # in the place of a revision that only the server has


class Applications:
    """All methods that look a case up raise UserError ``application_unknown`` when there is none."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._names = NameKeys(connection, "name_keys", "applications")

    # ---- the record

    def next_serial(self, year: int, first: int = 1) -> int:
        """The next number for a 受理号 of this plan year, from ``first`` on; never given twice."""
        statement = upsert(serials).values(year=year, last=first)
        statement = statement.on_conflict_do_update(index_elements=["year"], set_={"last": serials.c.last + 1})
        return int(self._connection.execute(statement.returning(serials.c.last)).scalar_one())

    def is_taken(self, year: int, serial: int) -> None:
        """A number that this home did not make, or has forgotten, is in use: the next one lies behind it."""
        statement = upsert(serials).values(year=year, last=serial)
        later = func.max(serials.c.last, serial)
        self._connection.execute(statement.on_conflict_do_update(index_elements=["year"], set_={"last": later}))

    def begin_serials_anew(self) -> None:
        """A new restore generation counts from its own first number."""
        self._connection.execute(delete(serials))

    def add(self, record: ApplicationRecord) -> None:
        """A new draft, and the first line of its history. Raises BugError ``application_not_a_draft``."""
        self._connection.execute(insert(applications), rows.of_application(record))
        self._names.know([str(record.content.value("name") or "")])
        self._write_history(record.id, 0, None, record.state, record.created_at, record.author_id, Source.STATION, {})

    def get(self, application_id: str) -> ApplicationRecord:
        return self._one(_BY_ID, application_id)

    def by_reference(self, reference: str) -> ApplicationRecord:
        return self._one(_BY_REFERENCE, reference)

    def _one(self, statement: Select[Any], wanted: str) -> ApplicationRecord:
        row = self._connection.execute(statement, {"wanted": wanted}).first()
        if row is None:
            raise UserError("application_unknown")
        return rows.application(row)

    def save_content(
        self,
        application_id: str,
        content: Content,
        assessment: Mapping[str, Any] | None,
        now: Moment,
        *,
        pack_version: int | None = None,
    ) -> None:
        """What the clerk has entered; UserError ``not_editable`` outside draft and returned."""
        before = self._state(application_id)
        if before.state not in EDITABLE:
            raise UserError("not_editable", state=before.state)
        values = {**rows.searched(content), "assessment": rows.json_or_none(assessment), "updated_at": stamp(now)}
        if pack_version is not None:
            values["pack_version"] = pack_version
        self._update(application_id, values)
        if values["name"] != before.name:
            self._names.know([values["name"]])
            self._names.forget([before.name])

    def set_consent(self, application_id: str, consent: Mapping[str, Any], now: Moment) -> None:
        self._state(application_id)
        self._update(application_id, {"consent": rows.to_json(consent), "updated_at": stamp(now)})

    def set_insisted(self, application_id: str, reason: str | None, now: Moment) -> None:
        """The worker's insistence on a case that does not qualify; None takes it back."""
        self._state(application_id)
        self._update(application_id, {"insisted": reason, "updated_at": stamp(now)})

    def set_assessment(self, application_id: str, assessment: Mapping[str, Any] | None, pack_version: int) -> None:
        """Our verdict, and the version of the plan that gave it: at submit, or when a draft goes over to a new one."""
        self._state(application_id)
        self._update(application_id, {"assessment": rows.json_or_none(assessment), "pack_version": pack_version})

    def set_server_assessment(self, application_id: str, assessment: Mapping[str, Any]) -> None:
        self._state(application_id)
        self._update(application_id, {"server_assessment": rows.to_json(assessment)})

    def hand_over(self, application_id: str, to: Operator, at: Moment, by: str) -> None:
        """Another operator has the case from now on: the record says who, the history who from whom."""
        record, state = self.get(application_id), self._state(application_id)
        values = {"holder_id": to.id, "holder_name": to.name, "updated_at": stamp(at)}
        self._update(application_id, values)
        facts = {"handed_from": record.holder_name, "handed_to": to.name}
        here = State(state.state)
        self._write_history(application_id, state.revision, here, here, stamp(at), by, Source.STATION, facts)

    # ---- moves

    def move(
        self, application_id: str, to: State, at: Moment, by: str, source: Source | str, **facts: Any
    ) -> ApplicationRecord:
        """Move a case, write its history, and return it as it then stands.

        ``by``: the operator's id, empty for the server. Facts that are columns are kept there as well:
        ``returned`` (FieldReturns), ``rejection_code``, ``amount``, ``paid_on``, ``server_assessment``; a new queued
        revision clears ``returned``. Raises UserError ``move_not_allowed``.
        """
        before = self._state(application_id)
        check_move(State(before.state), to)
        values: dict[str, Any] = {"state": to.value, "updated_at": stamp(at)}
        if to is State.QUEUED:
            values["returned"] = "[]"
        told = rows.told(facts)
        values.update({name: rows.column(told[name]) for name in _FACT_COLUMNS & told.keys()})
        self._update(application_id, values)
        self._write_history(
            application_id, before.revision, State(before.state), to, stamp(at), by, Source(source), told
        )
        return self.get(application_id)

    def receive(self, receipted: Mapping[tuple[str, int], Moment]) -> None:
        """Receipts are here for these cases (id, revision): what is still queued at that revision is received."""
        queued = select(applications.c.id, applications.c.revision).where(
            applications.c.id.in_([application_id for application_id, _ in receipted]),
            applications.c.state == State.QUEUED.value,
        )
        for application_id, revision in self._connection.execute(queued).all():
            if (application_id, revision) in receipted:
                at, now = stamp(receipted[application_id, revision]), State.QUEUED
                self._update(application_id, {"state": State.RECEIVED.value, "updated_at": at})
                self._write_history(application_id, revision, now, State.RECEIVED, at, "", Source.SERVER, {})

    def adopt(self, application_id: str, to: State, at: Moment, *, new: bool, **facts: Any) -> ApplicationRecord:
        """Take the server's word for where a case stands, also where the table of moves has no such step.

        ``new``: write it into the history; False when the history tells it already. Every given fact that is a column
        is set, None clears it.
        """
        before = self._state(application_id)
        told = rows.told(facts)
        if new:
            now = State(before.state)
            self._write_history(application_id, before.revision, now, to, stamp(at), "", Source.SERVER, told)
        columns = {name: rows.column(told.get(name)) for name in _FACT_COLUMNS & facts.keys()}
        self._update(application_id, {"state": to.value, "updated_at": stamp(at), **columns})
        return self.get(application_id)

    def forget_places(self) -> None:
        """The server's log was begun anew: the numbers of its payments mean nothing any more."""
        self._connection.execute(update(applications).values(paid_seq=None))

    def history(self, application_id: str) -> list[MoveRecord]:
        """Every move, the oldest first."""
        found = self._connection.execute(
            select(moves).where(moves.c.application_id == application_id).order_by(moves.c.seq)
        )
        return [rows.move(row) for row in found]

    # ---- revisions

    def freeze(self, application_id: str, revision: int, body: str, *, operator_id: str, at: Moment) -> RevisionRecord:
        """Freeze the next revision: these bytes for ever. Raises BugError ``revision_not_consecutive``."""
        self._state(application_id)
        record = RevisionRecord(application_id, revision, body, sha256_hex(body.encode()), operator_id, stamp(at))
        self._connection.execute(
            insert(revisions),
            {
                "application_id": application_id,
                "revision": revision,
                "body": body,
                "body_sha256": record.body_sha256,
                "operator_id": operator_id,
                "frozen_at": record.frozen_at,
            },
        )
        self._update(application_id, {"revision": revision})
        return record

    def count_lost_revisions(self, application_id: str, revision: int, at: Moment) -> None:
        """The server has revisions up to this one that this home has lost: the next one here must follow them."""
        for lost in range(self._state(application_id).revision + 1, revision + 1):
            self.freeze(application_id, lost, _LOST_BODY, operator_id="", at=at)

    def revisions(self, application_id: str) -> list[RevisionRecord]:
        """Every frozen revision, the first first."""
        found = self._connection.execute(
            select(revisions).where(revisions.c.application_id == application_id).order_by(revisions.c.revision)
        )
        return [RevisionRecord(*row) for row in found]

    # ---- across cases

    def find(self, query: LedgerQuery) -> list[LedgerRow]:
        """Lines of 台账, the last changed first."""
        return ledger.find(self._connection, query)

    def count(self, query: LedgerQuery) -> int:
        """How many lines there are without ``limit`` and ``offset``."""
        return ledger.count(self._connection, query)

    def count_by_state(self) -> dict[State, int]:
        found = self._connection.execute(select(applications.c.state, func.count()).group_by(applications.c.state))
        return {State(state): number for state, number in found}

    def unfinished(self) -> list[ApplicationRecord]:
        """Drafts and returned cases, returned ones first, then the last changed: what 待办 starts from."""
        found = self._connection.execute(
            select(applications)
            .where(applications.c.state.in_([State.DRAFT.value, State.RETURNED.value]))
            .order_by(applications.c.state.desc(), applications.c.updated_at.desc())
        )
        return [rows.application(row) for row in found]

    def grants_of(self, id_number: str) -> list[GrantRow]:
        """This person's cases that were paid or may still be, the oldest first; drafts do not count."""
        if not id_number:
            return []
        found = self._connection.execute(
            select(applications)
            .where(applications.c.id_number == id_number)
            .where(applications.c.state.in_([each.value for each in _COUNTING]))
            .order_by(applications.c.created_at)
        )
        return [rows.grant(rows.application(row)) for row in found]

    # ---- inside

    def _state(self, application_id: str) -> Row[Any]:
        row = self._connection.execute(_STATE, {"wanted": application_id}).first()
        if row is None:
            raise UserError("application_unknown")
        return row

    def _update(self, application_id: str, values: Mapping[str, Any]) -> None:
        self._connection.execute(update(applications).where(applications.c.id == application_id).values(**values))

    def _write_history(
        self,
        application_id: str,
        revision: int,
        from_state: State | None,
        to: State,
        at: str,
        by: str,
        source: Source,
        facts: Mapping[str, Any],
    ) -> None:
        self._connection.execute(
            insert(moves),
            {
                "application_id": application_id,
                "revision": revision,
                "from_state": from_state.value if from_state else None,
                "to_state": to.value,
                "at": at,
                "by": by,
                "source": source.value,
                "facts": rows.to_json(facts),
            },
        )
