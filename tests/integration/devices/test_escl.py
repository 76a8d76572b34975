"""Our eSCL client against a scanner with faults; the scanner itself is proved right by ``sane-airscan``."""

from __future__ import annotations

import re
import signal
import socket
import threading
from pathlib import Path

import psutil
import pytest

from station_app.devices import escl, escl_http
from station_app.devices.escl import EsclDriver
from station_app.devices.job import ScanJob
from station_app.devices.scanner import Page, ScanOrder, Source
from station_app.errors import EnvironmentFault, StationError, UserError
from tests.integration.devices.fake_escl import FakeScanner, picture, self_signed, serving
from tests.integration.devices.processes import of_drivers
from tests.patience import PATIENCE_SECONDS


def _pages(fake: FakeScanner, source: Source | None = None) -> list[Page]:
    with serving(fake) as root:
        return [page for page in EsclDriver().scan(ScanOrder(f"escl:{root}", source)) if isinstance(page, Page)]


def _before_a_fault(fake: FakeScanner, source: Source = Source.FEEDER) -> tuple[int, StationError]:
    kept: list[object] = []
    with serving(fake) as root, pytest.raises(StationError) as told:
        kept.extend(EsclDriver(tries=3).scan(ScanOrder(f"escl:{root}", source)))  # what came stays when it raises
    return len([page for page in kept if isinstance(page, Page)]), told.value


def test_the_flatbed_gives_one_page_and_the_job_is_put_away() -> None:
    fake = FakeScanner()
    (page,) = _pages(fake)
    assert (page.content, page.media_type) == (fake.page, "image/jpeg")
    assert fake.deleted == ["/eSCL/ScanJobs/7"]
    assert "Platen" in fake.settings[0]
    assert re.findall(r"Resolution>(\d+)<", fake.settings[0]) == ["300", "300"]


@pytest.mark.parametrize(("source", "duplex"), [(Source.FEEDER, "false"), (Source.DUPLEX, "true")])
def test_the_feeder_gives_every_sheet(source: Source, duplex: str) -> None:
    fake = FakeScanner(sheets=5)
    assert len(_pages(fake, source)) == 5
    assert f"<scan:Duplex>{duplex}</scan:Duplex>" in fake.settings[0]


def test_a_scanner_that_is_not_ready_is_asked_again() -> None:
    fake = FakeScanner(busy=3, not_yet=3)
    assert len(_pages(fake, Source.FEEDER)) == 3
    assert fake.busy == 0


def test_one_that_is_at_the_end_of_another_page_is_waited_for() -> None:
    fake = FakeScanner(state="Processing")
    with serving(fake) as root:
        pages = EsclDriver().scan(ScanOrder(f"escl:{root}"))
        assert next(pages) is None
        fake.state = "Idle"
        assert len([page for page in pages if isinstance(page, Page)]) == 1


def test_a_feeder_that_says_too_early_that_this_was_all_is_asked_again() -> None:
    """Brother's do, and leave the rest of the stack lying."""
    assert len(_pages(FakeScanner(early=2), Source.FEEDER)) == 3


@pytest.mark.parametrize(
    "location",
    [
        "/eSCL/ScanJobs/{job}",
        "ScanJobs/{job}",
        "http://[fe80::1/eSCL/ScanJobs/{job}?x=y#z",  # cut off, as Xerox's do
        "https://:99999//eSCL/ScanJobs/{job}",
        "//another.host.test/eSCL/ScanJobs/{job}",
    ],
)
def test_of_the_address_of_a_job_the_path_alone_counts(location: str) -> None:
    fake = FakeScanner(location=location)
    assert len(_pages(fake, Source.FEEDER)) == 3
    assert fake.deleted == ["/eSCL/ScanJobs/7"]


def _driver() -> psutil.Process:
    return next(each for name, each in of_drivers().items() if name.startswith("python"))


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGSTOP])
def test_the_job_of_a_driver_that_came_to_grief_is_put_away(sent: signal.Signals) -> None:
    """Or the scanner would be busy with it, for everybody in the office."""
    fake = FakeScanner(not_yet=1_000_000)
    with serving(fake) as root:
        with ScanJob(ScanOrder(f"escl:{root}", Source.FEEDER), silence=PATIENCE_SECONDS) as job:
            assert next(each for each in job._job.messages() if each.kind == "begun")
            job._job._silence = 3.0
            _driver().send_signal(sent)
            with pytest.raises(EnvironmentFault, match=r"scanner_crashed|scanner_hung"):
                list(job)
        assert fake.deleted == ["/eSCL/ScanJobs/7"]
        fake.not_yet = 0
        with ScanJob(ScanOrder(f"escl:{root}", Source.FEEDER), silence=PATIENCE_SECONDS) as job:
            assert len(list(job)) == 3


def test_through_its_own_process_a_page_is_the_same() -> None:
    fake = FakeScanner()
    with serving(fake) as root, ScanJob(ScanOrder(f"escl:{root}", Source.FEEDER)) as pages:
        assert [page.content for page in pages] == [fake.page] * 3


@pytest.mark.parametrize(
    ("fake", "pages", "code"),
    [
        (FakeScanner(adf="Empty"), 0, "scanner_feeder_empty"),
        (FakeScanner(sheets=0), 0, "scanner_feeder_empty"),
        (FakeScanner(adf="Jam"), 0, "scanner_jammed"),
        (FakeScanner(fails_after=2, adf_then="Jam"), 2, "scanner_jammed"),
        (FakeScanner(fails_after=2, failure=404, adf_then="Jam"), 2, "scanner_jammed"),
        (FakeScanner(fails_after=1, failure=409, adf_then="DoorOpen"), 1, "scanner_cover_open"),
        (FakeScanner(fails_after=1, failure=410), 1, "scan_cancelled"),
        (FakeScanner(fails_after=1), 1, "scanner_gone"),
        (FakeScanner(fails_after=1, failure=503, adf_then="Jam"), 1, "scanner_jammed"),
        (FakeScanner(fails_after=1, failure=503), 1, "scanner_hung"),
        (FakeScanner(busy=9), 0, "scanner_busy"),
        (FakeScanner(state="Processing"), 0, "scanner_busy"),
        (FakeScanner(state="Stopped"), 0, "scanner_gone"),
        (FakeScanner(cut=True), 0, "scanner_gone"),
        (FakeScanner(page=picture()[:-2]), 0, "scanner_not_understood"),
        (FakeScanner(page=b"%PDF-1.4"), 0, "scanner_not_understood"),
        (FakeScanner(capabilities="<html>sign in"), 0, "scanner_not_understood"),
        (FakeScanner(capabilities='<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'), 0, "scanner_not_understood"),
        (FakeScanner(capabilities="<x/>"), 0, "scanner_source_missing"),
        (FakeScanner(capabilities="<x>" + "y" * 2**20 + "</x>"), 0, "scanner_not_understood"),
        (FakeScanner(location=""), 0, "scanner_not_understood"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_pages_before_a_fault_count_and_the_fault_is_told(fake: FakeScanner, pages: int, code: str) -> None:
    kept, told = _before_a_fault(fake)
    assert (kept, told.code) == (pages, code)


def test_a_flatbed_without_its_page_is_told() -> None:
    kept, told = _before_a_fault(FakeScanner(fails_after=0, failure=404), Source.FLATBED)
    assert (kept, told.code) == (0, "scanner_gone")


def test_a_jam_in_the_feeder_does_not_stop_the_flatbed() -> None:
    assert len(_pages(FakeScanner(adf="Jam"), Source.FLATBED)) == 1


def test_who_stops_is_not_kept_waiting_and_the_scanner_is_told() -> None:
    fake, driver, outcome = FakeScanner(stalls_after=0), EsclDriver(), list[str]()

    def scan(root: str) -> None:
        with pytest.raises(UserError) as told:
            list(driver.scan(ScanOrder(f"escl:{root}", Source.FEEDER)))
        outcome.append(told.value.code)

    with serving(fake) as root:
        scanning = threading.Thread(target=scan, args=(root,))
        scanning.start()
        assert fake.asked.wait(PATIENCE_SECONDS)
        driver.stop()
        scanning.join(PATIENCE_SECONDS)
    assert outcome == ["scan_cancelled"]
    assert fake.deleted


def test_a_scanner_that_is_silent_is_given_up_with_its_process() -> None:
    fake = FakeScanner(stalls_after=0)
    with serving(fake) as root, ScanJob(ScanOrder(f"escl:{root}"), silence=1.0) as pages:
        assert fake.asked.wait(PATIENCE_SECONDS)
        with pytest.raises(EnvironmentFault, match="scanner_hung"):
            list(pages)


def test_a_feeder_without_an_end_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(escl, "_MOST_PAGES", 4)
    pages, fault = _before_a_fault(FakeScanner(sheets=10**9, page=picture(8, 8)))
    assert (pages, fault.code) == (4, "scanner_not_understood")


def test_a_page_that_drips_in_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each piece is a sign of life, so that nobody else would end it."""
    monkeypatch.setattr(escl_http, "_PAGE_SECONDS", 0.0)
    assert _before_a_fault(FakeScanner())[1].code == "scanner_hung"


def test_nobody_at_the_address_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(EnvironmentFault, match="scanner_gone"):
        list(EsclDriver().scan(ScanOrder(f"escl:http://127.0.0.1:{port}/eSCL")))


@pytest.mark.parametrize("address", ["ftp://a.test/eSCL", "http://", "http://[", "http://a.test:99999/", "file:///x"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(UserError, match="scanner_unknown"):
        list(EsclDriver().scan(ScanOrder(f"escl:{address}")))


@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
@pytest.mark.parametrize(
    ("scanner", "source", "pages"), [("e0", Source.FLATBED, 1), ("e0", Source.FEEDER, 3), ("e", Source.FEEDER, 3)]
)
def test_an_independent_client_scans_from_the_fake(
    scanner: str, source: Source, pages: int, secure: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = FakeScanner(location="/eSCL/ScanJobs/{job}")
    with serving(fake, self_signed(tmp_path) if secure else None) as root:
        (tmp_path / "dll.conf").write_text("airscan\n", "utf-8")
        known = f'[devices]\n"Fake" = {root}, eSCL\n[options]\ndiscovery = disable\n'
        (tmp_path / "airscan.conf").write_text(known, "utf-8")
        monkeypatch.setenv("SANE_CONFIG_DIR", str(tmp_path))
        with ScanJob(ScanOrder(f"sane:airscan:{scanner}:Fake", source)) as scanned:
            assert len(list(scanned)) == pages
    assert fake.deleted
