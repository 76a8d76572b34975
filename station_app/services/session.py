"""Signing in and out: from a name and a password to an open desk, and back to nothing."""

from __future__ import annotations

from pathlib import Path

from station_app.access import slots, waits
from station_app.access.lock import HomeLock
from station_app.access.secrets import SecretStore, secret_store
from station_app.durable import Point
from station_app.events import Changed, Kind
from station_app.services.desk import Clock, Desk, Written
from station_app.services.plan_book import packaged_plans, plans_with
from station_app.store import Store, StoreKeys, UnitOfWork


def hold(home: Path) -> HomeLock:
    """The home for this process alone, until released; also a context manager.

    Raises EnvironmentFault ``home_in_use``, ``home_unwritable``.
    """
    return HomeLock.take(home)


def operators(home: Path) -> list[str]:
    """The names that can sign in, first added first; empty for a home that is not set up."""
    return slots.operators(home)


def sign_in(home: Path, name: str, password: str, clock: Clock, secrets: SecretStore | None = None) -> Desk:
    """Open the home's store as this operator, and put aside pages that no case knows; the caller holds the home.

    Raises UserError ``operator_unknown``, ``password_wrong``, ``sign_in_wait`` (param ``seconds``); EnvironmentFault
    for keys or a store that cannot be opened (``slot_other_account``, ``device_secret_missing``, ``store_*``).
    """
    secrets = secrets or secret_store()
    master, operator_id = waits.guarded(home, name, lambda: slots.open_slot(home, name, password, secrets), clock)
    store = Store.open(home, StoreKeys.derive(master), clock)
    try:
        with store.write(Point.AUDIT) as uow:
            operator = uow.operators.get(operator_id)
            uow.audit.add("signed_in", operator_id, operator_id)
            packs, pages = _bundles(uow), uow.scans.all_file_names()
        store.scans.sweep_orphans(pages, clock())
        plans = plans_with(packaged_plans(), packs)
    except BaseException:
        store.close()
        raise
    return Desk(home, store, operator, plans, clock, secrets, master)


def sign_out(desk: Desk) -> None:
    """Close the store and forget the keys; the desk is of no use afterwards."""
    desk.store.close()
    desk.master = b""


def check_password(desk: Desk, password: str) -> None:
    """Whether the operator at the desk is still who they were, to unlock the window. Raises as ``sign_in`` does."""
    name = desk.operator.name
    waits.guarded(desk.home, name, lambda: slots.open_slot(desk.home, name, password, desk.secrets), desk.clock)


def change_password(desk: Desk, old: str, new: str) -> Written[None]:
    """Wrap the master key anew. Raises as ``sign_in`` does, and UserError ``password_too_short``."""
    name = desk.operator.name
    waits.guarded(desk.home, name, lambda: slots.change_password(desk.home, name, old, new, desk.secrets), desk.clock)
    with desk.store.write(Point.OPERATOR) as uow:
        uow.audit.add("password_changed", desk.operator.id, desk.operator.id)
    return Written(None, Changed.of(Kind.OPERATORS))


def refresh_plans(desk: Desk) -> None:
    """Take up the plan packs that sync has stored since the desk was opened."""
    with desk.store.read() as uow:
        desk.plans = plans_with(packaged_plans(), _bundles(uow))


def _bundles(uow: UnitOfWork) -> list[str]:
    return [pack.text for pack in uow.packs.all()]
