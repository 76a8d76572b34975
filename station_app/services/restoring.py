"""Making a home from a backup, so that whatever kills it in between leaves the old home or the new one.

restore.part/    copied, proved, opened, its generation raised; nobody's yet, thrown away by the next attempt
restore.ready/   the same, complete: from this rename on it is the home, and ``moving_in`` only moves its parts
aside/TIME/      what was in the home before; nothing of it is deleted
"""

from __future__ import annotations

import secrets as chance
import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from station_app import durable
from station_app.access import nameplate, slots
from station_app.access.secrets import SecretStore, secret_store
from station_app.domain.reference import GENERATIONS
from station_app.durable import Point
from station_app.errors import EnvironmentFault, UserError
from station_app.services.desk import Clock, stamp
from station_app.services.moving_in import ASIDE, LOGS, READY, finish
from station_app.store import Store, StoreKeys, UnitOfWork, faults
from station_app.store.backup_file import BackupSource, copy_out, open_backup
from station_app.store.database import DATABASE
from station_app.store.manifest import Manifest, prove, read_manifest
from station_app.store.scan_files import FOLDER

_PART = "restore.part"
_LONG_SERIAL = 10_000


@dataclass(frozen=True)
class Way:
    """How the backup is opened: ``password`` of ``operator`` on this OS account, or ``identity``, the private half of
    the recovery recipient; then ``password`` is the operator's new one. ``operator`` may be empty where there is one.
    """

    password: str
    operator: str = ""
    identity: str = ""


@dataclass(frozen=True)
class Restored:
    """``at``: when the backup was taken. ``absent``: pages it did not have. ``aside``: where the old home is now."""

    at: str
    cases: int
    pages: int
    absent: int
    generation: int
    aside: Path | None = None


def is_occupied(home: Path) -> bool:
    """Whether something lies in a home that a restore would have to move."""
    names = (DATABASE, *LOGS, nameplate.FILE)
    return any((home / name).exists() for name in names) or any((home / FOLDER).glob("??/*"))


def restore(
    backup: Path,
    home: Path,
    way: Way,
    clock: Clock,
    *,
    move_aside: bool = False,
    without_hurt_pages: bool = False,
    secrets: SecretStore | None = None,
) -> Restored:
    """Make a home from a backup; the caller holds the home. Every byte is proved before anything is moved.

    All backups of a folder share their pages, so that one bad sector is in each of them: ``without_hurt_pages``
    restores the rest; the pages left out are counted, and the self-check names their cases.

    Raises UserError ``restore_home_not_empty``, ``backup_not_found``, ``backup_ambiguous``, ``operator_needed``,
    ``generations_used_up`` and those of a slot; EnvironmentFault ``backup_damaged``, ``backup_pages_damaged`` (param
    ``pages``: how many; nothing else is wrong), ``backup_too_new``, those of a slot (``device_secret_missing``: only
    the recovery identity helps) and of the disk.
    """
    occupied = is_occupied(home)
    if occupied and not move_aside:
        raise UserError("restore_home_not_empty")
    part = home / _PART
    try:
        done = _prepare(backup, home, part, way, clock, secrets or secret_store(), without_hurt_pages)
        moment = _free_moment(home, clock)
        with faults.named(home):
            durable.write_file(part / ASIDE, moment.encode("ascii"), Point.RESTORE_FILE)
            durable.replace(part, home / READY, Point.RESTORE_READY)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    finish(home)
    return replace(done, aside=home / ASIDE / moment) if occupied else done


def _prepare(
    backup: Path, home: Path, part: Path, way: Way, clock: Clock, secrets: SecretStore, without_hurt_pages: bool
) -> Restored:
    with faults.named(home):
        shutil.rmtree(part, ignore_errors=True)
        durable.make_folder(part, Point.RESTORE_FILE)
    with open_backup(backup) as source:
        manifest = read_manifest(source.document)
        _check_room(home, manifest)
        copy_out(source, nameplate.FILE, manifest.files[nameplate.FILE], part / nameplate.FILE)
        master, operator = _open(part, way, secrets)
        prove(source.document, StoreKeys.derive(master).backups)
        hurt = _copy(source, manifest, part)
    if hurt and not without_hurt_pages:
        raise EnvironmentFault("backup_pages_damaged", pages=hurt)
    done = _make_ready(part, master, operator, way, manifest, clock, secrets)
    return replace(done, pages=done.pages - hurt, absent=done.absent + hurt)


def _free_moment(home: Path, clock: Clock) -> str:
    """A folder for the old home that nothing lies in, also where the clock stands still."""
    moment = stamp(clock()).replace(":", "").replace("-", "")
    names = (moment, *(f"{moment}-{number}" for number in range(2, 1000)))
    return next(name for name in names if not (home / ASIDE / name).exists())


def _check_room(home: Path, manifest: Manifest) -> None:
    if shutil.disk_usage(home).free < manifest.size:
        raise EnvironmentFault("restore_disk_full", megabytes=-(-manifest.size // 2**20))


def _open(part: Path, way: Way, secrets: SecretStore) -> tuple[bytes, str]:
    """The master key, and the name of the operator who will sign in."""
    names = slots.operators(part)
    operator = way.operator or (names[0] if len(names) == 1 else "")
    if not operator:
        raise UserError("operator_needed")
    if way.identity:
        slots.check_new_password(way.password, secrets)
        return slots.open_recovery_slot(part, way.identity), operator
    return slots.open_slot(part, operator, way.password, secrets)[0], operator


def _copy(source: BackupSource, manifest: Manifest, part: Path) -> int:
    """Everything but the key file, which is there; how many pages are hurt and were left out."""
    hurt = 0
    for path, entry in manifest.files.items():
        if path == nameplate.FILE:
            continue
        with faults.named(part):
            durable.make_folder((part / path).parent, Point.RESTORE_FILE)
        try:
            copy_out(source, path, entry, part / path)
        except EnvironmentFault as fault:
            if not path.startswith(f"{FOLDER}/") or fault.code != "backup_damaged":
                raise
            hurt += 1
    return hurt


def _make_ready(
    part: Path, master: bytes, operator: str, way: Way, manifest: Manifest, clock: Clock, secrets: SecretStore
) -> Restored:
    """Open the copied home, prove it, and make it one that repeats no number of the old one."""
    with closing(Store.open(part, StoreKeys.derive(master), clock)) as store:
        if not store.is_sound():
            raise EnvironmentFault("backup_damaged")
        store.scans.make_folders()
        with store.write(Point.RESTORED) as uow:
            known = uow.operators.by_name(operator)
            generation = _begin_generation(uow)
            uow.audit.add("restored", known.id, known.id, backup=manifest.at, generation=generation)
            cases = sum(uow.applications.count_by_state().values())
    if way.identity:
        slots.add_operator_slot(part, master, known, way.password, secrets)
    return Restored(manifest.at, cases, len(manifest.scans), manifest.absent, generation)


def _begin_generation(uow: UnitOfWork) -> int:
    """Numbers of a generation of their own, and from a place of their own in it.

    The place is drawn: two homes restored from one backup would both take the next generation.
    """
    generation = int(uow.facts.get("generation") or 0) + 1
    if generation >= len(GENERATIONS):
        raise UserError("generations_used_up")
    uow.facts.set("generation", str(generation))
    uow.facts.set("serial_start", str(_draw(chance.randbelow)))
    uow.facts.set("restored_at", stamp(uow.clock()))
    uow.applications.begin_serials_anew()
    return generation


def _draw(below: Callable[[int], int]) -> int:
    """The first serial after a restore: 100001, 110001 ... 9980001."""
    return (10 + below(989)) * _LONG_SERIAL + 1
