"""Life of a plan pack on this PC: taken in when its signature holds and it is newer, kept by version, told of.

What the program ships is kept like what the server sent: a later program may ship another version, and an application
keeps the version that it was filed under.
"""

from __future__ import annotations

from dataclasses import dataclass

import resources
from station_app.durable import Point
from station_app.errors import UserError
from station_app.events import Changed, Kind
from station_app.plans import Plan, PlanBook, bundle, load_plan, unbundle
from station_app.services import plan_flips
from station_app.services.desk import Desk
from station_app.services.plan_book import packaged_plans, plans_with
from station_app.store import UnitOfWork
from station_app.store.records import PackRecord
from sync.envelope import EnvelopeError, check_pack, decode_key
from sync.wire import PackAnswer


@dataclass(frozen=True)
class PackLine:
    """One version of a plan. ``since``: when it came to this PC, None without a home. ``signed``: whether the server's
    signature holds; None for what came with the program, which the program's own signature covers.
    """

    plan: Plan
    in_force: bool
    since: str | None = None
    signed: bool | None = None


def open_book(uow: UnitOfWork, now: str, by: str) -> PlanBook:
    """Every version this home knows. What the program ships and the home has not yet seen is kept; where it replaces
    an older version, the cases whose answer changed are noted.
    """
    packaged, kept = packaged_plans(), uow.packs.all()
    book = plans_with(packaged, [each.text for each in kept if not packaged.has(each.year, each.version)])
    known = {(each.year, each.version) for each in kept}
    for plan in packaged.plans.values():
        if (plan.year, plan.version) not in known:
            uow.packs.put(plan.year, plan.version, bundle(resources.plan_files(plan.year)), "", now)
            _put_in_force(uow, book, plan, now, by)
    return book


def store_pack(desk: Desk, pack: PackAnswer) -> Changed:
    """Check a plan pack, put it in force and note the cases whose answer it changes.

    Raises UserError ``pack_unsigned`` (not the server's), ``pack_malformed``, ``pack_not_newer``.
    """
    with desk.store.read() as uow:
        server_key = uow.facts.get("server_key") or ""
    if not _is_signed(pack, server_key):
        raise UserError("pack_unsigned", year=pack.year)
    plan = _read(pack)
    _check_newer(desk.plans, plan)
    book = PlanBook.of((*desk.plans.versions, plan))
    with desk.store.write(Point.APPLY) as uow:
        uow.packs.put(pack.year, pack.version, pack.text, pack.signature, desk.now())
        _put_in_force(uow, book, plan, desk.now(), "")
    desk.plans = book
    return Changed.of(Kind.PLANS, Kind.APPLICATIONS)


def listing(desk: Desk) -> tuple[PackLine, ...]:
    """Every version on this PC, by year and version."""
    with desk.store.read() as uow:
        kept = {(each.year, each.version): each for each in uow.packs.all()}
        server_key = uow.facts.get("server_key") or ""
    return tuple(
        _line(desk.plans, plan, kept.get((plan.year, plan.version)), server_key) for plan in desk.plans.versions
    )


def _line(book: PlanBook, plan: Plan, kept: PackRecord | None, server_key: str) -> PackLine:
    signed = None
    if kept is not None and kept.signature:
        answer = PackAnswer(year=kept.year, version=kept.version, text=kept.text, signature=kept.signature)
        signed = _is_signed(answer, server_key)
    return PackLine(plan, book.get(plan.year) is plan, kept.received_at if kept else None, signed)


def _is_signed(pack: PackAnswer, server_key: str) -> bool:
    try:
        check_pack(pack, decode_key(server_key))
    except EnvelopeError:
        return False
    return True


def _read(pack: PackAnswer) -> Plan:
    try:
        plan = load_plan(unbundle(pack.text))
    except UserError as error:
        raise UserError("pack_malformed", error.field, **error.params) from error
    if (plan.year, plan.version) != (pack.year, pack.version):
        raise UserError("pack_malformed", "version")
    return plan


def _check_newer(book: PlanBook, plan: Plan) -> None:
    here = book.plans.get(plan.year)
    if here is not None and plan.version <= here.version:
        raise UserError("pack_not_newer", year=plan.year, version=plan.version, here=here.version)


def _put_in_force(uow: UnitOfWork, book: PlanBook, plan: Plan, now: str, by: str) -> None:
    changed = plan_flips.note(uow, book, plan, now, by) if book.get(plan.year) is plan else 0
    uow.audit.add("pack_kept", str(plan.year), by, version=plan.version, changed=changed)
