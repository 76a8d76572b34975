"""One place that says whose fault a database or disk error is: the machine's or ours.

Codes: ``disk_full``, ``store_locked``, ``store_unwritable``, ``store_damaged``, ``disk_error`` (EnvironmentFault);
a trigger's own code, ``store_constraint`` and ``store_error`` (BugError).
"""

from __future__ import annotations

import errno
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlcipher3
from sqlalchemy.exc import DBAPIError

from station_app.errors import BugError, EnvironmentFault, StationError, UserError

_ENVIRONMENT = {
    3: "store_unwritable",  # PERM
    5: "store_locked",  # BUSY
    6: "store_locked",  # LOCKED
    8: "store_unwritable",  # READONLY
    10: "disk_error",  # IOERR
    11: "store_damaged",  # CORRUPT
    13: "disk_full",  # FULL
    14: "store_unwritable",  # CANTOPEN
    26: "store_damaged",  # NOTADB
}
_DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_UNWRITABLE = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_CODE = re.compile(r"[a-z]+(_[a-z]+)+")
_CONSTRAINT = 19
_IO_ERROR = 10
_NEARLY_FULL = 256 * 1024  # bytes


@contextmanager
def named(folder: Path) -> Iterator[None]:
    """Turn what the driver or the disk under ``folder`` raises inside into a StationError."""
    try:
        yield
    except DBAPIError as error:
        raise of_database(error.orig if error.orig is not None else error, folder) from error
    except sqlcipher3.Error as error:
        raise of_database(error, folder) from error
    except OSError as error:
        raise of_disk(error) from error


def of_database(error: BaseException, folder: Path) -> StationError:
    """The StationError for a driver's error; params hold SQLite's name for it and no values."""
    number = getattr(error, "sqlite_errorcode", None)
    if not isinstance(number, int):
        return BugError("store_error", error=type(error).__name__)
    primary = number & 0xFF
    if primary == _IO_ERROR and _is_full(folder):  # the shared-memory file says so no better
        return EnvironmentFault("disk_full", sqlite=number)
    if primary in _ENVIRONMENT:
        return EnvironmentFault(_ENVIRONMENT[primary], sqlite=number)
    if primary == _CONSTRAINT:
        message = str(error)
        if _CODE.fullmatch(message):
            return BugError(message)
        return BugError("store_constraint", constraint=message)
    return BugError("store_error", sqlite=number)


def of_disk(error: OSError) -> EnvironmentFault:
    """The EnvironmentFault for an OSError: ``disk_full``, ``store_unwritable`` or ``disk_error``."""
    if error.errno in _DISK_FULL or getattr(error, "winerror", None) in (39, 112):
        return EnvironmentFault("disk_full")
    if error.errno in _UNWRITABLE:
        return EnvironmentFault("store_unwritable")
    return EnvironmentFault("disk_error", errno=error.errno)


def of_output(error: OSError) -> UserError:
    """For a file that somebody asked to be written: ``target_full`` or ``file_not_writable``; what is kept is safe."""
    return UserError("target_full" if of_disk(error).code == "disk_full" else "file_not_writable")


def _is_full(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < _NEARLY_FULL
    except OSError:
        return False
