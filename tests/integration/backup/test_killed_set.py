"""SIGKILL at each durable point of an automatic backup: the last good one stays, the next one clears up."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from station_app.access.secrets import NoSecrets
from station_app.services import backup, restoring, session
from station_app.services.desk import Desk
from tests.integration.backup.conftest import OPERATOR, PASSWORD, Watch, add_case, files_of
from tests.system.world import ROOT

_CHILD = """
import sys
from pathlib import Path
from station_app.services import backup
from tests.faults.trap import Trap
from tests.unit.ui.stations import Watch, open_desk
desk = open_desk(Path(sys.argv[1]), bytes.fromhex(sys.argv[2]), Watch())
Trap.parse(sys.argv[3]).arm()
backup.back_up(desk)
"""


# the page; the database, its keys and its manifest; the folder
@pytest.mark.parametrize("trap", [f"backup_file:before:{number}" for number in range(1, 6)] + ["backup_file:after:5"])
def test_killed_in_an_automatic_backup(desk: Desk, tmp_path: Path, watch: Watch, trap: str) -> None:
    backup.back_up(desk)
    add_case(desk, 3)
    place, master, home = backup.place_of(desk), desk.master, desk.home
    before = files_of(place.folder)
    session.sign_out(desk)
    ended = subprocess.run([sys.executable, "-c", _CHILD, str(home), master.hex(), trap], cwd=ROOT, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert files_of(place.folder).items() >= before.items()
    assert len(place.set.kept()) == (2 if trap == "backup_file:after:5" else 1)
    (tmp_path / "new").mkdir()
    way = restoring.Way(PASSWORD, OPERATOR)
    done = restoring.restore(place.folder, tmp_path / "new", way, watch, secrets=NoSecrets())
    assert done.cases == len(place.set.kept()) + 1
    again = session.sign_in(home, OPERATOR, PASSWORD, watch, NoSecrets())
    try:
        assert len(backup.back_up(again).value.scans) == 3
        assert list(place.folder.rglob("*.part")) == []
    finally:
        session.sign_out(again)
