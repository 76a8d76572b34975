"""支持包: what a technician needs to see of this PC, sealed so that only the association can open it.

Codes, counts, versions and places in the program: no name, no number, no text that somebody typed. What goes in is
listed before it is written. Where the home cannot be opened, what can be seen without a password goes in.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from station_app import config, durable
from station_app.access import key_file
from station_app.durable import Point
from station_app.errors import UserError
from station_app.events import Changed
from station_app.services import doctor, passes, retention
from station_app.services.desk import Desk, Written, stamp
from station_app.services.doctor import Check
from station_app.store import UnitOfWork, faults
from station_app.store.migrations import STATION
from sync.envelope import decode_key
from sync.support import SupportEntry, SupportManifest, entries_of, seal_to_recovery, seal_to_server

_PROGRAM = "zhutui-station"
_LIBRARIES = (_PROGRAM, "PySide6-Essentials", "sqlalchemy", "sqlcipher3", "requests", "cryptography", "pydantic")
_LOGS = ("station.log", "station.log.1")
_MOST_LOG = 2**20  # bytes of each, its end
_MOST_REPORTS = 20  # the newest
_FACTS = ("station_no", "device_letter", "generation", "epoch", "cursor", "clock_offset_seconds", "last_whole_pass")
_TOLD = (retention.MARK, retention.SERVER_TIME, "loss")
_WORDS = frozenset({"folder"})  # parameters of a check that are no codes: a path may name somebody


@dataclass(frozen=True)
class SupportBundle:
    """``files``: name -> bytes, ready to be sealed; ``entries``: the list that is shown before."""

    manifest: SupportManifest
    files: Mapping[str, bytes] = field(repr=False)

    @property
    def entries(self) -> list[SupportEntry]:
        return self.manifest.entries


def kind_of(name: str) -> str:
    """What an entry is, as its label is named: ``system``, ``checks``, ``log``, ``report``..."""
    return "log" if name in _LOGS else name.partition(".")[0].partition("-")[0]


def collect(desk: Desk) -> SupportBundle:
    """Everything, of an open home; some seconds, since the self-check is made."""
    checks = [*doctor.check_machine(desk.home), *doctor.check_desk(desk)]
    with desk.store.read() as uow:
        documents = {"counts.json": _counts(uow), "settings.json": _settings(uow), "sync.json": _sync(uow)}
        station_no, device_id = uow.facts.get("station_no") or "", uow.facts.get("device_id") or ""
    last = passes.last_pass(desk)
    documents["sync.json"]["last_pass"] = last.to_json() if last else None
    files = {**_of_machine(desk.home, checks), **{name: _json(each) for name, each in documents.items()}}
    manifest = _manifest(files, desk.clock(), station_no, device_id)
    return SupportBundle(manifest, files)


def collect_closed(home: Path, now: datetime) -> SupportBundle:
    """What can be seen of a home that cannot be opened."""
    files = _of_machine(home, doctor.check_machine(home))
    return SupportBundle(_manifest(files, now), files)


def write(desk: Desk, bundle: SupportBundle, target: Path) -> Written[Path]:
    """Seal it to the server's key. Raises UserError ``not_enrolled``, ``target_full``, ``file_not_writable``."""
    with desk.store.read() as uow:
        server_key = uow.facts.get("server_key")
    if not server_key:
        raise UserError("not_enrolled")
    _put(target, seal_to_server(bundle.manifest, bundle.files, decode_key(server_key)))
    with desk.store.write(Point.AUDIT) as uow:
        uow.audit.add("support_written", "support", desk.operator.id, files=len(bundle.files))
    return Written(target, Changed())


def write_closed(home: Path, bundle: SupportBundle, target: Path) -> Written[Path]:
    """Seal it to the recovery recipient. Raises UserError ``recovery_missing``, ``file_not_writable`` and, for keys
    that cannot be read, the EnvironmentFaults of ``key_file``.
    """
    recipients = [slot.recipient for slot in key_file.read(home).recovery]
    if not recipients:
        raise UserError("recovery_missing")
    _put(target, seal_to_recovery(bundle.manifest, bundle.files, recipients))
    return Written(target, Changed())


def _put(target: Path, sealed: bytes) -> None:
    try:
        durable.write_file(target.absolute(), sealed, Point.OUTPUT_FILE)
    except OSError as error:
        raise faults.of_output(error) from error


def _manifest(files: Mapping[str, bytes], now: datetime, station_no: str = "", device_id: str = "") -> SupportManifest:
    return SupportManifest(
        made_at=stamp(now),
        version=_version(_PROGRAM),
        station_no=station_no,
        device_id=device_id,
        entries=entries_of(files),
    )


# ---- what goes in


def _of_machine(home: Path, checks: Iterable[Check]) -> dict[str, bytes]:
    shown = [{**each.to_json(), **dict.fromkeys(_WORDS & each.params.keys(), "…")} for each in checks]
    logs = {name: content for name in _LOGS if (content := _end_of(home / name, home))}
    return {"system.json": _json(_system()), "checks.json": _json(shown), **logs, **dict(_reports(home))}


def _system() -> dict[str, Any]:
    return {
        "system": platform.platform(),
        "machine": platform.machine(),
        "processors": os.cpu_count(),
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in _LIBRARIES},
        "schema": STATION.head,
    }


def _reports(home: Path) -> Iterator[tuple[str, bytes]]:
    """The newest crash reports; one that cannot be read is left out."""
    found = sorted((home / "reports").glob("report-*.txt"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in found[:_MOST_REPORTS]:
        content = _end_of(path, home)
        if content:
            yield path.name, content


def _end_of(path: Path, home: Path) -> bytes:
    """The end of a text, without the folders that carry the name of whoever uses this PC; empty if there is none."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _MOST_LOG))
            content = file.read(_MOST_LOG)
    except OSError:
        return b""
    for folder, word in ((home, "HOME"), (Path.home(), "~")):
        for spelled in {str(folder), json.dumps(str(folder))[1:-1]}:
            content = content.replace(spelled.encode(), word.encode())
    return content


def _counts(uow: UnitOfWork) -> dict[str, Any]:
    return {
        "applications": {state.value: number for state, number in uow.applications.count_by_state().items()},
        "outbox": {state.value: number for state, number in uow.outbox.counts().items()},
        "scan_files": len(uow.scans.all_file_names()),
        "members": uow.members.count(),
        "operators": sorted(f"{each.role.value}{' disabled' * each.disabled}" for each in uow.operators.all()),
        "audit": uow.audit.head()[0],
        "erased": uow.retention.erased(),
    }


def _settings(uow: UnitOfWork) -> dict[str, Any]:
    """What was typed may name somebody or hold a password: of such only whether there is anything."""
    return {
        each.key: bool(value) if isinstance(value, str) and not each.choices else value
        for each in config.SETTINGS
        for value in (uow.settings.get(each.key),)
    }


def _sync(uow: UnitOfWork) -> dict[str, Any]:
    rows = uow.outbox.open_rows()
    troubled = [
        {
            "reference": row.reference,
            "kind": row.kind,
            "revision": row.revision,
            "state": row.state.value,
            "attempts": row.attempts,
            "code": row.last_code,
        }
        for row in rows[:200]
    ]
    return {"facts": {key: uow.facts.get(key) for key in (*_FACTS, *_TOLD)}, "open": troubled}


def _json(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "-"
