"""The OS secret store: a real Secret Service under its own D-Bus, and PCs that have none, a locked or a useless one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from station_app.access.secrets import NoSecrets, secret_store

needs_service = pytest.mark.skipif(
    not (shutil.which("dbus-run-session") and shutil.which("gnome-keyring-daemon")),
    reason="dbus-run-session and gnome-keyring are not installed",
)

_UNLOCKED = """
set -e
printf 'test-pass' | gnome-keyring-daemon --unlock --components=secrets > /dev/null 2>&1
exec "$1" -c "$2" "$3"
"""
_LOCKED = """
set -e
printf 'test-pass' | gnome-keyring-daemon --unlock --components=secrets > /dev/null 2>&1
"$1" -c '
import secretstorage
from contextlib import closing
with closing(secretstorage.dbus_init()) as connection:
    secretstorage.get_default_collection(connection).lock()
'
exec "$1" -c "$2" "$3"
"""
_NEVER_MADE = 'gnome-keyring-daemon --start --components=secrets > /dev/null 2>&1; exec "$1" -c "$2" "$3"'

_JOURNEY = """
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from station_app.access import slots
from station_app.access.secrets import KeyringSecrets, secret_store
from station_app.domain.operator import Operator
from station_app.errors import EnvironmentFault
from station_app.store import Store, StoreKeys

home, clock, operator = Path(sys.argv[1]), lambda: datetime.now(UTC), Operator("id-1", "李组长")
secrets = secret_store()
assert isinstance(secrets, KeyringSecrets), secrets
assert type(secrets._backend).__module__ == "keyring.backends.SecretService"
assert secrets.problem is None and slots.least_password_length(secrets) == 8

master = slots.create_slots(home, operator, "eight888", secrets)
Store.create(home, StoreKeys.derive(master), clock).close()
again, operator_id = slots.open_slot(home, operator.name, "eight888", secret_store())
assert (again, operator_id) == (master, operator.id)
Store.open(home, StoreKeys.derive(again), clock).close()

import json
before = json.loads((home / "keys.json").read_text())["operators"][0]
assert before["device_secret"] is True
assert len(secrets.get(before["slot_id"])) == 32
slots.change_password(home, operator.name, "eight888", "nine99999", secrets)
assert secrets.get(before["slot_id"]) is None
assert slots.open_slot(home, operator.name, "nine99999", secrets)[0] == master

after = json.loads((home / "keys.json").read_text())["operators"][0]
secrets.forget(after["slot_id"])
secrets.forget(after["slot_id"])
try:
    slots.open_slot(home, operator.name, "nine99999", secrets)
except EnvironmentFault as fault:
    assert fault.code == "device_secret_missing"
else:
    raise SystemExit("a password alone opened the home")
print("done")
"""
_PROBLEM = """
from station_app.access.secrets import secret_store
print(secret_store().problem)
"""


def _in_session(tmp_path: Path, script: str, program: str) -> str:
    """Run a Python program under a D-Bus session of its own, with private folders; its output."""
    folders = {name: tmp_path / name for name in ("HOME", "XDG_RUNTIME_DIR", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}
    for folder in folders.values():
        folder.mkdir(mode=0o700)
    environ = {name: str(folder) for name, folder in folders.items()} | {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    command = ["dbus-run-session", "--", "bash", "-c", script, "bash", sys.executable, program, str(tmp_path / "home")]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@needs_service
@pytest.mark.slow
def test_a_home_is_made_and_opened_with_a_real_secret_service(tmp_path: Path) -> None:
    assert _in_session(tmp_path, _UNLOCKED, _JOURNEY) == "done"


@needs_service
@pytest.mark.slow
def test_the_device_secret_is_not_on_the_disk_in_the_clear(tmp_path: Path) -> None:
    program = """
import base64, sys
from pathlib import Path
from station_app.access.secrets import SERVICE, secret_store
secrets = secret_store()
secret = bytes(range(100, 132))
secrets.put("a-slot", secret)
assert secrets.get("a-slot") == secret
files = [path for path in Path(sys.argv[1]).parent.rglob("*") if path.is_file()]
kept = b"".join(path.read_bytes() for path in files)
assert len(kept) > 100, files
assert secret not in kept and base64.b64encode(secret) not in kept
print("done")
"""
    assert _in_session(tmp_path, _UNLOCKED, program) == "done"


@needs_service
@pytest.mark.slow
def test_a_locked_store_is_not_used_and_nobody_is_asked(tmp_path: Path) -> None:
    assert _in_session(tmp_path, _LOCKED, _PROBLEM) == "keyring_locked"


@needs_service
@pytest.mark.slow
def test_a_store_that_was_never_made_is_not_made_by_us(tmp_path: Path) -> None:
    assert _in_session(tmp_path, _NEVER_MADE, _PROBLEM) == "keyring_unusable"


def test_without_a_session_bus_there_is_no_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    assert secret_store() == NoSecrets("keyring_unusable")


def test_a_bus_that_is_gone_is_no_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/nothing")
    assert secret_store() == NoSecrets("keyring_unusable")


@pytest.mark.parametrize("backend", ["keyring.backends.null.Keyring", "keyring.backends.fail.Keyring"])
def test_the_environment_cannot_choose_another_store(monkeypatch: pytest.MonkeyPatch, backend: str) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", backend)
    assert secret_store() == NoSecrets("keyring_unusable")
