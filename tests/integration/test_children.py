"""The door for child processes: through it goes what stands on the list, from both programs, and nothing else."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from station_app import children
from station_app.config import PASSWORD
from station_app.errors import BugError
from tests.patience import PATIENCE_SECONDS

_DEVICE = "station_app.devices.child"
_ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("module", sorted(children.MODULES))
def test_every_child_is_there_and_has_a_main(module: str) -> None:
    spec = importlib.util.find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    assert "\ndef main() -> " in Path(spec.origin).read_text("utf-8")


@pytest.mark.parametrize("program", ["station_app", "station_app.cli"])
def test_both_programs_open_the_door(program: str) -> None:
    command = [sys.executable, "-m", program, children.FLAG, _DEVICE]
    asked = b'{"driver": "nobody", "order": null, "put_away": null}\n'
    done = subprocess.run(command, input=asked, capture_output=True, timeout=PATIENCE_SECONDS, check=False)
    assert b"scanner_unknown" in done.stderr + done.stdout  # the driver's process, and no window


@pytest.mark.parametrize(
    "arguments",
    [[], [children.FLAG], [children.FLAG, "os"], [_DEVICE, children.FLAG], [children.FLAG, _DEVICE, "more"]],
)
def test_nothing_else_goes_through(arguments: list[str]) -> None:
    assert children.asked(["station", *arguments]) is None


def test_only_what_is_listed_is_started() -> None:
    assert children.command(_DEVICE) == [sys.executable, "-m", _DEVICE]
    with pytest.raises(BugError, match="child_unknown"):
        children.command("http.server")


def test_the_frozen_program_starts_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert children.command(_DEVICE) == [sys.executable, children.FLAG, _DEVICE]


def test_a_program_of_the_system_does_not_see_the_frozen_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"LD_LIBRARY_PATH": "/frozen", PASSWORD: "secret", "PATH": "/bin"}
    assert children.foreign_environment(told) == {"LD_LIBRARY_PATH": "/frozen", "PATH": "/bin"}
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert children.foreign_environment(told) == {"PATH": "/bin"}
    assert children.foreign_environment({**told, "LD_LIBRARY_PATH_ORIG": "/own"}) == {
        "LD_LIBRARY_PATH": "/own",
        "PATH": "/bin",
    }


def test_no_module_of_ours_is_started_past_the_door() -> None:
    past = [
        str(each)
        for room in ("station_app", "sync", "ui")
        for each in (_ROOT / room).rglob("*.py")
        if "sys.executable" in each.read_text("utf-8") and each.name != "children.py"
    ]
    assert past == []
