"""A scanner of SANE's test backend: whole, slow, jammed, empty, cancelled, open, busy, gone."""

from __future__ import annotations

import io
import os
import signal
import stat
from pathlib import Path

import pytest
from PIL import Image

from station_app.devices import sane_backends
from station_app.devices.job import ScanJob, scanners_of
from station_app.devices.sane import SaneDriver
from station_app.devices.scanner import Page, ScanOrder, Source
from station_app.errors import EnvironmentFault, StationError, UserError
from tests.integration.devices.conftest import SCANNER, Configure, black_hole
from tests.patience import PATIENCE_SECONDS

_QUICK = 25  # dpi


def _scan(source: Source | None = None, scanner: str = SCANNER) -> list[Page]:
    with ScanJob(ScanOrder(scanner, source, _QUICK)) as pages:
        return list(pages)


def test_scanners_are_found_with_what_they_can_do(backend: Configure) -> None:
    found = list(scanners_of("sane"))
    assert [each.id for each in found] == [SCANNER, "sane:test:1"]
    assert {each.sources for each in found} == {(Source.FLATBED, Source.FEEDER)}
    assert {each.problem for each in found} == {None}


@pytest.mark.parametrize("source", [None, Source.FLATBED])
def test_the_flatbed_gives_one_whole_page_in_colour(source: Source | None, backend: Configure) -> None:
    (page,) = _scan(source)
    with Image.open(io.BytesIO(page.content)) as picture:
        picture.load()
        assert (picture.format, picture.mode) == ("PNG", "RGB")
        assert min(picture.size) == pytest.approx(200 / 25.4 * _QUICK, abs=2)  # the backend's bed: 200 mm
    assert page.media_type == "image/png"


def test_the_feeder_gives_every_sheet(backend: Configure) -> None:
    assert len(_scan(Source.FEEDER)) == 10


def test_a_slow_scanner_is_waited_for(backend: Configure) -> None:
    backend(read_delay="true", read_delay_duration="20000")
    assert len(_scan(Source.FEEDER)) == 10


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        ("JAMMED", EnvironmentFault, "scanner_jammed"),
        ("NO_DOCS", UserError, "scanner_feeder_empty"),
        ("COVER_OPEN", EnvironmentFault, "scanner_cover_open"),
        ("CANCELLED", UserError, "scan_cancelled"),
        ("DEVICE_BUSY", EnvironmentFault, "scanner_busy"),
        ("ACCESS_DENIED", EnvironmentFault, "scanner_no_access"),
        ("IO_ERROR", EnvironmentFault, "scanner_gone"),
    ],
)
def test_what_the_scanner_has_against_it_is_told(
    status: str, kind: type[StationError], code: str, backend: Configure
) -> None:
    backend(read_status_code=f'"SANE_STATUS_{status}"')
    with pytest.raises(kind) as told:
        _scan(Source.FEEDER)
    assert told.value.code == code


@pytest.mark.parametrize(
    ("scanner", "code"),
    [
        ("sane:test:9", "scanner_gone"),
        ("sane:genesys:usb:04a9:190f:0001", "scanner_gone"),
        ("sane:-A", "scanner_gone"),
        ("twain:x", "scanner_unknown"),
        ("", "scanner_unknown"),
    ],
)
def test_a_scanner_that_is_not_there_is_told(scanner: str, code: str, backend: Configure) -> None:
    with pytest.raises(StationError) as told:
        _scan(scanner=scanner)
    assert told.value.code == code


def test_a_way_in_that_the_scanner_has_not_is_told(backend: Configure) -> None:
    with pytest.raises(UserError, match="scanner_source_missing"):
        _scan(Source.DUPLEX)


def test_without_scanimage_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EnvironmentFault, match="sane_missing"):
        list(scanners_of("sane"))


def test_a_backend_that_hangs_hides_no_other(backend: Configure, tmp_path: Path) -> None:
    """SANE's own network backend waits for ever for a server that takes the call and never answers."""
    folder = tmp_path / "sane"
    with black_hole() as address:
        (folder / "net.conf").write_text(f"{address}\n", "utf-8")
        (folder / "dll.conf").write_text("net\ntest\n", "utf-8")
        found = {each.id: each for each in SaneDriver(finding=4.0).scanners() if each is not None}
    assert found.pop("sane:net").problem == "sane_backend_hung"
    assert [each for each in found if found[each].problem is None] == [SCANNER, "sane:test:1"]


def test_the_backends_are_those_that_sane_would_load(tmp_path: Path) -> None:
    (tmp_path / "dll.conf").write_text("# all\nnet\n\n test  # the real one\nv4l\nnet\n", "utf-8")
    (tmp_path / "dll.d").mkdir()
    for name, lines in (("airscan", "airscan\n"), (".hidden", "hidden\n"), ("old~", "old\n")):
        (tmp_path / "dll.d" / name).write_text(lines, "utf-8")
    assert sane_backends.enabled({"SANE_CONFIG_DIR": str(tmp_path)}) == ("net", "test", "airscan")


def test_scanimage_speaks_english_whatever_the_desktop_speaks() -> None:
    told = sane_backends.environment({"LANG": "zh_CN.UTF-8", "LANGUAGE": "zh_CN:zh", "LC_MESSAGES": "zh_CN.UTF-8"})
    assert (told["LC_ALL"], told["LANGUAGE"]) == ("C.UTF-8", "C")


@pytest.mark.parametrize(("what", "problem"), [("exit 3", "scanner_busy"), ("exec sleep 600", "scanner_hung")])
def test_a_dead_scanner_does_not_hide_the_next(
    what: str, problem: str, tmp_path: Path, backend: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    _put_before_scanimage(f'[ "$2" = test:0 ] && {what}', tmp_path, monkeypatch)
    driver = SaneDriver(opening=PATIENCE_SECONDS if problem == "scanner_busy" else 0.3)
    found = (each for each in driver.scanners() if each is not None)
    dead = next(found)
    driver._opening = PATIENCE_SECONDS  # the living one may be slow on a busy machine
    (alive,) = found
    assert (dead.id, dead.problem, dead.sources) == (SCANNER, problem, ())
    assert (alive.problem, alive.sources) == (None, (Source.FLATBED, Source.FEEDER))


@pytest.mark.parametrize(("status", "code"), [(3, "scanner_busy"), (6, "scanner_jammed"), (5, "scanner_feeder_empty")])
def test_what_was_said_counts_where_the_scanner_cannot_be_let_go(
    status: int, code: str, tmp_path: Path, backend: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SANE's own test backend does so now and then: it waits for ever for a thread that it has cancelled."""
    said = f"Scanned page 1. (scanner status = {status})\\nBatch terminated, 1 page scanned\\n"
    _put_before_scanimage(f"case \"$*\" in *--batch*) printf '{said}'; exec sleep 600;; esac", tmp_path, monkeypatch)
    with pytest.raises(StationError) as told:
        list(SaneDriver(closing=0.2).scan(ScanOrder(SCANNER)))
    assert told.value.code == code


def test_a_helper_that_a_backend_starts_and_leaves_holds_nothing_up(
    tmp_path: Path, backend: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Makers' backends do so; it has inherited the output, and keeps it open for as long as it lives."""
    helpers = tmp_path / "helpers"
    _put_before_scanimage(f"sleep 3600 & echo $! >> '{helpers}'", tmp_path, monkeypatch)
    try:
        assert [each.id for each in SaneDriver().scanners() if each] == [SCANNER, "sane:test:1"]
        pages = SaneDriver().scan(ScanOrder(SCANNER, Source.FEEDER, _QUICK))
        assert len([page for page in pages if page is not None]) == 10
    finally:
        for each in helpers.read_text("utf-8").split():
            os.kill(int(each), signal.SIGKILL)


def _put_before_scanimage(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shell line that runs first; what it does not end goes on to the real ``scanimage``."""
    script = tmp_path / "bin" / "scanimage"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\n{line}\nPATH=${{PATH#*:}} exec scanimage "$@"\n', "utf-8")
    script.chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", str(script.parent), prepend=":")
