"""Plan packs: published once with the server's signature, told to every station, fetched by year."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import lru_cache

from sqlalchemy import Connection, Row, func, insert, select

import resources
from central import audit
from central.context import Central
from central.schema import next_number
from central.tables import packs
from station_app.domain.canonical import sha256_hex
from station_app.durable import Point
from station_app.errors import UserError
from station_app.plans import Plan, PlanBook, bundle, load_plan, unbundle
from sync.envelope import sign_pack
from sync.wire import PackAnswer, PackChange

_LOG = logging.getLogger(__name__)


def publish_packaged(central: Central) -> list[int]:
    """Publish every plan that the program ships in a newer version than the server holds; returns their years."""
    return [year for year in resources.plan_years() if _publish_packaged(central, resources.plan_files(year))]


def _publish_packaged(central: Central, files: dict[str, str]) -> bool:
    plan, text = load_plan(files), bundle(files)
    with central.database.write(Point.SERVER_PLAN) as tx:
        newest = _newest(tx, plan.year)
        if newest is not None and newest.version >= plan.version:
            if newest.version == plan.version and newest.text != text:
                _LOG.warning("plan %s version %s differs from the one published", plan.year, plan.version)
            return False
        _insert(tx, central, plan, text)
    return True


def publish(central: Central, files: Mapping[str, str]) -> Plan:
    """Sign a pack and tell every station of it; cases filed before keep the version they were filed under.

    Raises UserError ``pack_invalid`` where it does not hold, ``pack_not_newer`` (``year``, ``version``, ``here``).
    """
    plan, text = load_plan(files), bundle(files)
    with central.database.write(Point.SERVER_PLAN) as tx:
        newest = _newest(tx, plan.year)
        if newest is not None and newest.version >= plan.version:
            raise UserError("pack_not_newer", "version", year=plan.year, version=plan.version, here=newest.version)
        _insert(tx, central, plan, text)
        audit.note(tx, "plan_published", f"{plan.year}/{plan.version}", central.now())
    return plan


def _insert(tx: Connection, central: Central, plan: Plan, text: str) -> None:
    tx.execute(
        insert(packs).values(
            seq=next_number(tx, "packs"),
            year=plan.year,
            version=plan.version,
            sha256=sha256_hex(text.encode()),
            text=text,
            signature=sign_pack(central.keys.private, plan.year, plan.version, text).signature,
            published_at=central.now(),
        )
    )


def pack_of(tx: Connection, year: int) -> PackAnswer:
    """The newest pack of a year; raises UserError ``plan_unknown``."""
    row = _newest(tx, year)
    if row is None:
        raise UserError("plan_unknown", "plan")
    return PackAnswer(year=row.year, version=row.version, text=row.text, signature=row.signature)


def pack_changes(tx: Connection, after: int, limit: int) -> list[PackChange]:
    """Packs published after a number, in order; of each year only the newest."""
    newest = select(func.max(packs.c.seq)).group_by(packs.c.year)
    query = select(packs).where(packs.c.seq > after, packs.c.seq.in_(newest)).order_by(packs.c.seq).limit(limit)
    return [PackChange(seq=row.seq, year=row.year, version=row.version, sha256=row.sha256) for row in tx.execute(query)]


def plan_book(tx: Connection) -> PlanBook:
    """Every version of every plan that was published."""
    return PlanBook.of(_read(text) for text in tx.execute(select(packs.c.text).order_by(packs.c.seq)).scalars())


@lru_cache(maxsize=256)
def _read(text: str) -> Plan:
    """Reading a pack takes longer than hashing its text, and a text means the same for ever."""
    return load_plan(unbundle(text))


def _newest(tx: Connection, year: int) -> Row[tuple[object, ...]] | None:
    return tx.execute(select(packs).where(packs.c.year == year).order_by(packs.c.version.desc()).limit(1)).first()
