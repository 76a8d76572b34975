"""The parent's side of reading: a child that is started when a page is to be read and ended when nobody reads.

The child may hang, crash or run out of memory over one picture: the caller hears a code, and the next page has a new
child. It ends by itself when its input closes, so it never outlives this process.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import threading
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from station_app import children
from station_app.config import child_environment
from station_app.errors import EnvironmentFault, UserError

_MODULE = "station_app.papers.reading.child"
_START_SECONDS, _PAGE_SECONDS = 120.0, 120.0  # an old PC with a full disk; a page takes about one


@dataclass(frozen=True)
class PageReading:
    """``documents``: as ``station read`` prints them: kind, fields, corners, defects."""

    page: int
    documents: tuple[dict[str, Any], ...]


class Reader:
    """Context manager. Not for several threads at once; ``stop`` may come from any."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[str] | None = None

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    @property
    def process(self) -> int | None:
        """The child's number, None while there is none."""
        return None if self._child is None else self._child.pid

    def read(self, file: Path, today: date) -> list[PageReading]:
        """Every page of a picture file. ``today``: what an identity card's term is compared with.

        Raises UserError ``scan_file_missing``, ``scan_unreadable``, ``picture_too_large``, ``pdf_*``; EnvironmentFault
        ``reading_failed`` (the child is gone), ``reading_silent`` (it took too long and was ended).
        """
        answer = self._ask({"file": str(file), "today": today.isoformat()})
        if "error" in answer:
            raise UserError(str(answer["error"]), **{**answer["params"], "file": file.name})
        return [PageReading(each["page"], tuple(each["documents"])) for each in answer["pages"]]

    def stop(self) -> None:
        """End the child, whatever it does."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            with child, contextlib.suppress(OSError):  # what it never read is lost with it
                if child.stdin is not None:
                    child.stdin.close()

    def _ask(self, request: dict[str, str]) -> dict[str, Any]:
        child = self._child or self._start()
        assert child.stdin is not None
        try:
            child.stdin.write(json.dumps(request) + "\n")
            child.stdin.flush()
        except OSError as error:
            self.stop()
            raise EnvironmentFault("reading_failed") from error
        return self._answer(child, _PAGE_SECONDS)

    def _start(self) -> subprocess.Popen[str]:
        self._child = child = subprocess.Popen(  # noqa: S603  our own module
            children.command(_MODULE),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=child_environment(),
            text=True,
            encoding="utf-8",
        )
        self._answer(child, _START_SECONDS)
        return child

    def _answer(self, child: subprocess.Popen[str], seconds: float) -> dict[str, Any]:
        """The next line; a child that says nothing for so long is ended."""
        assert child.stdout is not None
        late = threading.Event()

        def end() -> None:
            late.set()
            child.kill()

        timer = threading.Timer(seconds, end)
        timer.start()
        try:
            line = child.stdout.readline()
        finally:
            timer.cancel()
            timer.join()
        if not line:
            self.stop()
            raise EnvironmentFault("reading_silent" if late.is_set() else "reading_failed")
        answer: dict[str, Any] = json.loads(line)
        return answer
