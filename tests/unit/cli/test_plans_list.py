"""``station plans list``: what the program ships, and with a home every version that is kept there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from station_app.access.secrets import NoSecrets
from station_app.cli import main
from station_app.cli.output import Exit
from station_app.services import session, setup
from station_app.services.desk import system_clock
from tests.samples.packs import receive_pack

PASSWORD = "a long password for tests"


def rows(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    assert main(["plans", "list", "--json"]) == Exit.DONE
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


def test_without_a_home_what_the_program_ships(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STATION_HOME", str(tmp_path / "none"))
    monkeypatch.delenv("STATION_PASSWORD", raising=False)
    found = rows(capsys)
    assert [each["year"] for each in found] == [2013, 2014, 2017, 2024]
    assert {(each["version"], each["source"], each["signature"], each["since"]) for each in found} == {
        (1, "program", "none", None)
    }
    assert found[-1]["deadline"] == "2024-10-31"
    assert found[-1]["categories"] == ["vocational", "social_worker", "competition"]


def test_with_a_home_every_version_its_source_and_its_signature(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    desk = setup.create_home(home, "王芳", PASSWORD, system_clock, NoSecrets())
    receive_pack(desk, 3, deadline="2024-11-30")
    session.sign_out(desk)
    monkeypatch.setenv("STATION_HOME", str(home))
    monkeypatch.setenv("STATION_PASSWORD", PASSWORD)
    found = [each for each in rows(capsys) if each["year"] == 2024]
    shown = [(each["version"], each["in_force"], each["source"], each["signature"]) for each in found]
    assert shown == [(1, False, "program", "none"), (3, True, "server", "valid")]
    assert all(each["since"] for each in found)
    assert main(["plans", "list"]) == Exit.DONE
    out = capsys.readouterr().out
    assert "中心发布\t签名有效\t现行" in out
    assert "旧版，已申报的照用" in out
