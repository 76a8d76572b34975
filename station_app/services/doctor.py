"""自检: what a clerk needs, looked at one by one. Nothing here changes anything but the audit of a sign-in."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from station_app.access import slots
from station_app.access.secrets import secret_store
from station_app.errors import StationError
from station_app.services.desk import Desk
from station_app.services.plan_book import packaged_plans
from station_app.services.setup import has_home, is_enrolled

LEAST_FREE = 500 * 2**20  # bytes: some hundred cases with their scans


@dataclass(frozen=True)
class Check:
    """One line of the self-check. ``needed``: without it a clerk cannot work; else it is a warning."""

    code: str
    ok: bool
    needed: bool = True
    params: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {"code": self.code, "ok": self.ok, "needed": self.needed, **self.params}


def check_machine(home: Path) -> Iterator[Check]:
    """What can be seen without a password."""
    folder = next(each for each in (home, *home.parents) if each.exists())
    yield Check("doctor_home_writable", os.access(folder, os.W_OK))
    free = shutil.disk_usage(folder).free
    yield Check("doctor_disk_space", free >= LEAST_FREE, params={"megabytes": free // 2**20})
    yield Check("doctor_secret_store", secret_store().usable, needed=False)
    yield _tried("doctor_plans", packaged_plans)
    yield Check("doctor_set_up", has_home(home))
    yield Check("doctor_recovery_slot", slots.has_recovery_slot(home), needed=False)


def check_desk(desk: Desk) -> Iterator[Check]:
    """What can be seen of an open home."""
    yield _tried("doctor_store", lambda: _sound(desk))
    yield _tried("doctor_audit", lambda: _whole_chain(desk))
    yield Check("doctor_enrolled", is_enrolled(desk))
    yield Check("doctor_scans", not (missing := _missing_scans(desk)), params={"missing": missing})


def _tried(code: str, attempt: Callable[[], object]) -> Check:
    try:
        return Check(code, attempt() is not False)
    except StationError as error:
        return Check(code, ok=False, params={"cause": error.code})


def _sound(desk: Desk) -> bool:
    return desk.store.is_sound()


def _whole_chain(desk: Desk) -> bool:
    with desk.store.read() as uow:
        return uow.audit.verify() is None


def _missing_scans(desk: Desk) -> int:
    """Pages whose file is gone."""
    with desk.store.read() as uow:
        names = uow.scans.all_file_names()
    return sum(not desk.store.scans.has(name) for name in names)
