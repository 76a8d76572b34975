"""自检: what a clerk needs, looked at one by one. Nothing here changes anything but the audit of a sign-in,
and hurt pages, which are replaced from a backup where a whole copy lies.
"""

from __future__ import annotations

import os
import random as chance
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from station_app.access import slots
from station_app.access.secrets import secret_store
from station_app.errors import EnvironmentFault, StationError
from station_app.services import backup, elsewhere
from station_app.services.desk import Desk
from station_app.services.plan_book import packaged_plans
from station_app.services.setup import has_home, is_enrolled

SAMPLE = 200  # pages read in the short self-check
OLDEST_BACKUP = 24 * 3600  # seconds
_LOSS_TOLD = timedelta(days=14)
_NAMED = 20  # references in one sentence
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
    yield _tried("doctor_set_up", lambda: has_home(home))
    yield _tried("doctor_recovery_slot", lambda: slots.has_recovery_slot(home), needed=False)


def check_desk(desk: Desk, *, full: bool = False) -> Iterator[Check]:
    """What can be seen of an open home. ``full``: every page is read, not a sample."""
    backup.use_copies(desk)
    yield _tried("doctor_store", lambda: _sound(desk))
    yield _tried("doctor_audit", lambda: _whole_chain(desk))
    yield Check("doctor_enrolled", is_enrolled(desk))
    hurt, looked_at = _hurt_scans(desk, full=full)
    yield Check("doctor_scans", not hurt, params={"hurt": hurt, "looked_at": looked_at, "cases": _cases_of(desk, hurt)})
    yield from _backups(desk)
    yield _loss(desk)
    yield Check("doctor_older", not backup.is_behind_its_backup(desk))
    told = [row.reference for row in elsewhere.rows(desk)]
    yield Check("doctor_elsewhere", not told, needed=False, params={"number": len(told), "cases": told[:_NAMED]})


def _loss(desk: Desk) -> Check:
    """What was written last before a crash and is gone is told for two weeks."""
    with desk.store.read() as uow:
        code, _, at = (uow.facts.get("loss") or "").partition(" ")
    recent = bool(code) and desk.clock() - datetime.fromisoformat(at) < _LOSS_TOLD
    return Check("doctor_loss", not recent, needed=False, params={"cause": code, "at": at} if recent else {})


def _backups(desk: Desk) -> Iterator[Check]:
    place = backup.place_of(desk)
    if place.chosen:
        yield Check("doctor_backup_folder", place.there, needed=False, params={"folder": str(place.folder)})
    else:
        yield Check("doctor_backup_place", _on_another_disk(place.folder, desk.home), needed=False)
    newest = place.set.newest()
    age = backup.age_of(newest, desk.clock()) if newest else None
    hours = None if age is None else int(age // 3600)
    yield Check("doctor_backup", age is not None and age < OLDEST_BACKUP, needed=False, params={"hours": hours})


def _on_another_disk(folder: Path, home: Path) -> bool:
    try:
        return folder.stat().st_dev != home.stat().st_dev
    except OSError:
        return False


def _tried(code: str, attempt: Callable[[], object], *, needed: bool = True) -> Check:
    try:
        return Check(code, attempt() is not False, needed)
    except StationError as error:
        return Check(code, ok=False, needed=needed, params={"cause": error.code})


def _sound(desk: Desk) -> bool:
    return desk.store.is_sound()


def _whole_chain(desk: Desk) -> bool:
    with desk.store.read() as uow:
        return uow.audit.verify() is None


def _hurt_scans(desk: Desk, *, full: bool) -> tuple[list[str], int]:
    """File names of pages that are gone or damaged and in no backup whole, and how many were read.

    That each file is there is asked of all; read to their end are all or a sample. Reading mends from a backup.
    """
    with desk.store.read() as uow:
        names = sorted(uow.scans.all_file_names())
    gone = [name for name in names if not desk.store.scans.has(name)]
    there = [name for name in names if name not in set(gone)]
    chosen = there if full or len(there) <= SAMPLE else chance.sample(there, SAMPLE)
    hurt = [name for name in (*gone, *chosen) if not _is_whole(desk, name)]
    return hurt, len(gone) + len(chosen)


def _is_whole(desk: Desk, name: str) -> bool:
    try:
        desk.store.scans.get(name)
    except EnvironmentFault:
        return False
    return True


def _cases_of(desk: Desk, names: list[str]) -> list[str]:
    """References of the cases that have these pages, some at most."""
    with desk.store.read() as uow:
        return uow.scans.references_with(names[:_NAMED])
