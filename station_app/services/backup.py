"""Backups of an open home: the automatic ones in the second folder, and the one in a file that somebody asked for."""

from __future__ import annotations

import hmac
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from station_app.access import nameplate
from station_app.durable import Point
from station_app.errors import EnvironmentFault
from station_app.events import Changed, Kind
from station_app.services.desk import Desk, Written, stamp
from station_app.store.backup_file import write_backup_file
from station_app.store.backup_sets import BackupSet, Kept
from station_app.store.manifest import Manifest

_NAMED = {
    "disk_full": "backup_disk_full",
    "store_unwritable": "backup_unwritable",
    "disk_error": "backup_disk_error",
}


@dataclass(frozen=True)
class BackupPlace:
    """Where backups go. ``folder``: of the setting, or beside the home; ``chosen``: by the setting; ``there``: now."""

    folder: Path
    set: BackupSet
    chosen: bool

    @property
    def there(self) -> bool:
        return self.folder.is_dir()


def place_of(desk: Desk) -> BackupPlace:
    """The second folder, and this home's set in it: a restored home has a set of its own."""
    with desk.store.read() as uow:
        chosen = str(uow.settings.get("backup_folder"))
        generation = uow.facts.get("generation") or "0"
    folder = Path(chosen) if chosen else desk.home.with_name(f"{desk.home.name}-backup")
    name = hmac.digest(desk.store.keys.backups, b"set", "sha256").hex()[:12]
    return BackupPlace(folder, BackupSet(folder / f"station-{name}-{generation}"), bool(chosen))


def back_up(desk: Desk, keep_on: Callable[[], bool] = lambda: True) -> Written[Manifest]:
    """Take one backup into the second folder; only the pages that are not there yet are copied.

    Raises EnvironmentFault ``backup_folder_missing`` (a chosen folder is never made: the stick is not in),
    ``backup_disk_full``, ``backup_unwritable``, ``backup_disk_error``, ``backup_interrupted``, and those of a hurt
    store.
    """
    _check_not_erased(desk)
    place = place_of(desk)
    if place.chosen and not (place.folder.is_absolute() and place.there):
        raise EnvironmentFault("backup_folder_missing")
    with _named():
        made = place.set.add(desk.store, _others(desk), desk.clock(), keep_on)
    _check_not_erased(desk)  # meanwhile
    use_copies(desk, place)
    return Written(made, Changed.of(Kind.BACKUP))


def write_file(desk: Desk, target: Path) -> Manifest:
    """The whole home in one file. Raises EnvironmentFault as ``back_up`` does."""
    with _named():
        made = write_backup_file(desk.store, target, _others(desk), desk.clock())
    with desk.store.write(Point.AUDIT) as uow:
        uow.audit.add("backup_written", desk.operator.id, desk.operator.id, pages=len(made.scans))
    return made


def newest(desk: Desk) -> Kept | None:
    """The last backup in the second folder, None while there is none or the folder is not there."""
    return place_of(desk).set.newest()


@dataclass(frozen=True)
class BackupState:
    """How the second folder stands. ``taken``: moment of the newest backup, None without one; ``age``: seconds."""

    folder: Path
    chosen: bool
    there: bool
    taken: str | None
    age: float


def state_of(desk: Desk) -> BackupState:
    """Looks at the folder, which may be slow to answer."""
    place = place_of(desk)
    kept = place.set.newest()
    taken = None if kept is None else stamp(kept.moment)
    age = float("inf") if kept is None else age_of(kept, desk.clock())
    return BackupState(place.folder, place.chosen, place.there, taken, age)


def is_behind_its_backup(desk: Desk) -> bool:
    """Whether a backup knows what the store does not: somebody has put an older ``store.db`` in its place."""
    return place_of(desk).set.beyond(desk.store) is not None


def age_of(kept: Kept, now: datetime) -> float:
    """Seconds since a backup's snapshot was taken."""
    return (now - kept.moment).total_seconds()


def use_copies(desk: Desk, place: BackupPlace | None = None) -> None:
    """Let hurt pages be replaced from the second folder, whichever generation's set holds them."""
    place = place or place_of(desk)
    desk.store.scans.copies = (place.set.folder, *_sets_in(place))


def _check_not_erased(desk: Desk) -> None:
    """Once the keys were erased on order nothing is to be kept."""
    if not desk.master:
        erase_all(desk)
        raise EnvironmentFault("erased")


def erase_all(desk: Desk) -> None:
    """The backups of this home in the second folder, on order: their keys first, then what will go of the rest."""
    for folder in _sets_in(place_of(desk)):
        with suppress(OSError):
            for keys in folder.glob(f"*/{nameplate.FILE}"):
                keys.unlink()
        shutil.rmtree(folder, ignore_errors=True)


def _sets_in(place: BackupPlace) -> list[Path]:
    """The sets of this home, one for each restore generation; none where the folder is gone."""
    name = place.set.folder.name.rpartition("-")[0]
    with suppress(OSError):  # a stick that was pulled out
        return sorted(place.folder.glob(f"{name}-*"))
    return []


def _others(desk: Desk) -> dict[str, bytes]:
    try:
        return {nameplate.FILE: (desk.home / nameplate.FILE).read_bytes()}
    except OSError as error:
        raise EnvironmentFault("keys_unreadable", errno=error.errno) from error


@contextmanager
def _named() -> Iterator[None]:
    """The disk's faults as those of a backup: nothing that was entered is in question."""
    try:
        yield
    except EnvironmentFault as fault:
        if fault.code not in _NAMED:
            raise
        raise EnvironmentFault(_NAMED[fault.code]) from fault
