"""The roster: what the association lists of its members, and what each station has not heard of it yet."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, Select, bindparam, delete, insert, or_, select, update

from central import audit, grant_news
from central.context import Central
from central.schema import next_number
from central.tables import members, roster_log
from station_app.domain.member import Member
from station_app.durable import Point
from sync.wire import MemberChange

_VALUES = ("name", "card_no", "phone", "employer", "district", "full_time_union_social_worker")
_SLICE = 400  # parameters of one IN (...)
_PART = 5000  # rows of one transaction
_T = TypeVar("_T")


@dataclass(frozen=True)
class Imported:
    """How many members an import added, changed, took out."""

    added: int
    changed: int
    gone: int


@dataclass(frozen=True)
class _Entry:
    """A line of the roster log to be written."""

    member_no: int
    district: str
    gone: bool


def import_roster(central: Central, rows: Iterable[Member], replace: bool = False) -> Imported:
    """Bring the roster up to these rows, found again by ``id_number``; ``replace``: who is not among them is gone.

    In parts, so that stations are served meanwhile; an import that was cut off is made good by repeating it.
    """
    wanted = {row.id_number: row for row in rows}
    new = changed = gone = 0
    for part in _parts(list(wanted.values()), _PART):
        with central.database.write(Point.SERVER_ROSTER) as tx:
            added, altered = _bring_up(tx, part)
            new, changed = new + added, changed + altered
    with central.database.write(Point.SERVER_ROSTER) as tx:
        if replace:
            gone = _take_out(tx, wanted)
        audit.note(tx, "roster_imported", f"{new} {changed} {gone}", central.now())
    return Imported(new, changed, gone)


def _bring_up(tx: Connection, part: Sequence[Member]) -> tuple[int, int]:
    next_number(tx, "roster", 0)  # holds the roster until the end
    known = {row.id_number: row for row in _rows_of(tx, [row.id_number for row in part])}
    new = [row for row in part if row.id_number not in known]
    pairs = [(known[row.id_number], row) for row in part if row.id_number in known]
    changed = [(old, row) for old, row in pairs if old.gone or any(_differs(old, row, name) for name in _VALUES)]
    _log(tx, _add(tx, new))
    _log_again(tx, _change(tx, changed))
    moved = [row.id_number for old, row in changed if old.gone or old.district != row.district]
    grant_news.note_people(tx, [*(row.id_number for row in new), *moved])
    return len(new), len(changed)


def _parts(rows: Sequence[_T], size: int) -> Iterator[Sequence[_T]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))


def _differs(old: Any, row: Member, name: str) -> bool:
    return bool(getattr(old, name) != getattr(row, name))


def _add(tx: Connection, new: Sequence[Member]) -> list[_Entry]:
    if not new:
        return []
    tx.execute(insert(members), [{**_values(row), "id_number": row.id_number, "gone": False} for row in new])
    numbers = {row.id_number: row.member_no for row in _rows_of(tx, [row.id_number for row in new])}
    return [_Entry(numbers[row.id_number], row.district, False) for row in new]


def _change(tx: Connection, changed: Sequence[tuple[Any, Member]]) -> list[_Entry]:
    if not changed:
        return []
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in _VALUES}
    tx.execute(
        update(members).where(members.c.member_no == bindparam("this")).values(gone=False, **values),
        [{"this": old.member_no, **{f"new_{name}": getattr(row, name) for name in _VALUES}} for old, row in changed],
    )
    moved = [_Entry(old.member_no, old.district, True) for old, row in changed if old.district != row.district]
    return [*moved, *(_Entry(old.member_no, row.district, False) for old, row in changed)]


def _take_out(tx: Connection, wanted: Container[str]) -> int:
    next_number(tx, "roster", 0)
    query = select(members.c.member_no, members.c.id_number, members.c.district).where(members.c.gone.is_(False))
    gone = [row for row in tx.execute(query) if row.id_number not in wanted]
    for part in _parts(gone, _SLICE):
        tx.execute(update(members).where(members.c.member_no.in_([row.member_no for row in part])).values(gone=True))
    _log_again(tx, [_Entry(row.member_no, row.district, True) for row in gone])
    grant_news.note_people(tx, [row.id_number for row in gone])
    return len(gone)


def _values(row: Member) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _VALUES}


def _rows_of(tx: Connection, id_numbers: Sequence[str]) -> list[Row[Any]]:
    found: list[Row[Any]] = []
    for part in _parts(id_numbers, _SLICE):
        found += tx.execute(select(members).where(members.c.id_number.in_(part)))
    return found


def _log_again(tx: Connection, entries: Sequence[_Entry]) -> None:
    _forget(tx, entries)
    _log(tx, entries)


def _forget(tx: Connection, entries: Sequence[_Entry]) -> None:
    """Of each member in each district the log holds one line: the older one goes."""
    if entries:
        statement = delete(roster_log).where(
            roster_log.c.member_no == bindparam("this"), roster_log.c.district == bindparam("there")
        )
        tx.execute(statement, [{"this": each.member_no, "there": each.district} for each in entries])


def _log(tx: Connection, entries: Sequence[_Entry]) -> None:
    """Give each entry a number of its own."""
    if entries:
        first = next_number(tx, "roster", len(entries))
        tx.execute(insert(roster_log), [{"seq": first + n, **asdict(each)} for n, each in enumerate(entries)])


def member_changes(tx: Connection, district: str, after: int, limit: int) -> list[MemberChange]:
    """What a station has not heard yet, in order. ``district`` empty: the whole city; members of no district: all."""
    log = log_after(district, after).subquery()
    query = select(members, log.c.seq, log.c.gone.label("left")).join(log).order_by(log.c.seq).limit(limit)
    return [_member_change(row, in_city=not district) for row in tx.execute(query)]


def log_after(district: str, after: int) -> Select[Any]:
    """The lines of the roster log behind a number that concern a district, or the whole city."""
    query = select(roster_log).where(roster_log.c.seq > after)
    return query.where(or_(roster_log.c.district == district, roster_log.c.district == "")) if district else query


def _member_change(row: Any, in_city: bool) -> MemberChange:
    """Who left a district has not left the city."""
    if row.gone or (row.left and not in_city):
        return MemberChange(seq=row.seq, member_no=row.member_no, gone=True)
    return MemberChange(
        seq=row.seq, member_no=row.member_no, id_number=row.id_number, **{name: getattr(row, name) for name in _VALUES}
    )
