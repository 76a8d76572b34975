"""Files of several pages for a case, by command: every page of a kind, a picture as it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from station_app.cli import cases, main
from station_app.cli.output import Exit
from station_app.domain.application import ScanKind
from station_app.errors import UserError
from station_app.papers.pager import LARGEST_FILE, Pager
from station_app.services import paper_files
from station_app.services.paper_files import Pictures
from tests.samples.pdfs import jpeg_page, scanned_pdf

pytestmark = pytest.mark.slow
_PAGES = [jpeg_page(colour, size=(400, 300)) for colour in ("red", "green")]


def test_every_page_of_a_pdf_is_of_the_kind_that_was_named_and_a_picture_stays_as_it_is(tmp_path: Path) -> None:
    pdf, picture = tmp_path / "both.pdf", tmp_path / "card.jpg"
    pdf.write_bytes(scanned_pdf(_PAGES))
    picture.write_bytes(jpeg_page("black", size=(400, 300)))
    found = cases._read_scans([(ScanKind.CERTIFICATE, str(pdf)), (ScanKind.CARD, str(picture))])
    assert found == [
        (ScanKind.CERTIFICATE, Pictures(_PAGES, pdf.read_bytes())),
        (ScanKind.CARD, Pictures([picture.read_bytes()])),
    ]


def test_a_hurt_pdf_ends_the_command_before_a_case_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STATION_HOME", str(tmp_path / "home"))
    case, pdf = tmp_path / "case.json", tmp_path / "half.pdf"
    case.write_text(json.dumps({"plan": 2024, "category": "vocational"}), "utf-8")
    pdf.write_bytes(scanned_pdf(_PAGES)[:-300])
    assert main(["add", str(case), "--scan", f"certificate={pdf}"]) == Exit.NO
    assert "这个 PDF 不完整或已损坏" in capsys.readouterr().err


def test_a_file_without_end_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.pdf"
    with path.open("wb") as file:
        file.truncate(LARGEST_FILE + 1)
    with pytest.raises(UserError, match="scan_too_large"):
        paper_files.read_file(path, Pager())
