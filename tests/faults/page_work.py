"""A page of a device is filed and taken apart in this process, with a trap: ``HOME MASTER CASE TRAP``.

The documents on it are as if the child had answered; what is durable when, is what is looked at.
"""

from __future__ import annotations

import sys
from pathlib import Path

from station_app.domain.application import ScanKind
from station_app.domain.reading import Cut, DocumentReading, ReadField
from station_app.papers.reader import CutPage, CutPart
from station_app.services import capture
from station_app.services.page_work import put_failure, put_parts
from tests.faults.trap import Trap
from tests.unit.sync.stations import page
from tests.unit.ui.stations import Watch, open_desk

CORNERS = ((0.0, 0.0), (7.0, 0.0), (7.0, 7.0), (0.0, 7.0))
WHOLE = page("the whole glass", 4_000)
PARTS = {ScanKind.ID_FRONT: page("front", 3_000), ScanKind.ID_BACK: page("back", 3_500)}


def taken_apart() -> CutPage:
    read = {kind: DocumentReading(kind, {"name": ReadField("某某", 0.97, CORNERS)}, CORNERS) for kind in PARTS}
    parts = tuple(CutPart(content, Cut(CORNERS), read[kind]) for kind, content in PARTS.items())
    return CutPage(tuple(read.values()), parts)


def main() -> None:
    home, master, case, trap = sys.argv[1:]
    desk = open_desk(Path(home), bytes.fromhex(master), Watch())
    Trap.parse(trap).arm()
    (whole,) = capture.add_device_pages(desk, case, [capture.DevicePage(WHOLE)]).value
    put_parts(desk, whole, taken_apart())
    (bad,) = capture.add_device_pages(desk, case, [capture.DevicePage(page("bad", 2_000))]).value
    put_failure(desk, bad, "reading_failed")


if __name__ == "__main__":
    main()
