"""``station print`` as a process: the paper that was named, and on stderr what no font has."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from pypdf import PdfReader

from station_app.domain.application import Category, ScanKind
from tests.samples.cases import case
from tests.samples.people import person
from tests.samples.pictures import scans_of
from tests.unit.ui.stations import OPERATOR, PASSWORD

_DOOR = "import sys; from station_app.cli import main; sys.exit(main())"
_NOWHERE = "\ue123"  # private use: no font of ours has it


def _station(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "STATION_HOME": str(home),
        "STATION_PASSWORD": PASSWORD,
        "STATION_OPERATOR": OPERATOR,
        "DBUS_SESSION_BUS_ADDRESS": "disabled:",
    }
    command = [sys.executable, "-c", _DOOR, *words]
    return subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=False, timeout=120)


def test_the_named_paper_is_printed_and_missing_glyphs_are_told_on_stderr(home: Path, tmp_path: Path) -> None:
    raw = case(3, Category.SOCIAL_WORKER)
    raw["applicant"]["name"] = f"张{_NOWHERE}"
    (tmp_path / "case.json").write_text(json.dumps(raw), "utf-8")
    added = _station(home, "add", str(tmp_path / "case.json"))
    assert added.returncode == 0, added.stderr
    target = tmp_path / "sheet.pdf"
    printed = _station(home, "print", added.stdout.split()[-1], "--paper", "sheet", "--out", str(target))
    assert printed.returncode == 0, printed.stderr
    assert printed.stdout.split() == [str(target)]
    assert _NOWHERE in printed.stderr
    assert len(PdfReader(target).pages) == 2, "the case, and the notice"


def test_an_unknown_paper_is_wrong_use(tmp_path: Path) -> None:
    done = _station(tmp_path, "print", "CY001-24-A000001-F", "--paper", "poster", "--out", str(tmp_path / "x.pdf"))
    assert done.returncode == 2


def _case_with_card(home: Path, folder: Path) -> str:
    (folder / "case.json").write_text(json.dumps(case(3)), "utf-8")
    (folder / "front.jpg").write_bytes(scans_of(person(3), case(3))[ScanKind.ID_FRONT])
    added = _station(home, "add", str(folder / "case.json"), "--scan", f"id_front={folder / 'front.jpg'}")
    assert added.returncode == 0, added.stderr
    return added.stdout.split()[-1]


def test_a_case_is_exported_whole_or_not_at_all(home: Path, tmp_path: Path) -> None:
    reference, target = _case_with_card(home, tmp_path), tmp_path / "out" / "case.pdf"
    words = ("export", reference, "--purpose", "区总复核", "--out", str(target))
    nowhere = _station(home, *words)
    assert nowhere.returncode == 3
    assert "不能写入" in nowhere.stderr
    target.parent.mkdir()
    exported = _station(home, *words)
    assert exported.returncode == 0, exported.stderr
    assert exported.stdout.split() == [str(target)]
    assert len(PdfReader(target).pages) == 1
    assert [each.name for each in target.parent.iterdir()] == ["case.pdf"]
    audit = json.loads(_station(home, "audit").stdout)
    assert [row["action"] for row in audit].count("case_exported") == 2, "a copy that was begun is on record too"


def test_a_copy_without_a_purpose_is_refused(home: Path, tmp_path: Path) -> None:
    reference = _case_with_card(home, tmp_path)
    done = _station(home, "export", reference, "--purpose", " ", "--out", str(tmp_path / "case.pdf"))
    assert done.returncode == 1
    assert "用途" in done.stderr
    assert not (tmp_path / "case.pdf").exists()
