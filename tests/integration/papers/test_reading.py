"""Whole pages through the real child: what they are, what they say, where they lie; and a child that fails."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import cv2
import pytest
from PIL import Image

from station_app.cli import main
from station_app.domain.application import Category
from station_app.errors import EnvironmentFault, UserError
from station_app.papers import reader as parents_side
from station_app.papers.reader import Reader
from tests.patience import PATIENCE_SECONDS
from tests.samples.cases import case
from tests.samples.pdfs import scanned_pdf
from tests.samples.people import person
from tests.samples.pictures import certificate, id_back, id_front, jpeg, service_card
from tests.samples.prints import award
from tests.samples.scanned import Scanned, blurred, camera, flatbed, glaring, pixels_of
from tests.samples.tables import whole

pytestmark = pytest.mark.slow
_TODAY = date(2024, 5, 15)
_ONE = person(20)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """Its child is started here, not inside the first test."""
    with Reader() as reader:
        _read(reader, tmp_path_factory.mktemp("first"), flatbed([], 1, dpi=100))
        yield reader


def _read(reader: Reader, folder: Path, page: Scanned, today: date = _TODAY) -> list[dict[str, Any]]:
    file = folder / "page.png"
    file.write_bytes(page.png())
    (only,) = reader.read(file, today)
    return list(only.documents)


def _values(document: dict[str, Any]) -> dict[str, str]:
    return {name: field["value"] for name, field in document["fields"].items()}


def _is_near(told: list[list[int]], there: list[tuple[float, float]]) -> bool:
    return all(abs(a - x) < 40 and abs(b - y) < 40 for (a, b), (x, y) in zip(told, there, strict=True))


@pytest.mark.parametrize("turns", range(4))
def test_an_identity_card_whichever_way_it_lies(reader: Reader, tmp_path: Path, turns: int) -> None:
    page = camera(pixels_of(id_front(_ONE)), 3, width=2000, turns=turns)
    (found,) = _read(reader, tmp_path, page)
    assert (found["kind"], found["defects"]) == ("id_front", [])
    values = _values(found)
    assert (values["name"], values["id_number"]) == (_ONE.name, _ONE.id_number)
    assert found["fields"]["id_number"]["confidence"] >= 0.9
    assert _is_near(found["corners"], page.corners[0])


def test_both_sides_on_one_glass_and_a_term_that_is_over(reader: Reader, tmp_path: Path) -> None:
    page = flatbed([pixels_of(id_front(_ONE)), pixels_of(id_back(_ONE))], 3, dpi=200)
    front, back = _read(reader, tmp_path, page)
    assert (front["kind"], back["kind"], back["defects"]) == ("id_front", "id_back", [])
    assert _values(back)["valid_to"] == "2036-05-20"
    _, over = _read(reader, tmp_path, page, date(2036, 5, 21))
    assert over["defects"] == ["expired"]


def test_a_service_card_and_a_certificate(reader: Reader, tmp_path: Path) -> None:
    (card,) = _read(reader, tmp_path, flatbed([pixels_of(service_card(_ONE))], 4, dpi=200))
    assert (card["kind"], _values(card)) == ("card", {"card_no": _ONE.card_no})
    facts = case(20, Category.VOCATIONAL)["certificate"]
    paper = cv2.resize(pixels_of(certificate(_ONE, Category.VOCATIONAL, facts)), None, fx=2, fy=2)
    (found,) = _read(reader, tmp_path, flatbed([paper], 4, dpi=200))
    assert found["kind"] == "certificate"
    assert _values(found) == {
        "name": _ONE.name,
        "id_number": _ONE.id_number,
        **{name: str(facts[name]) for name in ("occupation", "level", "number", "issuer", "issue_date")},
    }


def test_a_sheet_as_large_as_the_glass_ends_where_the_page_ends(reader: Reader, tmp_path: Path) -> None:
    """Neither its frame nor its text is its outline."""
    facts = {"occupation": "焊工", "issuer": "北京市总工会", "issue_date": "2023-11-08"}
    page = whole(award(_ONE, facts), 3)
    (found,) = _read(reader, tmp_path, page)
    assert (_values(found)["name"], _values(found)["occupation"]) == (_ONE.name, "焊工")
    assert _is_near(found["corners"], page.corners[0])


def test_a_page_with_nothing_on_it(reader: Reader, tmp_path: Path) -> None:
    (found,) = _read(reader, tmp_path, flatbed([], 1, dpi=150))
    assert (found["kind"], found["fields"], found["defects"]) == ("other", {}, ["blank"])


def test_defects_are_named(reader: Reader, tmp_path: Path) -> None:
    page = camera(pixels_of(id_front(_ONE)), 3, width=2000)
    (soft,) = _read(reader, tmp_path, blurred(page, 0.8))
    (lit,) = _read(reader, tmp_path, glaring(page, 0.6, 3))
    assert "blur" in soft["defects"]
    assert "glare" in lit["defects"]


def test_whatever_is_no_picture_is_said_and_the_next_is_read(reader: Reader, tmp_path: Path) -> None:
    (tmp_path / "no.jpg").write_bytes(b"MZ not a picture")
    with pytest.raises(UserError, match="scan_unreadable"):
        reader.read(tmp_path / "no.jpg", _TODAY)
    with pytest.raises(UserError, match="scan_file_missing"):
        reader.read(tmp_path / "nowhere.jpg", _TODAY)
    assert _read(reader, tmp_path, flatbed([], 1, dpi=100))


def test_a_child_that_dies_or_says_nothing_is_told_and_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Reader() as reader:
        assert _read(reader, tmp_path, flatbed([], 1, dpi=100))
        assert reader._child is not None
        os.kill(reader._child.pid, signal.SIGKILL)
        reader._child.wait()
        with pytest.raises(EnvironmentFault, match="reading_failed"):
            _read(reader, tmp_path, flatbed([], 1, dpi=100))
        assert _read(reader, tmp_path, flatbed([], 1, dpi=100))
        monkeypatch.setattr(parents_side, "_PAGE_SECONDS", 0.3)
        os.kill(reader._child.pid, signal.SIGSTOP)
        with pytest.raises(EnvironmentFault, match="reading_silent"):
            _read(reader, tmp_path, flatbed([], 1, dpi=100))
    assert reader._child is None


def test_the_child_ends_with_its_parent_and_never_hears_the_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STATION_PASSWORD", "a long password for tests")
    with Reader() as reader:
        assert _read(reader, tmp_path, flatbed([], 1, dpi=100))
        child = reader._child
        assert child is not None
        assert child.stdin is not None
        told = Path(f"/proc/{child.pid}/environ").read_bytes()
        assert b"PATH=" in told
        assert b"STATION_PASSWORD" not in told
        child.stdin.close()  # as when this process is gone
        assert child.wait(PATIENCE_SECONDS) == 0


def test_each_page_of_a_pdf_and_of_a_tiff_is_read(reader: Reader, tmp_path: Path) -> None:
    papers = (service_card(_ONE), id_front(_ONE))
    sheets = [Image.fromarray(flatbed([pixels_of(each)], 4, dpi=150).pixels[:, :, ::-1]) for each in papers]
    as_pdf, as_tiff = tmp_path / "both.pdf", tmp_path / "both.tif"
    sheets[0].save(as_tiff, "TIFF", save_all=True, append_images=sheets[1:])
    as_pdf.write_bytes(scanned_pdf([jpeg(each) for each in sheets]))
    for file in (as_pdf, as_tiff):
        pages = reader.read(file, _TODAY)
        assert [each.page for each in pages] == [1, 2]
        assert [each.documents[0]["kind"] for each in pages] == ["card", "id_front"]
    as_pdf.write_bytes(as_pdf.read_bytes()[:-500])
    with pytest.raises(UserError, match="pdf_damaged"):
        reader.read(as_pdf, _TODAY)


def test_the_command_needs_no_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STATION_HOME", str(tmp_path / "none"))
    good, bad = tmp_path / "good.png", tmp_path / "bad.png"
    good.write_bytes(flatbed([pixels_of(service_card(_ONE))], 4, dpi=150).png())
    bad.write_bytes(b"")
    assert main(["read", str(good), "--json"]) == 0
    (page,) = json.loads(capsys.readouterr().out)
    assert (page["file"], page["page"], page["documents"][0]["kind"]) == (str(good), 1, "card")
    assert main(["read", str(bad), str(good)]) == 1
    said = capsys.readouterr()
    assert len(json.loads(said.out)) == 1
    assert "图片" in said.err
