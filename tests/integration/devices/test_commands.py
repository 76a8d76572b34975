"""``station devices`` and ``station scan``, as contracts.md has them: no home, no password."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from station_app.cli import main
from station_app.cli.output import Exit
from station_app.devices import drivers
from tests.integration.devices.conftest import SCANNER, Configure


@pytest.fixture(autouse=True)
def no_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATION_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("STATION_PASSWORD", raising=False)
    monkeypatch.setattr(drivers, "names", lambda: ("sane",))  # another test may announce a scanner in the network


def test_devices_are_listed_as_json(backend: Configure, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["devices", "--json"]) == Exit.DONE
    first = json.loads(capsys.readouterr().out)[0]
    assert first["id"] == SCANNER
    assert first["sources"] == ["flatbed", "feeder"]


def test_devices_are_listed_for_a_person(backend: Configure, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["devices"]) == Exit.DONE
    assert f"✓ {SCANNER}  Noname frontend-tester  平板、输稿器\n" in capsys.readouterr().out


def test_no_device_is_no_fault(tmp_path: Path, backend: Configure, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "sane" / "dll.conf").write_text("", "utf-8")
    assert main(["devices"]) == Exit.DONE
    assert "没有找到扫描设备" in capsys.readouterr().err


def test_pages_are_saved_beside_what_is_there(
    tmp_path: Path, backend: Configure, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "out"
    for _ in range(2):
        assert main(["scan", "--device", SCANNER, "--out", str(folder), "--json"]) == Exit.DONE
        answer = capsys.readouterr()
        (told,) = json.loads(answer.out)
        content = Path(told["file"]).read_bytes()
        assert told == {
            "file": told["file"],
            "size": len(content),
            "sha256": sha256(content).hexdigest(),
        }
        assert "不加密" in answer.err
    assert sorted(each.name for each in folder.iterdir()) == ["page-001.png", "page-002.png"]


@pytest.mark.parametrize(
    ("status", "outcome", "words"),
    [
        ("JAMMED", Exit.ENVIRONMENT, "卡纸"),
        ("NO_DOCS", Exit.NO, "没有纸"),
        ("CANCELLED", Exit.NO, "取消"),
    ],
)
def test_a_fault_is_told_and_answered(
    status: str, outcome: Exit, words: str, tmp_path: Path, backend: Configure, capsys: pytest.CaptureFixture[str]
) -> None:
    backend(read_status_code=f'"SANE_STATUS_{status}"')
    asked = ["scan", "--device", SCANNER, "--source", "feeder", "--out", str(tmp_path / "out"), "--json"]
    assert main(asked) == outcome
    answer = capsys.readouterr()
    assert json.loads(answer.out) == []
    assert words in answer.err


def test_an_unknown_device_and_a_folder_that_cannot_be_written(
    tmp_path: Path, backend: Configure, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["scan", "--device", "nobody", "--out", str(tmp_path)]) == Exit.NO
    assert "station devices" in capsys.readouterr().err
    file = tmp_path / "file"
    file.touch()
    assert main(["scan", "--device", SCANNER, "--out", str(file)]) == Exit.NO
    assert "[file_not_writable]" in capsys.readouterr().err


def test_without_the_driver_the_answer_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["devices", "--json"]) == Exit.ENVIRONMENT
    answer = capsys.readouterr()
    assert json.loads(answer.out) == []
    assert "sane-utils" in answer.err


def test_a_driver_that_crashes_hides_no_other(
    backend: Configure, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(drivers, "names", lambda: ("broken", "sane"))
    assert main(["devices", "--json"]) == Exit.ENVIRONMENT
    answer = capfd.readouterr()
    assert [each["id"] for each in json.loads(answer.out)] == [SCANNER, "sane:test:1"]
    assert "[scanner_crashed]" in answer.err
