"""The parent's side of taking a file apart: PDF and TIFF of several pages into pictures that can be filed.

Such files come from strangers. The child may hang, crash or want all memory over one; here it is a code, after a time
that is known beforehand.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import threading
import time
from typing import IO, Any

from station_app import children
from station_app.config import child_environment
from station_app.errors import EnvironmentFault, UserError
from station_app.papers.paging import tiff
from station_app.papers.paging.page import FilePage, is_pdf

__all__ = ["LARGEST_FILE", "FilePage", "Pager", "is_paged", "is_pdf"]

_MODULE = "station_app.papers.paging.child"
LARGEST_FILE = 100 * 2**20  # bytes
_MOST_BYTES = 400 * 2**20  # of all pages together
_PAGE_SECONDS, _FILE_SECONDS = 60.0, 900.0  # an old PC draws a page of text in two


def is_paged(content: bytes) -> bool:
    """Whether it is a PDF, or a TIFF with more than one page."""
    return is_pdf(content) or tiff.has_several(content)


class Pager:
    """Takes files apart, one after the other, on one thread; ``close`` comes from any."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._closed = False
        self._lock = threading.Lock()

    def pages_of(self, content: bytes, most: int) -> list[FilePage]:
        """All pages of a PDF or TIFF in their order, at most ``most``.

        Raises UserError ``pdf_locked``, ``pdf_damaged``, ``pdf_empty``, ``scan_unreadable``, ``picture_too_large``,
        ``picture_too_heavy``, ``scans_too_many`` (params number, most), ``file_too_slow``; EnvironmentFault
        ``paging_failed`` (the child died, or was ended by ``close``).
        """
        child = self._spawn()
        with contextlib.ExitStack() as stack:
            stack.callback(_end, child)
            clock = stack.enter_context(_Patience(child))
            assert child.stdin is not None
            assert child.stdout is not None
            _ask(child.stdin, content, most)
            return _answer(child.stdout, clock)

    def close(self) -> None:
        """Nobody waits for pages any more: the child ends in the middle of one, and no other starts."""
        with self._lock:
            self._closed = True
            if self._child is not None:
                self._child.kill()

    def _spawn(self) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._closed:
                raise EnvironmentFault("paging_failed")
            self._child = child = subprocess.Popen(  # noqa: S603  our own module
                children.command(_MODULE), stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=child_environment()
            )
        return child


class _Patience:
    """Ends the child when it says nothing for too long, or goes on for ever. ``late``: it was ended."""

    def __init__(self, child: subprocess.Popen[bytes]) -> None:
        self._child = child
        self._until = time.monotonic() + _FILE_SECONDS
        self._heard, self._over = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._watch, name="paging patience")
        self.late = False

    def __enter__(self) -> _Patience:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._heard.set()
        self._thread.join()

    def heard(self) -> None:
        self._heard.set()

    def _watch(self) -> None:
        while self._heard.wait(min(_PAGE_SECONDS, max(self._until - time.monotonic(), 0.0))):
            if self._over.is_set():
                return
            self._heard.clear()
        self.late = True
        self._child.kill()


def _ask(stdin: IO[bytes], content: bytes, most: int) -> None:
    with contextlib.suppress(BrokenPipeError):  # it has died already; its silence tells
        stdin.write(json.dumps({"size": len(content), "most": most}).encode() + b"\n")
        stdin.write(content)
        stdin.flush()


def _answer(stdout: IO[bytes], clock: _Patience) -> list[FilePage]:
    found: list[FilePage] = []
    room = _MOST_BYTES
    while True:
        head = _head(stdout, clock)
        if "error" in head:
            raise UserError(str(head["error"]), **head["params"])
        if "end" in head:
            return found
        page = FilePage(stdout.read(int(head["size"])), str(head["media_type"]))
        room -= len(page.content)
        if room < 0:
            raise UserError("picture_too_large")
        found.append(page)
        clock.heard()


def _head(stdout: IO[bytes], clock: _Patience) -> dict[str, Any]:
    line = stdout.readline()
    if not line.endswith(b"\n"):
        if clock.late:
            raise UserError("file_too_slow")
        raise EnvironmentFault("paging_failed")
    head: dict[str, Any] = json.loads(line)
    return head


def _end(child: subprocess.Popen[bytes]) -> None:
    child.kill()
    with child, contextlib.suppress(OSError):
        if child.stdin is not None:
            child.stdin.close()
