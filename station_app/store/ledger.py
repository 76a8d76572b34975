"""台账: the lines of the ledger, filtered and found by what a clerk can type."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, exists, func, or_, select

from station_app.domain.application import Category, State
from station_app.domain.identity import tidy_number
from station_app.domain.pinyin import GIVEN, query_key
from station_app.store import names
from station_app.store.records import LedgerQuery, LedgerRow
from station_app.store.schema import applications, name_keys, receipts

_RECEIPTED = exists().where(
    and_(receipts.c.application_id == applications.c.id, receipts.c.revision == applications.c.revision)
)
_COLUMNS = (
    applications.c.id,
    applications.c.reference,
    applications.c.state,
    applications.c.revision,
    applications.c.plan,
    applications.c.category,
    applications.c.name,
    applications.c.id_number,
    func.json_extract(applications.c.content, "$.applicant.employer").label("employer"),
    func.json_extract(applications.c.content, "$.applied_on").label("applied_on"),
    func.json_extract(applications.c.assessment, "$.verdict").label("verdict"),
    func.json_extract(applications.c.assessment, "$.amount").label("assessed_amount"),
    applications.c.amount,
    applications.c.paid_on,
    func.coalesce(applications.c.holder_name, applications.c.author_name).label("holder_name"),
    func.json_array_length(applications.c.returned).label("returned"),
    _RECEIPTED.label("receipted"),
    applications.c.updated_at,
)


def find(connection: Connection, query: LedgerQuery) -> list[LedgerRow]:
    statement = _filtered(select(*_COLUMNS), query)
    statement = statement.order_by(applications.c.updated_at.desc(), applications.c.reference.desc())
    return [_line(row) for row in connection.execute(statement.limit(query.limit).offset(query.offset)).mappings()]


def count(connection: Connection, query: LedgerQuery) -> int:
    return int(connection.execute(_filtered(select(func.count(applications.c.id)), query)).scalar_one())


def _filtered(statement: Select[Any], query: LedgerQuery) -> Select[Any]:
    state: ColumnElement[str] = applications.c.state
    if query.text.strip():
        state = state.concat("")  # keeps SQLite off the index of states: what was typed is narrower
    if query.states:
        statement = statement.where(state.in_(sorted(each.value for each in query.states)))
    if query.plan is not None:
        statement = statement.where(applications.c.plan == query.plan)
    if query.category is not None:
        statement = statement.where(applications.c.category == query.category.value)
    if query.text.strip():
        statement = statement.where(_found(query.text))
    return statement


def _found(text: str) -> ColumnElement[bool]:
    """Each branch is a range of one index."""
    columns = [applications.c.reference]
    number = tidy_number(text)
    if number.removesuffix("X").isdigit():
        columns += [applications.c.id_number, applications.c.card_no, applications.c.phone]
    branches = [_begins(column, number if column is not applications.c.reference else text) for column in columns]
    key = query_key(text)
    if key:
        spelled = or_(_begins(name_keys.c.key, key), _begins(name_keys.c.key, GIVEN + key))
        branches.append(applications.c.name.in_(select(name_keys.c.name).where(spelled)))
    return or_(*branches)


def _begins(column: ColumnElement[str], prefix: str) -> ColumnElement[bool]:
    first, last = names.bounds(prefix.strip().upper() if column is applications.c.reference else prefix)
    return and_(column >= first, column < last)


def _line(row: RowMapping) -> LedgerRow:
    values: dict[str, Any] = dict(row)
    values.update(
        state=State(values["state"]),
        category=Category(values["category"]),
        employer=values["employer"] or "",
        receipted=bool(values["receipted"]),
    )
    return LedgerRow(**values)
