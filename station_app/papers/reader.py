"""The parent's side of page work: a child that is started when a page is to be looked at and ended when nobody asks.

The child may hang, crash or run out of memory over one picture: the caller hears a code, and the next page has a new
child. It ends by itself when its input closes, so it never outlives this process. Pictures go over pipes, not by files.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, Any

from station_app import children
from station_app.config import child_environment
from station_app.domain.reading import Cut, DocumentReading
from station_app.errors import EnvironmentFault, UserError

_MODULE = "station_app.papers.reading.child"
_START_SECONDS, _PAGE_SECONDS = 120.0, 120.0  # an old PC with a full disk; a page takes about one
_FILE_SECONDS = 1800.0  # a file of many pages is one request
_PAGED = (".pdf", ".tif", ".tiff")
_LARGEST = 64 * 2**20  # bytes of a line or a picture that comes back


@dataclass(frozen=True)
class PageReading:
    """``documents``: as ``station read`` prints them: kind, fields, corners, defects."""

    page: int
    documents: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class CutPart:
    """One document of a page as a page of its own. ``content``: JPEG; ``reading``: in its pixels."""

    content: bytes
    cut: Cut
    reading: DocumentReading


@dataclass(frozen=True)
class CutPage:
    """``documents``: as they lie on the page, in its pixels; ``parts``: one for each."""

    documents: tuple[DocumentReading, ...]
    parts: tuple[CutPart, ...]


@dataclass(frozen=True)
class _Answer:
    told: dict[str, Any]
    bodies: tuple[bytes, ...]


class Reader:
    """Context manager. Not for several threads at once; ``stop`` and ``close`` may come from any.

    All that look at a page raise UserError ``scan_unreadable``, ``picture_too_large``, ``pdf_*``; EnvironmentFault
    ``reading_not_started`` (no child could be had), ``reading_failed`` (it is gone), ``reading_silent`` (it took too
    long and was ended).
    """

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._closed = False
        self._lock = threading.Lock()

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    @property
    def process(self) -> int | None:
        """The child's number, None while there is none."""
        child = self._child
        return None if child is None else child.pid

    @property
    def closed(self) -> bool:
        """Whether nobody waits for this reader any more."""
        return self._closed

    def read(self, file: Path, today: date) -> list[PageReading]:
        """Every page of a picture file. ``today``: what an identity card's term is compared with.

        Raises also UserError ``scan_file_missing``.
        """
        seconds = _FILE_SECONDS if file.suffix.lower() in _PAGED else None
        asked = {"do": "read", "file": str(file), "today": today.isoformat()}
        answer = self._ask(asked, seconds=seconds, file=file.name)
        return [PageReading(each["page"], tuple(each["documents"])) for each in answer.told["pages"]]

    def read_page(self, content: bytes, today: date) -> tuple[DocumentReading, ...]:
        """The documents on the first page of a picture."""
        answer = self._ask({"do": "read", "today": today.isoformat()}, [content])
        return _documents(answer.told["pages"][0]["documents"])

    def cut(self, content: bytes, today: date) -> CutPage:
        """Find, cut out, straighten and read every document on a page."""
        answer = self._ask({"do": "cut", "today": today.isoformat()}, [content])
        parts = tuple(
            CutPart(body, Cut.from_json(each["cut"]), DocumentReading.from_json(each["reading"]))
            for each, body in zip(answer.told["parts"], answer.bodies, strict=True)
        )
        return CutPage(_documents(answer.told["documents"]), parts)

    def cut_by_hand(self, content: bytes, cut: Cut) -> bytes:
        """A JPEG of what lies between four corners; nothing is read, so it is quick."""
        return self._ask({"do": "cut_by_hand", "cut": cut.to_json()}, [content]).bodies[0]

    def close(self) -> None:
        """``stop``, and no other child starts."""
        with self._lock:
            self._closed = True
        self.stop()

    def stop(self) -> None:
        """End the child, whatever it does."""
        with self._lock:
            child, self._child = self._child, None
        if child is not None:
            child.kill()
            with child, contextlib.suppress(OSError):  # what it never read is lost with it
                if child.stdin is not None:
                    child.stdin.close()

    def _ask(
        self, request: dict[str, Any], bodies: Sequence[bytes] = (), seconds: float | None = None, **named: str
    ) -> _Answer:
        child = self._child or self._start()
        head = json.dumps({**request, "sizes": [len(each) for each in bodies]} if bodies else request)
        answer = self._exchange(child, head.encode() + b"\n" + b"".join(bodies), seconds or _PAGE_SECONDS)
        if "fault" in answer.told:
            self.stop()
            raise EnvironmentFault(str(answer.told["fault"]))
        if "error" in answer.told:
            raise UserError(str(answer.told["error"]), **{**answer.told["params"], **named})
        return answer

    def _start(self) -> subprocess.Popen[bytes]:
        try:
            child = self._spawn()
            self._exchange(child, b"", _START_SECONDS)
        except (OSError, EnvironmentFault) as error:
            raise EnvironmentFault("reading_not_started") from error
        return child

    def _spawn(self) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._closed:
                raise EnvironmentFault("reading_failed")
            self._child = child = subprocess.Popen(  # noqa: S603  our own module
                children.command(_MODULE), stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=child_environment()
            )
        return child

    def _exchange(self, child: subprocess.Popen[bytes], request: bytes, seconds: float) -> _Answer:
        """Say one thing and hear one; a child that takes so long is ended."""
        assert child.stdin is not None
        assert child.stdout is not None
        late = threading.Event()

        def end() -> None:
            late.set()
            child.kill()

        timer = threading.Timer(seconds, end)
        timer.start()
        try:
            child.stdin.write(request)
            child.stdin.flush()
            answer = _received(child.stdout)
        except (OSError, ValueError):  # it is gone, or was stopped by another thread
            answer = None
        finally:
            timer.cancel()
            timer.join()
        if answer is None:
            self.stop()
            raise EnvironmentFault("reading_silent" if late.is_set() else "reading_failed")
        return answer


def _documents(told: Sequence[dict[str, Any]]) -> tuple[DocumentReading, ...]:
    return tuple(DocumentReading.from_json(each) for each in told)


def _received(source: IO[bytes]) -> _Answer | None:
    """None where the other side has ended, in the middle of an answer or with something else said."""
    line = source.readline(_LARGEST)
    if not line.endswith(b"\n"):
        return None
    told: dict[str, Any] = json.loads(line)
    sizes = told.get("sizes", ())
    if sum(sizes) > _LARGEST:
        return None
    bodies = tuple(source.read(size) for size in sizes)
    return _Answer(told, bodies) if [len(each) for each in bodies] == list(sizes) else None
