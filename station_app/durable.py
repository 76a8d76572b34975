"""The only module that makes bytes durable: every commit, fsync and rename of the program is a named point.

A test kills the process before and after each point, and another fails when a commit, an fsync, a rename or a request
stands anywhere else. Standard library only, so that the server uses it too.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Protocol

_WRITE_NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)


class Point(StrEnum):
    """Places where a power cut can separate two worlds."""

    # the station's files
    SCAN_FILE = "scan_file"
    KEY_SLOTS = "key_slots"
    SIGN_IN_WAITS = "sign_in_waits"
    SCAN_SWEEP = "scan_sweep"
    STORE_CREATE = "store_create"
    STORE_BACKUP = "store_backup"
    BACKUP_FILE = "backup_file"  # a file of a backup; the rename of its folder, or of the sealed file, ends it
    RESTORE_FILE = "restore_file"  # a file of a home that is being restored, nobody's yet
    RESTORE_READY = "restore_ready"  # from here on the restored home is the home
    RESTORE_MOVE = "restore_move"
    RESTORED = "restored"
    OUTPUT_FILE = "output_file"  # a form, a receipt: what the clerk asked to be written
    # the station's transactions
    DRAFT = "draft"
    SCAN_ROW = "scan_row"
    READING = "reading"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    SETTING = "setting"
    ENROLMENT = "enrolment"
    OPERATOR = "operator"
    AUDIT = "audit"
    SYNC_STATE = "sync_state"
    APPLY = "apply"
    RETENTION = "retention"
    PRINT = "print"
    TRAY = "tray"
    ROSTER = "roster"
    MIGRATION = "migration"
    # the station's requests
    AUTHORITY_REQUEST = "authority_request"
    ENROL_REQUEST = "enrol_request"
    SYNC_REQUEST = "sync_request"
    BLOB_REQUEST = "blob_request"
    PLAN_REQUEST = "plan_request"
    ROSTER_REQUEST = "roster_request"
    STANDING_REQUEST = "standing_request"
    SCANNER_REQUEST = "scanner_request"
    # the server's files and transactions
    SERVER_KEYS = "server_keys"
    SERVER_SCHEMA = "server_schema"
    SERVER_ENROL = "server_enrol"
    SERVER_SYNC = "server_sync"
    SERVER_BLOB_FILE = "server_blob_file"
    SERVER_BLOB = "server_blob"
    SERVER_ROSTER = "server_roster"
    SERVER_REVIEW = "server_review"
    SERVER_PAY = "server_pay"
    SERVER_BANK_FILE = "server_bank_file"
    SERVER_NOTICE = "server_notice"
    SERVER_PLAN = "server_plan"
    SERVER_AUDIT = "server_audit"
    SERVER_BACKUP = "server_backup"
    SERVER_SUPPORT = "server_support"
    SERVER_COURIER = "server_courier"


class Commits(Protocol):
    """Anything with a transaction to end: a driver's or SQLAlchemy's connection or transaction."""

    def commit(self) -> object: ...


def commit(transaction: Commits, point: Point) -> None:
    """End a transaction; when this returns, it is on the disk (``synchronous=FULL``)."""
    transaction.commit()


def sync_file(descriptor: int, point: Point) -> None:
    """Force a file's bytes to the disk."""
    os.fsync(descriptor)


def sync_folder(folder: Path, point: Point) -> None:
    """Force a folder's entries to the disk; Windows has no such call and does it on its own."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace(source: Path, target: Path, point: Point) -> None:
    """Rename over ``target`` and make the new name durable."""
    rename(source, target, point)
    sync_folder(target.parent, point)


def rename(source: Path, target: Path, point: Point) -> None:
    """Rename over ``target``; the new name is durable only after ``sync_folder``, which many renames can share."""
    if sys.platform == "win32":
        _replace_write_through(source, target)
    else:
        os.replace(source, target)  # noqa: PTH105  the one place


def write_file(target: Path, content: bytes, point: Point) -> None:
    """Write a whole file so that a power cut leaves the old one or the new one: write, fsync, rename, fsync folder.

    The half-written file ends in ``.part``; who sweeps a folder may delete those.
    """
    write_files([(target, content)], point)


def write_files(files: Sequence[tuple[Path, bytes]], point: Point) -> None:
    """Several whole files; a power cut leaves of each the old one or the new one, and all new ones once this returns.

    They are written side by side, and the folders are synced last, each once: the disk is waited for twice, not twice
    for each file.
    """
    parts = [target.with_name(target.name + ".part") for target, _ in files]
    folders = list(dict.fromkeys(target.parent for target, _ in files))
    try:
        _side_by_side([partial(_write_part, part, body, point) for part, (_, body) in zip(parts, files, strict=True)])
        for part, (target, _) in zip(parts, files, strict=True):
            rename(part, target, point)
        _side_by_side([partial(sync_folder, folder, point) for folder in folders])
    except BaseException:
        for part in parts:
            with contextlib.suppress(OSError):
                part.unlink()
        raise


def write_chunks(target: Path, chunks: Iterable[bytes], point: Point) -> None:
    """``write_file`` for what is too large for the memory. Whatever ``chunks`` raises leaves ``target`` as it was."""
    part = target.with_name(target.name + ".part")
    try:
        descriptor = os.open(part, _WRITE_NEW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            for chunk in chunks:
                file.write(chunk)
            file.flush()
            sync_file(file.fileno(), point)
        replace(part, target, point)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise


def _side_by_side(acts: Sequence[Callable[[], None]]) -> None:
    """All acts, in threads of their own where there are several; raises the first error once all have ended.

    The threads are not those of a pool, for which the interpreter waits at the end: a share may hold them for ever.
    """
    if len(acts) < 2:
        for act in acts:
            act()
        return
    waiting, errors = deque(enumerate(acts)), dict[int, BaseException]()
    threads = [Thread(target=_work_off, args=(waiting, errors), daemon=True) for _ in range(min(len(acts), 4))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[min(errors)]


def _work_off(acts: deque[tuple[int, Callable[[], None]]], errors: dict[int, BaseException]) -> None:
    while True:
        try:
            number, act = acts.popleft()
        except IndexError:
            return
        try:
            act()
        except BaseException as error:  # for the thread that waits
            errors[number] = error


def _write_part(part: Path, content: bytes, point: Point) -> None:
    descriptor = os.open(part, _WRITE_NEW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        sync_file(file.fileno(), point)


def make_folder(folder: Path, point: Point) -> None:
    """Make a folder and its parents, each durable in its parent."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(mode=0o700, exist_ok=True)
        sync_folder(each.parent, point)


def _replace_write_through(source: Path, target: Path) -> None:  # pragma: no cover - Windows
    import ctypes

    replace_existing, write_through = 0x1, 0x8
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)  # type: ignore[attr-defined,unused-ignore]
    if not kernel.MoveFileExW(str(source), str(target), replace_existing | write_through):
        raise ctypes.WinError(ctypes.get_last_error())  # type: ignore[attr-defined,unused-ignore]
