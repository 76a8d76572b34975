"""The child process: one request in, one answer out, until its input ends.

Both are a line of JSON, followed by as many bodies as ``sizes`` has numbers.

{"do": "read", "file": PATH | "sizes": [PICTURE], "today": "2024-05-15"}    {"pages": [{"page": 1, "documents": [...]}]}
{"do": "cut", "sizes": [PICTURE], "today": ...}
    {"documents": [...], "parts": [{"cut", "reading"}, ...], "sizes": [JPEG, ...]}
{"do": "cut_by_hand", "cut": {"corners", "turn"}, "sizes": [PICTURE]}    {"sizes": [JPEG]}
or {"error": CODE, "params": {...}}, or {"fault": CODE} where the PC is at fault. The first line says {"ready": true}.
The models are loaded when they are first needed.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from queue import SimpleQueue
from typing import IO, TYPE_CHECKING, Any

import resources
from station_app.domain.reading import Corners, Cut, DocumentReading
from station_app.errors import EnvironmentFault, UserError
from station_app.papers.reading import cutting
from station_app.papers.reading.pages import Document, documents_on
from station_app.papers.reading.pictures import Picture, first_page, pages_of
from station_app.plans.catalogue import read_catalogue, read_names

if TYPE_CHECKING:
    from station_app.papers.reading.text import Recogniser


_NICER = 15
_PLACES = -8  # glibc's M_ARENA_MAX


@dataclass(frozen=True)
class _Request:
    told: dict[str, Any]
    bodies: list[bytes]


class _Work:
    """What the process keeps between requests."""

    @cached_property
    def recogniser(self) -> Recogniser:
        """Raises EnvironmentFault ``reading_not_started``: no page is to blame."""
        try:
            from station_app.papers.reading.text import Recogniser

            return Recogniser()
        except Exception as error:  # whatever a library of machine code says on this PC
            raise EnvironmentFault("reading_not_started") from error

    @cached_property
    def occupations(self) -> list[str]:
        return _occupations()

    def documents(self, page: Picture, told: dict[str, Any]) -> list[Document]:
        return documents_on(page, self.recogniser, self.occupations, date.fromisoformat(told["today"]))


def main() -> None:
    _give_way()
    _share_memory()
    work = _Work()
    _say({"ready": True})
    for request in _asked():
        _say(*_answer(work, request))
        del request
        _give_memory_back()


def _give_way() -> None:
    """The window comes first where there are two cores only."""
    if sys.platform != "win32":
        os.nice(_NICER)


def _share_memory() -> None:
    """All threads take it from one place; glibc alone would give each thread places of its own, and keep them."""
    with contextlib.suppress(OSError, AttributeError):  # another library has no such call
        ctypes.CDLL(None).mallopt(_PLACES, 1)


def _give_memory_back() -> None:
    """What a page needed goes back to the system between two pages; glibc alone would keep it, in pieces."""
    with contextlib.suppress(OSError, AttributeError):  # another library has no such call
        ctypes.CDLL(None).malloc_trim(0)


def _asked() -> Iterator[_Request]:
    """Requests as they come. Once the input ends nobody waits for an answer: the process ends, whatever it reads."""
    queue: SimpleQueue[_Request] = SimpleQueue()

    def listen() -> None:
        while (request := _received(sys.stdin.buffer)) is not None:
            queue.put(request)
        os._exit(0)

    threading.Thread(target=listen, daemon=True).start()
    while True:
        yield queue.get()


def _received(source: IO[bytes]) -> _Request | None:
    line = source.readline()
    if not line.endswith(b"\n"):
        return None
    told = json.loads(line)
    return _Request(told, [source.read(size) for size in told.get("sizes", ())])


def _say(message: dict[str, Any], bodies: Sequence[bytes] = ()) -> None:
    sizes = {"sizes": [len(each) for each in bodies]} if bodies else {}
    sys.stdout.buffer.write(json.dumps({**message, **sizes}, ensure_ascii=False).encode() + b"\n" + b"".join(bodies))
    sys.stdout.buffer.flush()


def _answer(work: _Work, request: _Request) -> tuple[dict[str, Any], list[bytes]]:
    try:
        return _ANSWERS[request.told["do"]](work, request)
    except UserError as error:
        return {"error": error.code, "params": error.params}, []
    except EnvironmentFault as fault:
        return {"fault": fault.code}, []
    except MemoryError:
        return {"error": "picture_too_large", "params": {}}, []


# ---- what can be asked for


def _read(work: _Work, request: _Request) -> tuple[dict[str, Any], list[bytes]]:
    source = request.bodies[0] if request.bodies else Path(request.told["file"])
    pages = []
    for number, frame in enumerate(pages_of(source), 1):
        found = work.documents(frame.picture, request.told)
        pages.append({"page": number, "documents": [_stored(each.told(), frame.scale).to_json() for each in found]})
    return {"pages": pages}, []


def _cut(work: _Work, request: _Request) -> tuple[dict[str, Any], list[bytes]]:
    frame = first_page(request.bodies[0])
    found = work.documents(frame.picture, request.told)
    parts = cutting.cut_out(frame.picture, found)
    told = [{"cut": _scaled(each.cut, frame.scale).to_json(), "reading": each.reading.to_json()} for each in parts]
    documents = [_stored(each.told(), frame.scale).to_json() for each in found]
    return {"documents": documents, "parts": told}, [each.content for each in parts]


def _cut_by_hand(_work: _Work, request: _Request) -> tuple[dict[str, Any], list[bytes]]:
    frame = first_page(request.bodies[0])
    return {}, [cutting.cut_by_hand(frame.picture, _scaled(Cut.from_json(request.told["cut"]), 1 / frame.scale))]


_ANSWERS = {"read": _read, "cut": _cut, "cut_by_hand": _cut_by_hand}


def _stored(reading: DocumentReading, scale: float) -> DocumentReading:
    """In the pixels of the given picture, where a smaller one was looked at."""
    if scale == 1:
        return reading
    fields = {name: replace(each, box=each.box and _times(each.box, scale)) for name, each in reading.fields.items()}
    return replace(reading, fields=fields, corners=_times(reading.corners, scale))


def _scaled(cut: Cut, scale: float) -> Cut:
    return replace(cut, corners=_times(cut.corners, scale))


def _times(corners: Corners, scale: float) -> Corners:
    a, b, c, d = ((x * scale, y * scale) for x, y in corners)
    return a, b, c, d


def _occupations() -> list[str]:
    """Every name that stands on some plan's list, and those of the national classification that stand on none."""
    found = set(read_names(resources.read_text("occupations.txt")))
    for year in resources.plan_years():
        files = resources.plan_files(year)
        if "catalogue.csv" in files:
            found |= set(read_catalogue(files["catalogue.csv"]).names)
        if "occupations.txt" in files:
            found |= set(read_names(files["occupations.txt"]))
    return sorted(found)


if __name__ == "__main__":
    main()
