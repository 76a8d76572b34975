"""``station sort`` and ``station tray`` as commands, with the real child."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import pytest

from station_app.cli import main
from station_app.papers import Paper
from station_app.services import intake, papers, session
from station_app.services.signed_papers import note_printed
from tests.samples.scanned import flatbed
from tests.samples.signed import printed, signed
from tests.unit.services.conftest import content
from tests.unit.ui.stations import OPERATOR, PASSWORD, Watch, copy_home, open_desk

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("qapp")]


def test_a_stack_of_files_is_sorted_and_what_waits_is_listed(
    made: tuple[Path, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = copy_home(made[0], tmp_path / "home")
    desk = open_desk(home, made[1], Watch())
    record = intake.new_case(desk, content(7)).value.record
    sheet = papers.sheet(desk, record.id, Paper.SHEET)
    note_printed(desk, sheet)
    session.sign_out(desk)
    page = cv2.resize(signed(printed(sheet), 3), None, fx=1.5, fy=1.5, interpolation=cv2.INTER_CUBIC)
    good, blank, bad = tmp_path / "good.jpg", tmp_path / "blank.png", tmp_path / "bad.jpg"
    good.write_bytes(flatbed([page], 5, dpi=200, ground=252).jpeg())
    blank.write_bytes(flatbed([], 1, dpi=100).png())
    bad.write_bytes(b"no picture")
    for name, value in (("STATION_HOME", str(home)), ("STATION_PASSWORD", PASSWORD), ("STATION_OPERATOR", OPERATOR)):
        monkeypatch.setenv(name, value)
    assert main(["sort", str(good), str(bad), str(blank), "--json"]) == 1
    said = capsys.readouterr()
    first, second = json.loads(said.out)
    assert (first["filed"], first["reference"], first["missing"]) == (True, record.reference, [2])
    assert (second["filed"], second["problem"]) == (False, "tray_blank")
    assert "图片" in said.err
    assert main(["tray", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["page"], row["problem"]) == (second["page"], "tray_blank")
