"""The gear of real processes: one trial in every run of the suite; it mounts a small file system of its own."""

from __future__ import annotations

import os
from itertools import islice

import pytest

from tests.trials.gears import folder
from tests.trials.processes import processes

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system needs root")
def test_real_processes() -> None:
    with folder() as here, processes(here) as gear:
        results = list(islice(gear.drawn(4), 1))
    assert [f"{result.trial}: {each}" for result in results for each in result.findings] == []
