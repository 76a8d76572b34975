"""What stands against a second grant, told to the stations of the district and to whoever asks: applied for, or paid.

``number`` gives what was noted (``grant_news``) its places in the log, in a transaction of its own, so that a station
that has heard all up to its cursor misses nothing that was committed later under an earlier number. A case is told in
the district of its station and in that where the roster lists the person.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, delete, func, insert, or_, select

from central.cases import NO_CLAIM, with_money_on_its_way, year_paid
from central.context import Central
from central.devices import Device
from central.schema import next_number
from central.tables import applications, batches, grant_log, grant_news, members, stations
from station_app.durable import Point
from sync.wire import GrantChange, StandingAnswer, StandingRequest

_SLICE = 400  # parameters of one IN (...)
_NOWHERE = "-"  # no station is there: only those of the whole city hear of it


def number(central: Central) -> None:
    """Bring the log up to what was noted; costs one look where there is nothing."""
    with central.database.read() as tx:
        if tx.execute(select(grant_news.c.id).limit(1)).first() is None:
            return
    with central.database.write(Point.SERVER_SYNC) as tx:
        next_number(tx, "grants", 0)  # one at a time, to the end
        noted = tx.execute(select(grant_news.c.id, grant_news.c.reference)).all()
        references = sorted({row.reference for row in noted})
        for start in range(0, len(references), _SLICE):
            _number(tx, references[start : start + _SLICE])
        for start in range(0, len(noted), _SLICE):
            tx.execute(delete(grant_news).where(grant_news.c.id.in_([row.id for row in noted[start : start + _SLICE]])))


@dataclass(frozen=True)
class _Line:
    """A place in the log. ``gone``: the case is not this district's any more."""

    reference: str
    district: str
    grant_no: int
    gone: bool


def _number(tx: Connection, references: Sequence[str]) -> None:
    told = tx.execute(select(grant_log).where(grant_log.c.reference.in_(references))).all()
    numbers = {row.reference: row.grant_no for row in told}
    unnumbered = [each for each in references if each not in numbers]
    first = next_number(tx, "grants", len(unnumbered))
    numbers |= {reference: first + n for n, reference in enumerate(unnumbered)}
    wanted = _districts(tx, references)
    left = {(row.reference, row.district) for row in told} - wanted
    # what is gone comes first: who hears of a case in two districts keeps it by the later line
    places = [*sorted(left), *sorted(wanted)]
    lines = [_Line(*place, numbers[place[0]], place in left) for place in places]
    tx.execute(delete(grant_log).where(grant_log.c.reference.in_(references)))
    seq = next_number(tx, "grants", len(lines))
    tx.execute(insert(grant_log), [{"seq": seq + n, **vars(line)} for n, line in enumerate(lines)])


def _districts(tx: Connection, references: Sequence[str]) -> set[tuple[str, str]]:
    """Each case with each district that hears of it; the empty one stands for all."""
    query = (
        select(applications.c.reference, stations.c.district, members.c.district.label("home"))
        .join(stations, stations.c.station_no == applications.c.station_no)
        .outerjoin(members, and_(members.c.id_number == applications.c.id_number, members.c.gone.is_(False)))
        .where(applications.c.reference.in_(references))
    )
    rows = tx.execute(query).all()
    there = {(row.reference, row.district or _NOWHERE) for row in rows}
    return there | {(row.reference, row.home) for row in rows if row.home is not None}


# ---- what a station hears


def grant_changes(tx: Connection, device: Device, after: int, limit: int) -> tuple[list[GrantChange], int]:
    """What a device has not heard, its own cases left out, and how far it has come with it."""
    last: int = tx.execute(select(func.coalesce(func.max(grant_log.c.seq), 0))).scalar_one()
    query = (
        _lines()
        .where(grant_log.c.seq > after, applications.c.device_id != device.id)
        .order_by(grant_log.c.seq)
        .limit(limit)
    )
    if device.district:
        query = query.where(or_(grant_log.c.district == device.district, grant_log.c.district == ""))
    found = [_change(row) for row in tx.execute(query)]
    return found, (found[-1].seq if len(found) == limit else last)


def standing(central: Central, device: Device, question: StandingRequest) -> StandingAnswer:
    """What one person has at other PCs of any district, as it is now, in the words of the log."""
    number(central)
    with central.database.read() as tx:
        seq: int = tx.execute(select(func.coalesce(func.max(grant_log.c.seq), 0))).scalar_one()
        found = _grants_of(tx, device, question.id_number)
    years = [each.year_paid for each in found if each.plan == question.plan]
    return StandingAnswer(
        epoch=central.epoch,
        seq=seq,
        applied=bool(years),
        paid=any(year is not None for year in years),
        grants=found,
    )


def _grants_of(tx: Connection, device: Device, id_number: str) -> list[GrantChange]:
    """A case stands in the log once for each district that hears of it; here it counts once."""
    query = _lines().where(
        applications.c.id_number == id_number,
        applications.c.device_id != device.id,
        applications.c.state.not_in(NO_CLAIM),
        grant_log.c.gone.is_(False),
    )
    told = {row.grant_no: _change(row) for row in tx.execute(query.order_by(grant_log.c.seq))}
    return list(told.values())


def _lines() -> Select[Any]:
    """The log beside the cases as they are now."""
    lines = select(grant_log.c.seq, grant_log.c.grant_no, grant_log.c.gone, applications, batches.c.made_at)
    return with_money_on_its_way(lines.join(applications, applications.c.reference == grant_log.c.reference))


def _change(row: Row[tuple[object, ...]]) -> GrantChange:
    if row.gone or row.state in NO_CLAIM or not row.id_number:
        return GrantChange(seq=row.seq, grant_no=row.grant_no, gone=True)
    return GrantChange(
        seq=row.seq,
        grant_no=row.grant_no,
        id_number=row.id_number,
        plan=row.plan,
        category=row.category,
        year_paid=year_paid(row),
        **json.loads(row.claim),
    )
