"""Growing waits after wrong passwords: across restarts, kills and clocks that jump."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from station_app.access import waits
from station_app.errors import EnvironmentFault, UserError

NAME = "赵一"


@dataclass
class Pc:
    """A PC with its two clocks: the wall's, and the one that runs since it was started."""

    home: Path
    wall: datetime = datetime(2024, 5, 15, tzinfo=UTC)
    since_boot: float = 5000.0

    def pass_by(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.since_boot += seconds

    def attempt(self, attempt: Callable[[], str], name: str = NAME) -> str:
        return waits.guarded(self.home, name, attempt, lambda: self.wall, lambda: self.since_boot)

    def left(self, name: str = NAME) -> int:
        return waits.seconds_left(self.home, name, lambda: self.wall, lambda: self.since_boot)

    def fail(self, name: str = NAME) -> str:
        """The code of what came of a wrong password."""
        with pytest.raises(UserError) as caught:
            self.attempt(_wrong, name)
        return caught.value.code

    def fail_times(self, times: int) -> None:
        """Wrong passwords, each after its wait."""
        for _ in range(times):
            assert self.fail() == "password_wrong"
            self.pass_by(self.left())


def _wrong() -> str:
    raise UserError("password_wrong", "password")


@pytest.fixture
def pc(tmp_path: Path) -> Pc:
    return Pc(tmp_path)


def test_two_are_free_then_the_wait_doubles_up_to_a_quarter_of_an_hour(pc: Pc) -> None:
    seen = []
    for _ in range(14):
        assert pc.fail() == "password_wrong"
        seen.append(pc.left())
        pc.pass_by(pc.left())
    assert seen == [0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]


def test_nothing_is_tried_while_a_wait_runs(pc: Pc) -> None:
    pc.fail_times(2)
    pc.fail()
    with pytest.raises(UserError) as caught:
        pc.attempt(lambda: pytest.fail("it was tried"))
    assert (caught.value.code, caught.value.params) == ("sign_in_wait", {"seconds": 2})
    pc.pass_by(1)
    assert pc.left() == 1
    pc.pass_by(1)
    assert pc.attempt(lambda: "open") == "open"


def test_the_right_password_forgets_the_wrong_ones(pc: Pc) -> None:
    pc.fail_times(3)
    assert pc.attempt(lambda: "open") == "open"
    assert [pc.fail(), pc.fail(), pc.left()] == ["password_wrong", "password_wrong", 0]


def test_each_operator_waits_alone(pc: Pc) -> None:
    pc.fail_times(2)
    pc.fail()
    assert pc.left() == 2
    assert pc.left("钱二") == 0
    assert pc.attempt(lambda: "open", "钱二") == "open"
    assert pc.left() == 2


def test_a_fault_of_the_machine_does_not_count(pc: Pc) -> None:
    def keyring_fails() -> str:
        raise EnvironmentFault("keyring_failed")

    for _ in range(5):
        with pytest.raises(EnvironmentFault, match="keyring_failed"):
            pc.attempt(keyring_fails)
    pc.fail_times(2)
    assert pc.left() == 0


def test_killing_the_program_during_an_attempt_counts_as_wrong(pc: Pc) -> None:
    class Killed(BaseException):
        pass

    def killed() -> str:
        raise Killed

    for _ in range(3):
        with pytest.raises(Killed):
            pc.attempt(killed)
    assert pc.left() == 2


@pytest.mark.parametrize("jump", [timedelta(days=365), timedelta(days=-365), timedelta(hours=1), timedelta(hours=-1)])
def test_setting_the_clock_begins_the_wait_anew(pc: Pc, jump: timedelta) -> None:
    pc.fail_times(8)
    pc.fail()
    pc.pass_by(100)
    assert pc.left() == 28
    pc.wall += jump
    assert pc.left() == 128
    pc.pass_by(100)
    assert pc.left() == 28  # and from there on it counts
    pc.pass_by(28)
    assert pc.left() == 0


def test_starting_the_pc_again_begins_the_wait_anew(pc: Pc) -> None:
    pc.fail_times(8)
    pc.fail()
    pc.pass_by(100)
    pc.since_boot = 20.0
    pc.wall += timedelta(seconds=60)
    assert pc.left() == 128


def test_a_time_server_that_corrects_a_little_gains_nothing(pc: Pc) -> None:
    pc.fail_times(8)
    pc.fail()
    pc.wall += timedelta(seconds=50)
    assert pc.left() == 128
    pc.pass_by(128)
    assert pc.left() == 0


@pytest.mark.parametrize("content", ["", "not json", "[]", '{"赵一": 5}', '{"x": {"failures": "many"}}', "\xff"])
def test_a_file_that_cannot_be_read_keeps_nobody_out(pc: Pc, content: str) -> None:
    (pc.home / waits.FILE).write_bytes(content.encode("latin-1", "replace"))
    assert pc.left() == 0
    assert pc.attempt(lambda: "open") == "open"


def test_a_folder_that_cannot_be_written_keeps_nobody_out(pc: Pc) -> None:
    pc.home = pc.home / "gone"
    assert pc.attempt(lambda: "open") == "open"


def test_the_file_is_ascii_and_of_the_owner_only(pc: Pc) -> None:
    pc.fail()
    path = pc.home / waits.FILE
    assert NAME in json.loads(path.read_bytes().decode("ascii"))
    assert path.stat().st_mode & 0o077 == 0


def test_the_systems_own_clocks_serve(tmp_path: Path) -> None:
    for _ in range(3):
        with pytest.raises(UserError, match="password_wrong"):
            waits.guarded(tmp_path, NAME, _wrong, lambda: datetime.now(UTC))
    assert 1 <= waits.seconds_left(tmp_path, NAME, lambda: datetime.now(UTC)) <= 2
