"""The home's lock, between real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from station_app.access.lock import HomeLock
from station_app.errors import EnvironmentFault

_HOLD = """
import sys
from pathlib import Path
from station_app.access.lock import HomeLock
lock = HomeLock.take(Path(sys.argv[1]))
print("held", flush=True)
{then}
"""
_WAIT = "sys.stdin.read()"
_SPAWN_AND_WAIT = """
import subprocess
child = subprocess.Popen([sys.executable, "-c", "import sys; print('up', flush=True); sys.stdin.read()"],
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, close_fds=False)
child.stdout.readline()
print(child.pid, flush=True)
sys.stdin.read()
"""


def _holder(home: Path, then: str = _WAIT) -> subprocess.Popen[str]:
    program = [sys.executable, "-c", _HOLD.format(then=then), str(home)]
    process = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def _refused(home: Path) -> bool:
    try:
        HomeLock.take(home).release()
    except EnvironmentFault as fault:
        return fault.code == "home_in_use"
    return False


def test_a_second_process_is_refused_until_the_first_lets_go(tmp_path: Path) -> None:
    with _holder(tmp_path) as holder:
        assert _refused(tmp_path)
        holder.communicate()
    assert not _refused(tmp_path)


def test_a_killed_process_frees_the_home_at_once(tmp_path: Path) -> None:
    with _holder(tmp_path) as holder:
        assert _refused(tmp_path)
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        assert not _refused(tmp_path)


def test_a_child_does_not_inherit_the_lock(tmp_path: Path) -> None:
    """A driver's process that outlives the program must not keep the home shut."""
    with _holder(tmp_path, _SPAWN_AND_WAIT) as holder:
        assert holder.stdout is not None
        child = int(holder.stdout.readline())
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        os.kill(child, 0)  # the child is still there: its standard input is held open by nobody else's death
        try:
            assert not _refused(tmp_path)
        finally:
            os.kill(child, signal.SIGKILL)


def test_the_same_process_cannot_take_it_twice(tmp_path: Path) -> None:
    with HomeLock.take(tmp_path) as lock:
        assert _refused(tmp_path)
        lock.release()
        lock.release()
        assert not _refused(tmp_path)


def test_a_lock_file_left_behind_means_nothing(tmp_path: Path) -> None:
    HomeLock.take(tmp_path).release()
    assert (tmp_path / "station.lock").exists()
    assert not _refused(tmp_path)


def test_a_home_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"in the way")
    with pytest.raises(EnvironmentFault, match="home_unwritable"):
        HomeLock.take(tmp_path / "file" / "home")
