"""Signing in and out: from a name and a password to an open desk, and back to nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from station_app.access import slots, waits
from station_app.access.lock import HomeLock
from station_app.access.secrets import SecretStore, secret_store
from station_app.domain.operator import Operator
from station_app.durable import Point
from station_app.errors import EnvironmentFault, UserError
from station_app.events import Changed, Kind
from station_app.services import revocation
from station_app.services.desk import Clock, Desk, Written, stamp
from station_app.services.moving_in import finish
from station_app.services.plan_packs import open_book
from station_app.store import Store, StoreKeys


def hold(home: Path) -> HomeLock:
    """The home for this process alone, until released; also a context manager. A restore that was cut off is ended.

    Raises EnvironmentFault ``home_in_use``, ``home_unwritable`` and those of the disk.
    """
    lock = HomeLock.take(home)
    try:
        finish(home)
        revocation.finish(home)
    except BaseException:
        lock.release()
        raise
    return lock


def operators(home: Path) -> list[str]:
    """The names that can sign in, first added first; empty for a home that is not set up."""
    return slots.operators(home)


def sign_in(
    home: Path,
    name: str,
    password: str,
    clock: Clock,
    secrets: SecretStore | None = None,
    *,
    for_delivery: bool = False,
) -> Desk:
    """Open the home's store as this operator, and put aside pages that no case knows; the caller holds the home.

    Raises UserError ``operator_unknown``, ``operator_disabled``, ``password_wrong``, ``sign_in_wait`` (param
    ``seconds``); EnvironmentFault
    ``device_revoked`` (``for_delivery``: the caller only brings what is left to the server), and those
    for keys or a store that cannot be opened (``slot_other_account``, ``device_secret_missing``, ``store_*``).
    """
    secrets = secrets or secret_store()
    master, operator_id = waits.guarded(home, name, lambda: slots.open_slot(home, name, password, secrets), clock)
    store = Store.open(home, StoreKeys.derive(master), clock)
    try:
        operator = _admitted(home, store, operator_id, secrets, for_delivery=for_delivery)
        with store.write(Point.AUDIT) as uow:
            uow.audit.add("signed_in", operator_id, operator_id)
            if store.loss is not None:
                uow.audit.add(store.loss, operator_id, operator_id)
                uow.facts.set("loss", f"{store.loss} {stamp(clock())}")
            plans, pages = open_book(uow, stamp(clock()), operator_id), uow.scans.all_file_names()
        store.scans.sweep_orphans(pages, clock())
    except BaseException:
        store.close()
        raise
    return Desk(home, store, operator, plans, clock, secrets, master)


def _admitted(home: Path, store: Store, operator_id: str, secrets: SecretStore, *, for_delivery: bool) -> Operator:
    with store.read() as uow:
        operator, revoked = uow.operators.get(operator_id), revocation.is_revoked(uow)
    if revoked and not for_delivery:
        raise EnvironmentFault("device_revoked")
    if operator.disabled:
        slots.remove_operator_slots(home, operator_id, secrets)  # a power cut has kept it
        raise UserError("operator_disabled", "operator")
    return operator


def sign_out(desk: Desk) -> None:
    """Close the store and forget the keys; the desk is of no use afterwards."""
    desk.store.close()
    desk.master = b""
    revocation.finish(desk.home)


def check_password(desk: Desk, password: str) -> None:
    """Whether the operator at the desk is still who they were, to unlock the window. Raises as ``sign_in`` does."""
    name = desk.operator.name
    waits.guarded(desk.home, name, lambda: slots.open_slot(desk.home, name, password, desk.secrets), desk.clock)


def change_password(desk: Desk, old: str, new: str) -> Written[None]:
    """Wrap the master key anew. Raises as ``sign_in`` does, and UserError ``password_too_short``, ``password_same``."""
    name = desk.operator.name
    if old == new:
        raise UserError("password_same", "password")
    waits.guarded(desk.home, name, lambda: slots.change_password(desk.home, name, old, new, desk.secrets), desk.clock)
    with desk.store.write(Point.OPERATOR) as uow:
        uow.operators.own_password(desk.operator.id)
        uow.audit.add("password_changed", desk.operator.id, desk.operator.id)
    desk.operator = replace(desk.operator, first_password=False)
    return Written(None, Changed.of(Kind.OPERATORS))
