"""Files that this account may not read or write: a code that says so, nothing changed; well again with the right."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.backup.conftest import files_of
from tests.system.world import ROOT
from tests.unit.ui.stations import copy_home
from ui.messages import table

_CHILD = """
import sys
from pathlib import Path
from station_app.access.secrets import NoSecrets
from station_app.errors import StationError
from station_app.services import session, setup
from tests.unit.ui.stations import OPERATOR, PASSWORD, Watch
home = Path(sys.argv[1])
try:
    setup.has_home(home)
    desk = session.sign_in(home, OPERATOR, PASSWORD, Watch(), NoSecrets())
    with desk.store.read() as uow:
        names = uow.scans.all_file_names()
    pages = [desk.store.scans.get(name) for name in sorted(names)]
    print("works" if len(pages) == 2 else "silent loss")
    session.sign_out(desk)
except StationError as error:
    print(error.code)
"""


def _outcome(home: Path) -> str:
    """In a child that the rights count for: root's own power over files is taken from it."""
    bound = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    command = [*bound, sys.executable, "-c", _CHILD, str(home)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def home(made: tuple[Path, bytes], tmp_path: Path) -> Path:
    return copy_home(made[0], tmp_path / "home")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps rights in lists of its own")
@pytest.mark.parametrize(
    ("path", "mode", "code"),
    [
        ("store.db", 0o000, "store_unwritable"),
        ("store.db", 0o400, "store_unwritable"),
        ("keys.json", 0o000, "keys_unreadable"),
        ("keys.json", 0o400, "works"),
        ("scans", 0o000, "store_unwritable"),
        ("window.json", 0o000, "works"),
        ("", 0o500, "store_unwritable"),
    ],
)
def test_rights_that_are_missing_are_named(home: Path, path: str, mode: int, code: str) -> None:
    (home / "window.json").write_text("{}")
    before = files_of(home)
    usual = (home / path).stat().st_mode
    (home / path).chmod(mode)
    try:
        told = _outcome(home)
    finally:
        (home / path).chmod(usual)
    assert told == code
    assert told == "works" or told in table("errors")
    kept = {name: each for name, each in files_of(home).items() if name in before and name != "roster.db"}
    assert all(kept[name] == before[name] for name in ("store.db", "keys.json") if name == path)
    assert _outcome(home) == "works"


def test_the_tool_that_takes_roots_power_is_here() -> None:
    assert os.geteuid() != 0 or shutil.which("setpriv")
