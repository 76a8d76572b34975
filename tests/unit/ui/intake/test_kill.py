"""SIGKILL while the clerk types without a pause: at most the last two seconds are missing on return."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest

from station_app.services import intake, ledger
from station_app.services.desk import Desk
from station_app.store import Store, StoreKeys
from station_app.store.records import LedgerQuery
from tests.unit.ui.intake.conftest import MASTER
from tests.unit.ui.intake.typing_child import KEYS
from ui.pages.intake.autosave import LIMIT

ROOT = Path(__file__).parents[4]


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [1.7, 3.1])
def test_a_kill_costs_at_most_the_last_two_seconds(desk: Desk, tmp_path: Path, seconds: float) -> None:
    desk.store.close()
    command = [sys.executable, "-m", "tests.unit.ui.intake.typing_child", str(desk.home)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    typed: list[float] = []  # when each key had been handled
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for line in child.stdout:
            typed.append(time.monotonic())
            assert int(line) == len(typed)
            if typed[-1] - typed[0] > seconds:
                break
        killed = time.monotonic()
        child.kill()
    store = Store.open(desk.home, StoreKeys.derive(MASTER), desk.clock)
    try:
        held = stored_text(Desk(desk.home, store, desk.operator, desk.plans, desk.clock, desk.secrets, MASTER))
    finally:
        store.close()
    stalled = max((later - earlier for earlier, later in pairwise(typed)), default=0.0)  # by the machine, not by us
    due = sum(1 for moment in typed if moment < killed - LIMIT - stalled)
    assert len(held) >= due
    assert held == "".join(KEYS[number % len(KEYS)] for number in range(len(held)))
    assert held or seconds < LIMIT


def stored_text(desk: Desk) -> str:
    rows = ledger.find(desk, LedgerQuery())
    return intake.open_case(desk, rows[0].id).record.content.value("employer") if rows else ""
