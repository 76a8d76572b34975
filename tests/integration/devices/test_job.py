"""A driver's process that hangs, is killed, is cancelled, or loses its parent: told, and nothing of it stays."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator

import psutil
import pytest

from station_app.devices import child, memory
from station_app.devices.job import DriverJob, ScanJob
from station_app.devices.scanner import ScanOrder, Source
from station_app.errors import EnvironmentFault, UserError
from tests.integration.devices.conftest import SCANNER, SLOW, Configure
from tests.integration.devices.processes import of_drivers
from tests.patience import PATIENCE_SECONDS

_QUICK, _ENDLESS = 25, 1200  # dpi; at 1200 the slow backend needs half an hour a page


@pytest.fixture(autouse=True)
def slow(backend: Configure) -> None:
    backend(**SLOW)


def _order(resolution: int = _ENDLESS) -> ScanOrder:
    return ScanOrder(SCANNER, Source.FEEDER, resolution)


def _at_work(job: DriverJob) -> dict[str, psutil.Process]:
    assert next(job.messages()).kind == "alive"
    found = of_drivers()
    assert "scanimage" in found
    return found


def _all_end(processes: dict[str, psutil.Process]) -> bool:
    _, alive = psutil.wait_procs(list(processes.values()), timeout=PATIENCE_SECONDS)
    return not alive


def _pictures(of: dict[str, psutil.Process]) -> list[str]:
    """What these processes left in the memory; parallel tests have folders of their own there."""
    folders = [name for each in of.values() for name in memory.place().glob(f"zhutui-scan-{each.pid}-*")]
    return [each.name for each in folders]


@pytest.mark.parametrize("frozen", ["scanimage", "python"])
def test_a_process_that_hangs_is_told_and_killed(frozen: str) -> None:
    with DriverJob("sane", _order(), silence=PATIENCE_SECONDS) as job:
        found = _at_work(job)
        job._silence = 1.0  # the start of a process may take longer on a busy machine
        next(each for name, each in found.items() if name.startswith(frozen)).suspend()
        with pytest.raises(EnvironmentFault, match="scanner_hung"):
            list(job.messages())
        assert _all_end(found)
    assert not _pictures(found)


def test_a_process_that_cannot_be_killed_is_told_and_waited_for_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    """It hangs in the kernel over its device: then no signal ends it."""
    found: dict[str, psutil.Process] = {}
    try:
        with monkeypatch.context() as patch:
            patch.setattr("station_app.devices.job._DYING", 0.2)
            with DriverJob("sane", _order(), silence=PATIENCE_SECONDS) as job:
                found = _at_work(job)
                job._silence = 1.0
                patch.setattr(os, "killpg", lambda *_: None)
                for each in found.values():
                    each.suspend()
                with pytest.raises(EnvironmentFault, match="scanner_hung"):
                    list(job.messages())
    finally:
        for each in found.values():
            each.kill()
        job._process.wait()
        job._reader.join()
        assert job._process.stdout is not None
        job._process.stdout.close()
    memory.sweep()


@pytest.mark.parametrize("killed", ["scanimage", "python"])
def test_a_process_that_dies_is_told(killed: str) -> None:
    with DriverJob("sane", _order(), silence=PATIENCE_SECONDS) as job:
        found = _at_work(job)
        next(each for name, each in found.items() if name.startswith(killed)).kill()
        with pytest.raises(EnvironmentFault, match="scanner_crashed"):
            list(job.messages())
    assert _all_end(found)
    assert not _pictures(found)


def test_pages_before_a_death_count() -> None:
    with ScanJob(_order(_QUICK), silence=PATIENCE_SECONDS) as job:
        pages = iter(job)
        assert next(pages).content
        of_drivers()["scanimage"].kill()
        with pytest.raises(EnvironmentFault, match="scanner_crashed"):
            list(pages)


def test_who_waits_for_a_page_can_be_told_to_stop_and_the_scanner_is_put_to_rest() -> None:
    with DriverJob("sane", _order(), silence=PATIENCE_SECONDS) as job:
        found = _at_work(job)
        outcome: list[str] = []
        waiting = threading.Thread(target=lambda: outcome.append(_code_of(job.messages())))
        waiting.start()
        job.cancel()
        waiting.join(PATIENCE_SECONDS)
        assert outcome == ["scan_cancelled"]
    assert _all_end(found)
    assert not _pictures(found)


def _code_of(messages: Iterator[object]) -> str:
    with pytest.raises(UserError) as told:
        list(messages)
    return told.value.code


def test_a_scan_that_nobody_reads_to_its_end_ends_too() -> None:
    with ScanJob(_order(_QUICK), silence=PATIENCE_SECONDS) as pages:
        next(iter(pages))
        found = of_drivers()
    assert _all_end(found)
    assert not _pictures(found)


_PARENT = """
import sys
from station_app.devices.job import DriverJob
from station_app.devices.scanner import ScanOrder, Source
with DriverJob("sane", ScanOrder("sane:test:0", Source.FEEDER, 1200), 600) as job:
    next(job.messages())
    print("at work", flush=True)
    sys.stdin.read()
"""


def test_nothing_outlives_a_killed_program() -> None:
    command = [sys.executable, "-c", _PARENT]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == b"at work\n"
        found = of_drivers(psutil.Process(program.pid))
        assert "scanimage" in found
        program.kill()
    assert _all_end(found)
    assert not _pictures(found)


def test_a_driver_that_does_not_stop_when_asked_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "GRACE", 0.5)  # of the waiting program; the child's own stays
    with DriverJob("sane", _order(), silence=PATIENCE_SECONDS) as job:
        found = _at_work(job)
        for each in found.values():
            each.suspend()
    assert _all_end(found)


def test_what_a_killed_process_left_in_the_memory_is_swept() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        pass
    left = memory.place() / f"zhutui-scan-{gone.pid}-x"
    left.mkdir()
    with memory.folder() as mine:
        assert not left.exists()
        memory.sweep()
        assert mine.exists()
    assert not mine.exists()
