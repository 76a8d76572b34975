"""How a command ends when something is wrong, before any home is opened."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from station_app.cli import main
from station_app.cli import plans as plan_commands
from station_app.cli.output import Exit
from tests.samples.people import person


@pytest.fixture(autouse=True)
def _no_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATION_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("STATION_PASSWORD", "a long password for tests")


def test_our_bug_is_70_and_tells_places_without_values(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> None:
        raise RuntimeError(person(1).id_number)

    monkeypatch.setattr(plan_commands, "packaged_plans", broken)
    assert main(["plans", "list"]) == Exit.BUG
    told = capsys.readouterr().err
    assert "RuntimeError" in told
    assert "broken" in told
    assert person(1).id_number not in told


@pytest.mark.parametrize(
    "arguments",
    [
        ["list", "--json"],  # no home yet
        ["submit"],
        ["submit", "CY001-24-A000001-F", "--all"],
        ["add", "nowhere.json"],
        ["add", "CASE", "--scan", "card=nowhere.jpg"],
        ["plans", "check"],
    ],
)
def test_wrong_use_is_2_and_says_what_to_do(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = tmp_path / "case.json"
    case.write_text(json.dumps({"plan": 2024, "category": "vocational"}), "utf-8")
    assert main([str(case) if each == "CASE" else each for each in arguments]) == Exit.USAGE
    assert "没有说明的情况" not in capsys.readouterr().err


@pytest.mark.parametrize("text", ["{nope", "[]", "7", '"x"', "\x00", "[" * 100_000])
def test_a_file_that_is_no_case_is_wrong_use(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = tmp_path / "case.json"
    case.write_text(text, "utf-8")
    assert main(["add", str(case)]) == Exit.USAGE
    assert str(case) in capsys.readouterr().err


@pytest.mark.parametrize(
    ("url", "code"), [("ftp://example.test", "A" * 29), ("http://127.0.0.1:1", "wrong"), ("http://a.test", "x")]
)
def test_a_mistyped_invitation_makes_no_home(url: str, code: str, tmp_path: Path) -> None:
    assert main(["init", "--central", url, "--code", code, "--operator", "王芳"]) == Exit.NO
    assert not (tmp_path / "home").exists()
