"""The doors: who may hold a scanned page in the clear, and where it goes. A new one has to be written down here.

A page may have an identity card on it, so it leaves the store only sealed (server, stick, backup) or drawn anew under
the watermark (``ui.paper.copies``); what is shown in the window stays in the window.
"""

from __future__ import annotations

import argparse
import ast
import re
from collections.abc import Iterator
from pathlib import Path

from station_app.cli import parser
from tests.system.world import ROOT

# who reads a page's bytes out of the store, and what becomes of them
READERS = {
    "station_app/cli/sorting.py": "read by the recogniser; words come back",
    "station_app/services/capture.py": "for the window (below)",
    "station_app/services/copies.py": "the export, under the watermark",
    "station_app/services/courier.py": "sealed to the server",
    "station_app/services/cutting.py": "cut into another page of the store; the whole one for the window (below)",
    "station_app/services/doctor.py": "looked at, and let go",
    "station_app/services/reading_worker.py": "read by the recogniser; words come back",
    "station_app/services/tray.py": "into a case; for the window (below)",
    "station_app/store/backup_file.py": "looked at, and let go: the backup takes the sealed file",
    "sync/blobs.py": "to the server that the station is enrolled at",
    "sync/bundle.py": "to the server that the station is enrolled at",
    "sync/courier.py": "sealed to the server",
    "sync/outcomes.py": "for blobs and bundle (above)",
    "ui/pages/intake/clip.py": "shown beside the field",
    "ui/pages/intake/shelf.py": "shown in the strip and the viewer",
    "ui/pages/tray.py": "shown in the tray",
}
_READS = re.compile(
    r"(?:\bscans\.get\([a-z_.]*(?:file_name\b|name\))|\bread_scan\(|\bread_original\(|\btray\.picture\()"
)

# commands that write a file or a folder, and why no page is in it in the clear
WRITING = {
    "backup": "sealed",
    "courier": "sealed to the server",
    "export": "under the watermark",
    "print": "drawn from the fields; no scanned page",
    "recover": "keys, no page",
    "scan": "straight from the device, before the store: for trying it out, and its help says so",
    "support": "no page; sealed to the server",
}
READING = {"add", "edit", "assess", "init", "read", "restore", "sort", "plans"}  # files come in there

# what would carry a picture out of a window
_CARRIERS = {
    "QDrag", "QImageWriter", "QMovie", "QPicture", "QSvgGenerator", "grabWindow", "setImageData", "setMimeData",
    "setDragEnabled", "startDrag",
}  # fmt: skip
_PRINTING = {"ui/pages/intake/printing.py", "ui/paper/draw.py"}  # a ``Sheet``, which holds no scanned page
_SAVING = {
    "ui/paper/case_file.py": "under the watermark",
    "ui/pages/intake/pictures.py": "from the clipboard into the store",
}


def sources(*rooms: str) -> Iterator[tuple[str, str]]:
    for room in rooms:
        for path in sorted((ROOT / room).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), path.read_text("utf-8")


def test_every_reader_of_pages_is_known() -> None:
    found = {
        name
        for name, text in sources("station_app", "sync", "ui")
        if any(_READS.search(line) and not line.lstrip().startswith("def ") for line in text.splitlines())
    }
    assert found == set(READERS)


def test_no_window_carries_a_picture_out() -> None:
    for name, text in sources("ui"):
        used = {each.id for each in ast.walk(ast.parse(text)) if isinstance(each, ast.Name)}
        used |= {each.attr for each in ast.walk(ast.parse(text)) if isinstance(each, ast.Attribute)}
        assert not used & _CARRIERS, name
        assert ("QPrinter" in used) <= (name in _PRINTING), name
        assert not ({"clipboard"} <= used and {"setImage", "setPixmap"} & used), name


def test_pictures_are_saved_nowhere_else() -> None:
    found = {name for name, text in sources("ui") if re.search(r"\.save\((?!\)|self\.|home)", text)}
    assert found - {"ui/bootstrap.py"} == set(_SAVING)


def test_every_command_that_writes_is_known() -> None:
    takes_files = set()
    for name, command in commands().items():
        options = [option for action in command._actions for option in (*action.option_strings, action.metavar)]
        if any(isinstance(each, str) and re.search(r"FILE|\.json|--out|DIR|PACK", each) for each in options):
            takes_files.add(name)
    assert takes_files == set(WRITING) | READING
    assert "不加密" in help_of("scan")
    assert "水印" in help_of("export")


def commands() -> dict[str, argparse.ArgumentParser]:
    (found,) = [each for each in parser._parser()._actions if isinstance(each, argparse._SubParsersAction)]
    return dict(found.choices)


def help_of(name: str) -> str:
    (found,) = [each for each in parser._parser()._actions if isinstance(each, argparse._SubParsersAction)]
    return next(each.help or "" for each in found._choices_actions if each.dest == name)


def test_the_pattern_sees_a_reader(tmp_path: Path) -> None:
    for line in (
        "content = desk.store.scans.get(scan.file_name)",
        "capture.read_scan(desk, scan_id)",
        "scans.get(name)",
    ):
        assert _READS.search(line)
    assert not _READS.search("uow.scans.get(scan_id)")
