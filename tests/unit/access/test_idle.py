"""The idle lock, with a clock turned by hand."""

from __future__ import annotations

import pytest

from station_app.access.idle import IdleLock


class Ticks:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


def test_it_locks_when_nobody_touched_it_for_so_long(ticks: Ticks) -> None:
    idle = IdleLock(10, ticks)
    ticks.now += 599
    assert (idle.locked, idle.seconds_left()) == (False, 1)
    ticks.now += 1
    assert (idle.locked, idle.seconds_left()) == (True, 0)


def test_a_touch_begins_anew(ticks: Ticks) -> None:
    idle = IdleLock(1, ticks)
    for _ in range(5):
        ticks.now += 59
        idle.touch()
    assert not idle.locked
    ticks.now += 60
    assert idle.locked


def test_a_touch_does_not_open_it(ticks: Ticks) -> None:
    idle = IdleLock(1, ticks)
    ticks.now += 61  # nobody asked in between: the first touch comes too late
    idle.touch()
    assert idle.locked
    idle.unlock()
    assert (idle.locked, idle.seconds_left()) == (False, 60)


def test_it_can_be_locked_at_once(ticks: Ticks) -> None:
    idle = IdleLock(10, ticks)
    idle.lock()
    assert idle.locked
    idle.unlock()
    assert not idle.locked


def test_a_new_length_counts_from_now(ticks: Ticks) -> None:
    idle = IdleLock(10, ticks)
    ticks.now += 500
    idle.set_minutes(5)
    assert idle.seconds_left() == 300
    ticks.now += 300
    assert idle.locked
