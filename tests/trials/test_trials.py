"""Nothing is lost, nothing is there twice, nothing is torn; and each safeguard taken out is found out."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from itertools import islice

import pytest

from tests.system.world import ROOT
from tests.trials.__main__ import main
from tests.trials.gears import folder
from tests.trials.part import Part
from tests.trials.powercut import PowerCuts
from tests.trials.stepped import SCRIPTS, Result, Stepper, Trial

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
_SEED = 4


@pytest.fixture(scope="module")
def stepper() -> Iterator[Stepper]:
    with folder() as here:
        yield Stepper(here)


def _harm(results: Iterator[Result]) -> list[str]:
    return [f"{result.trial}: {each}" for result in results for each in result.findings]


def test_every_fault_of_a_case_that_is_sent(stepper: Stepper) -> None:
    assert _harm(stepper.singles("sent")) == []


def test_trials_drawn_by_a_seed(stepper: Stepper) -> None:
    assert _harm(islice(stepper.drawn(_SEED), 150)) == []


def test_faults_do_strike(stepper: Stepper) -> None:
    """A plan without effect would prove nothing."""
    plain = stepper.run(Trial("returned", SCRIPTS["returned"]))
    results = list(islice(stepper.drawn(_SEED), 20))
    assert plain.starts == 0
    assert sum(result.starts for result in results) > 5


def test_the_same_seed_makes_the_same_trials(stepper: Stepper) -> None:
    first, again = (list(islice(stepper.drawn(7), 3)) for _ in range(2))
    assert [(str(each.trial), each.acts) for each in first] == [(str(each.trial), each.acts) for each in again]


def test_power_cuts() -> None:
    with folder() as here:
        assert _harm(islice(PowerCuts(here).drawn(_SEED), 100)) == []


@pytest.mark.parametrize(
    ("gear", "safeguard", "sign"),
    [
        ("power", "fsync", "torn: page"),
        ("stepped", "op-id", "UNIQUE constraint failed: ops"),
        ("stepped", "receipt-rule", "torn: receipt"),
        ("stepped", "transaction", "torn: revisions"),
    ],
)
def test_a_safeguard_taken_out_is_found_out(
    gear: str, safeguard: str, sign: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--gear", gear, "--trials", "400", "--seed", str(_SEED), "--without", safeguard]
    assert main(arguments) == 1
    out = capsys.readouterr().out
    assert sign in out
    assert out.endswith(f", seed {_SEED}\n")


def test_the_last_line_counts(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--gear", "stepped", "--trials", "3", "--seed", "1", "--jobs", "1"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "3 trials, 0 lost, 0 twice, 0 torn, seed 1"


def test_processes_divide_the_same_trials(stepper: Stepper) -> None:
    alone = [(str(each.trial), each.acts) for each in islice(stepper.drawn(7), 4)]
    parts = [[(str(each.trial), each.acts) for each in islice(stepper.drawn(7, Part(at, 2)), 2)] for at in (0, 1)]
    assert alone == [parts[0][0], parts[1][0], parts[0][1], parts[1][1]]


def test_what_several_processes_find_is_counted_together() -> None:
    arguments = ["--gear", "stepped", "--trials", "3", "--seed", "1", "--jobs", "2"]
    run = subprocess.run(
        [sys.executable, "-m", "tests.trials", *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout.splitlines()[-1] == "3 trials, 0 lost, 0 twice, 0 torn, seed 1"
