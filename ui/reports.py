"""Logs and reports without personal data: what failed and where, never with what values.

A log line is one JSON object. Exceptions are written as their type and the places they passed (file, line, function);
their texts are left out, since a database or a parser puts values into them.
"""

from __future__ import annotations

import contextlib
import logging
import platform
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from types import TracebackType
from typing import Any
from uuid import uuid4

from station_app import durable
from station_app.durable import Point
from station_app.errors import StationError

_LIBRARIES = (
    "zhutui-station",
    "PySide6-Essentials",
    "sqlalchemy",
    "sqlcipher3",
    "requests",
    "cryptography",
    "pydantic",
)
_LARGEST_LOG = 2 * 2**20  # bytes


class Reporter:
    """Writes a report for every unexpected exception, from any thread. ``last``: the file of the newest one."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "reports"
        self.last: Path | None = None

    def __call__(self, error: BaseException) -> None:
        logging.getLogger("station").error("unexpected", exc_info=error)
        path = self._folder / f"report-{uuid4().hex[:12]}.txt"
        with contextlib.suppress(OSError):  # the log line stands
            durable.make_folder(self._folder, Point.OUTPUT_FILE)
            durable.write_file(path, report_text(error).encode(), Point.OUTPUT_FILE)
            self.last = path

    def watch_everything(self) -> None:
        """Report what no code caught, on the main thread and on others."""
        import threading

        sys.excepthook = lambda kind, error, trace: self(error)
        threading.excepthook = lambda caught: self(caught.exc_value) if caught.exc_value else None


def report_text(error: BaseException) -> str:
    """What a technician needs: versions, the chain of exceptions, the places."""
    lines = [f"system: {platform.platform()}", f"python: {platform.python_version()}"]
    lines += [f"{name}: {_version(name)}" for name in _LIBRARIES]
    return "\n".join([*lines, "", *chain(error), ""])


def chain(error: BaseException) -> list[str]:
    """The exception and what it came from, innermost last: type, code, places."""
    lines: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        code = f" {current.code}" if isinstance(current, StationError) else ""
        lines += [f"{type(current).__module__}.{type(current).__qualname__}{code}", *places(current.__traceback__)]
        current = current.__cause__ or current.__context__
    return lines


def places(trace: TracebackType | None) -> list[str]:
    """``  file:line function`` for every frame, outermost first."""
    return [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]


def start_log(home: Path) -> None:
    """Send every log line of the program, as JSON, to ``station.log`` in the home; an old long one is put aside."""
    import structlog

    path = home / "station.log"
    with contextlib.suppress(OSError):
        if path.stat().st_size > _LARGEST_LOG:
            durable.replace(path, path.with_suffix(".log.1"), Point.OUTPUT_FILE)
    shared: list[Any] = [structlog.stdlib.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True)]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    handler = logging.FileHandler(path, encoding="utf-8", delay=True)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                exceptions_without_values,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)


def stop_log() -> None:
    """Close the file that ``start_log`` opened."""
    root = logging.getLogger()
    for handler in [each for each in root.handlers if type(each) is logging.FileHandler]:
        root.removeHandler(handler)
        handler.close()


def exceptions_without_values(_logger: object, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: an exception's text gives way to its type and places."""
    caught = event.pop("exc_info", None)
    error = caught[1] if isinstance(caught, tuple) else caught
    if isinstance(error, BaseException):
        event["exception"] = chain(error)
    return event


def _version(name: str) -> str:
    from importlib.metadata import version

    try:
        return version(name)
    except ModuleNotFoundError:
        return "-"
