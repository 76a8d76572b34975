"""The sign-in window paints before anything heavy is there: neither the store nor the network, nor Qt's long lists."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from station_app.access.secrets import NoSecrets
from station_app.services import session, setup
from station_app.services.desk import system_clock

_HEAVY = ("sqlalchemy", "sqlcipher3", "requests", "keyring", "pypinyin", "pydantic", "PIL", "cryptography", "structlog")
_NAMES = ("PySide6.QtCore.Qt", "PySide6.QtWidgets.QStyle")  # 13 and 20 ms
_CHILD = """
import json, os, sys
from station_app.__main__ import main
from ui.window import Window

def painted(self, event):
    vars = lambda name: sys.modules[name.rpartition(".")[0]].__dict__
    names = [name for name in json.loads(os.environ["NAMES"]) if name.rpartition(".")[2] in vars(name)]
    heavy = [name for name in json.loads(os.environ["HEAVY"]) if name in sys.modules]
    os.write(1, json.dumps(heavy + names).encode())
    os._exit(0)

Window.paintEvent = painted
main()
"""


@pytest.mark.slow
def test_nothing_heavy_is_there_at_the_first_paint(tmp_path: Path) -> None:
    home = tmp_path / "home"
    session.sign_out(setup.create_home(home, "王芳", "just for this test", system_clock, secrets=NoSecrets()))
    environment = {
        **os.environ,
        "STATION_HOME": str(home),
        "QT_QPA_PLATFORM": "offscreen",
        "HEAVY": json.dumps(_HEAVY),
        "NAMES": json.dumps(_NAMES),
    }
    done = subprocess.run([sys.executable, "-c", _CHILD], env=environment, capture_output=True, check=True, timeout=60)
    assert json.loads(done.stdout) == []
