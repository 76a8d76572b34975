"""What a clerk does with paper, each act in a process that dies at a named point.

Reads orders from standard input, one line of JSON each (``[act, home, master, case, folder, trap]``), forks for each,
and answers with the exit code: so nothing has to be imported anew for every death. What the reading child would have
said is given; what is durable when, is what is looked at. TRAP ``passed=FILE`` kills nothing and writes down each named
point that was passed, one a line.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtGui import QGuiApplication

from station_app import durable
from station_app.devices.job import ScanJob
from station_app.devices.run import Run
from station_app.devices.scanner import ScanOrder, Source
from station_app.domain.application import ScanKind
from station_app.domain.reading import DocumentReading, ReadField
from station_app.papers import Paper
from station_app.papers.pager import Pager
from station_app.papers.reader import Reader
from station_app.services import capture, papers, sorting, tray
from station_app.services.desk import Desk, Written
from station_app.services.paper_files import read_file
from station_app.services.signed_papers import note_printed
from station_app.services.watched_folder import FolderWatch, put_away
from station_app.store.records import ScanRecord
from tests.faults.trap import Trap
from tests.samples.pictures import jpeg
from tests.unit.sync.stations import page
from tests.unit.ui.stations import Watch, open_desk
from ui.pages.intake.device_pages import Target, scan_into
from ui.pages.intake.draft import Draft
from ui.paper import write_pdf
from ui.tasks import Hand

STACK = [page(name, 3_000) for name in ("first", "second", "third")]
WATCHED = "001.jpg"
PAPER = "sheet.pdf"
CORNERS = ((0.0, 0.0), (59.0, 0.0), (59.0, 79.0), (0.0, 79.0))
AT = ((5.0, 5.0), (50.0, 5.0), (50.0, 70.0), (5.0, 70.0))


def pages_of(desk: Desk, case: str) -> list[ScanRecord]:
    with desk.store.read() as uow:
        return uow.scans.of(case)


def picture() -> bytes:
    """A page large enough to be cut by hand."""
    from PIL import Image

    return jpeg(Image.new("RGB", (60, 80), (29, 200, 200)))


def into_the_tray(desk: Desk, _case: str, _folder: Path) -> None:
    """A page of the feeder, then a file of two pages."""
    tray.keep(desk, STACK[:1], tray.DEVICE)
    tray.keep(desk, STACK[1:])


def print_it(desk: Desk, case: str, folder: Path) -> None:
    """As the window and ``station print`` do: noted, then written."""
    application = QGuiApplication.instance() or QGuiApplication(["capture"])
    sheet = papers.sheet(desk, case, Paper.SHEET)
    note_printed(desk, sheet)
    write_pdf(sheet, folder / PAPER)
    del application


def sort(desk: Desk, case: str, _folder: Path) -> None:
    """What lies in the tray, by the reading thread: two pages of the signed paper, one that says nothing."""
    stack = sorting.Stack(desk)
    while (waiting := stack.next()) is not None:
        stack.sort(waiting, documents(desk, case, waiting.sha256))


def documents(desk: Desk, case: str, sha256: str) -> list[DocumentReading]:
    """What is read on the page with these bytes."""
    at = [desk.store.scans._named(each).sha256 for each in STACK].index(sha256)
    if at == 2:
        return [DocumentReading(None, {}, CORNERS, ("blank",))]
    code = papers.sheet(desk, case, Paper.SHEET).code.on(at + 1, 2)
    return [DocumentReading(ScanKind.FORM, {"qr": ReadField(str(code), 1.0)}, CORNERS)]


def discard(desk: Desk, _case: str, _folder: Path) -> None:
    tray.discard(desk, [each.page.id for each in tray.waiting(desk)])


def cut_by_hand(desk: Desk, case: str, _folder: Path) -> None:
    (scan,) = pages_of(desk, case)
    if scan.cut is None:
        capture.cut_scan(desk, scan.id, AT, 90)


def take_back(desk: Desk, case: str, _folder: Path) -> None:
    """The cut; then the page is turned, called something else and remarked on."""
    (scan,) = pages_of(desk, case)
    if scan.cut is not None:
        scan = capture.uncut_scan(desk, scan.id).value
    capture.rotate_scan(desk, scan.id, 90)
    capture.rename_scan(desk, scan.id, ScanKind.CARD)
    capture.remark_scan(desk, scan.id, "复印件")


def from_the_folder(desk: Desk, case: str, folder: Path) -> None:
    """A file of the watched folder into the case, then out of the way."""
    watch = FolderWatch(folder)
    watch.look()
    for file in watch.look().files:
        found = read_file(file.path, Pager())
        pages = [capture.DevicePage(each, once=True) for each in found.pages]
        capture.add_device_pages(desk, case, pages, [found.file] if found.file else [])
        put_away(file)


def from_the_feeder(desk: Desk, _case: str, folder: Path) -> None:
    """F12 where no case is begun yet; ``folder`` holds the scanner's address."""
    order = ScanOrder(f"escl:{(folder / 'scanner').read_text('utf-8')}", Source.FEEDER)
    hand = Hand(lambda _: None, _written)
    scan_into(desk, Target.of(Draft.blank(2024, desk.today())), Run(partial(ScanJob, order)), Reader(), hand)


def _written(change: Callable[[], Written[Any]]) -> Any:
    return change().value


ACTS: dict[str, Callable[[Desk, str, Path], None]] = {
    each.__name__: each
    for each in (into_the_tray, print_it, sort, discard, cut_by_hand, take_back, from_the_folder, from_the_feeder)
}


def _note_passed(file: Path) -> None:
    """Wrap whatever makes bytes durable; each passage is a line."""

    def around(original: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*arguments: Any) -> Any:
            with file.open("a", encoding="utf-8") as out:
                out.write(f"{arguments[-1]}\n")
            return original(*arguments)

        return wrapped

    for name in ("commit", "rename"):
        setattr(durable, name, around(getattr(durable, name)))


def act(what: str, home: str, master: str, case: str, folder: str, trap: str) -> None:
    desk = open_desk(Path(home), bytes.fromhex(master), Watch())
    if trap.startswith("passed="):
        _note_passed(Path(trap.partition("=")[2]))
    else:
        Trap.parse(trap).arm()
    ACTS[what](desk, case, Path(folder))
    desk.store.close()


def main() -> None:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            act(*json.loads(line))
            os._exit(0)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
