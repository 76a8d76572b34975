"""Our own papers through the real child: their code is read, and whether somebody signed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import cv2
import pytest
import zxingcpp

from station_app.papers import Sheet, confirmation_sheet
from station_app.papers.reader import Reader
from tests.samples.scanned import flatbed
from tests.samples.signed import printed, signed
from tests.unit.papers.paper_cases import REFERENCE, paper_case

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("qapp")]


def _read(reader: Reader, folder: Path, pixels: object, turns: int = 0) -> dict[str, Any]:
    page = cv2.resize(pixels, None, fx=1.5, fy=1.5, interpolation=cv2.INTER_CUBIC)  # type: ignore[call-overload]
    file = folder / "page.png"
    file.write_bytes(flatbed([page], 5, dpi=200, skew=1.5, ground=252, turns=turns).png())
    (only,) = reader.read(file, date(2024, 5, 15))
    (document,) = only.documents
    return dict(document)


def test_a_paper_that_lies_on_another_is_neither_of_them(tmp_path: Path) -> None:
    upper = confirmation_sheet(paper_case())
    lower = replace(upper, code=replace(upper.code, reference="CY001-24-A000777-U"))
    page, over = printed(upper).pixels.copy(), printed(lower).pixels
    (found,) = zxingcpp.read_barcodes(over)
    at = found.position
    code = over[at.top_left.y - 12 : at.bottom_left.y + 12, at.top_left.x - 12 : at.top_right.x + 12]
    page[-260 : code.shape[0] - 260, 120 : 120 + code.shape[1]] = code
    with Reader() as reader:
        read = _read(reader, tmp_path, page)
    assert set(read["fields"]["qr"]["value"].split()) == {f"{upper.code.on(1, 2)}", f"{lower.code.on(1, 2)}"}


def test_an_unsigned_sheet_is_told_from_a_signed_one_whichever_way_it_lies(tmp_path: Path) -> None:
    about = paper_case()
    sheet: Sheet = confirmation_sheet(about)
    paper = printed(sheet)
    with Reader() as reader:
        empty = _read(reader, tmp_path, paper.pixels)
        full = _read(reader, tmp_path, signed(paper, 3), turns=2)
    assert (empty["kind"], full["kind"]) == ("form", "form")
    assert empty["fields"]["qr"]["value"] == full["fields"]["qr"]["value"] == f"{REFERENCE}/SHEET/R1/P1-2"
    for name in ("name", "id_number", "card_no"):  # among other labels; no piece of it is read on its head
        assert {each["fields"][name]["value"] for each in (empty, full)} == {about.content.applicant[name]}
    assert "signature_missing" in empty["defects"]
    assert "signature_missing" not in full["defects"]
