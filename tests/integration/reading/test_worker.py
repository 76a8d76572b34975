"""The thread that looks at pages, with its real child and real files; children that die, hang or cannot be had."""

from __future__ import annotations

import os
import select
import sys
from pathlib import Path

import pytest

from station_app import children
from station_app.domain.application import ScanKind
from station_app.domain.operator import Operator, Role
from station_app.events import Changed, Events, Kind
from station_app.papers import reader as parents_side
from station_app.services import capture, settings
from station_app.services.desk import Desk
from station_app.services.reading import ReadingWorker
from station_app.store.records import ApplicationRecord
from tests.integration.reading.conftest import ONE, Working
from tests.patience import PATIENCE_SECONDS

pytestmark = pytest.mark.slow
FRONT, BACK, OTHER = ScanKind.ID_FRONT, ScanKind.ID_BACK, ScanKind.OTHER
_PAGE = capture.DevicePage
# children that break in the middle of a page, after a good start
_DIES = "import os, sys; print('{\"ready\": true}', flush=True); sys.stdin.buffer.readline(); os.abort()"
_HANGS = "import sys; print('{\"ready\": true}', flush=True); import time; time.sleep(3600)"


def _child(monkeypatch: pytest.MonkeyPatch, *command: str) -> None:
    monkeypatch.setattr(children, "command", lambda _module: [*command])


def test_a_page_of_a_device_becomes_its_documents(working: Working, both_sides: bytes, empty: bytes) -> None:
    desk, record = working.desk, working.record
    filed = capture.add_device_pages(desk, record.id, [_PAGE(both_sides), _PAGE(empty, ScanKind.CERTIFICATE)])
    assert [(each.kind, each.cut) for each in filed.value] == [(OTHER, None), (ScanKind.CERTIFICATE, None)]
    assert [capture.read_scan(desk, each.id) for each in filed.value] == [both_sides, empty]
    working.worker.start()
    working.until(lambda: len(working.scans()) == 3 and working.all_read())
    front, back, blank = working.scans()
    assert (front.kind, back.kind, blank.kind) == (FRONT, BACK, ScanKind.CERTIFICATE)
    assert {each.media_type for each in (front, back, blank)} == {"image/jpeg"}
    assert max(front.size, back.size) <= 250_000
    read = working.readings()
    (document,) = read[front.id].documents
    assert (document.value("name"), document.value("id_number")) == (ONE.name, ONE.id_number)
    assert document.sure("id_number")
    assert read[blank.id].defects == ("blank",)
    assert capture.read_original(desk, front.id) == capture.read_original(desk, back.id) == both_sides
    assert Changed.of(Kind.READINGS, Kind.SCANS, Kind.APPLICATIONS) in working.heard
    with desk.store.read() as uow:
        assert len(uow.originals.of(record.id)) == 2
        assert [row.operator_id for row in uow.audit.last(1)] == [""]  # by itself


def test_a_page_given_as_a_file_is_only_read(working: Working, both_sides: bytes) -> None:
    scan = capture.add_scan(working.desk, working.record.id, FRONT, both_sides).value
    working.worker.start()
    working.until(working.all_read)
    (only,) = working.scans()
    assert only == scan
    assert [each.kind for each in working.readings()[scan.id].documents] == [FRONT, BACK]
    assert capture.read_scan(working.desk, scan.id) == both_sides


def test_the_switch_leaves_pages_of_files_unread(working: Working, empty: bytes) -> None:
    settings.change(working.desk, "reading_enabled", False)
    file = capture.add_scan(working.desk, working.record.id, FRONT, empty).value
    working.worker.start()
    working.events.send(capture.add_device_pages(working.desk, working.record.id, [_PAGE(empty)]).changed)
    working.until(lambda: len(working.readings()) == 2)  # the page as it came, and what was made of it
    assert file.id not in working.readings()
    working.events.send(settings.change(working.desk, "reading_enabled", True).changed)
    working.until(working.all_read)


@pytest.mark.parametrize(("child", "code"), [(_DIES, "reading_failed"), (_HANGS, "reading_silent")])
def test_a_page_that_ends_the_child_is_marked_and_stays_as_it_came(
    working: Working, monkeypatch: pytest.MonkeyPatch, empty: bytes, child: str, code: str
) -> None:
    monkeypatch.setattr(parents_side, "_PAGE_SECONDS", 1.0)
    _child(monkeypatch, sys.executable, "-c", child)
    filed = capture.add_device_pages(working.desk, working.record.id, [_PAGE(empty)]).value
    working.worker.start()
    working.until(working.all_read)
    assert working.scans() == list(filed)
    assert working.readings()[filed[0].id].failure == code
    assert working.worker.failure is None
    monkeypatch.undo()
    later = capture.add_scan(working.desk, working.record.id, FRONT, empty)
    working.events.send(later.changed)
    working.until(working.all_read)  # the next page has a new child, and the bad one is not tried again
    assert working.readings()[later.value.id].defects == ("blank",)
    assert working.readings()[filed[0].id].failure == code


def test_where_no_child_can_be_had_no_page_is_to_blame(
    working: Working, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, empty: bytes
) -> None:
    _child(monkeypatch, str(tmp_path / "nowhere"))
    scan = capture.add_scan(working.desk, working.record.id, FRONT, empty).value
    working.worker.start()
    working.until(lambda: working.worker.failure == "reading_not_started")
    assert working.readings() == {}
    monkeypatch.undo()
    working.worker.wake()
    working.until(lambda: scan.id in working.readings())
    assert working.readings()[scan.id].failure is None


def test_a_hurt_file_is_marked(working: Working, empty: bytes) -> None:
    scan = capture.add_scan(working.desk, working.record.id, FRONT, empty).value
    (working.desk.home / "scans" / scan.file_name[:2] / scan.file_name).write_bytes(b"ZSC\x01 torn")
    working.worker.start()
    working.until(working.all_read)
    assert working.readings()[scan.id].failure == "scan_damaged"


def test_an_idle_child_ends_and_comes_back(desk: Desk, record: ApplicationRecord, empty: bytes) -> None:
    working = Working(desk, record, idle=0.1)
    working.worker.start()
    try:
        for kind in (FRONT, BACK):
            working.events.send(capture.add_scan(desk, record.id, kind, empty).changed)
            working.until(working.all_read)
            child = working.worker.child
            assert child is None or _has_ended(child)
    finally:
        working.worker.stop()


def _has_ended(process: int) -> bool:
    try:
        watched = os.pidfd_open(process)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([watched], [], [], PATIENCE_SECONDS)[0])
    finally:
        os.close(watched)


def test_stopping_ends_a_child_in_the_middle_of_a_page(
    working: Working, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, empty: bytes
) -> None:
    told = tmp_path / "told"
    os.mkfifo(told)
    ear = os.open(told, os.O_RDONLY | os.O_NONBLOCK)
    hangs = f"import os; print('{{\"ready\": true}}', flush=True); open({str(told)!r}, 'w').write(str(os.getpid()))"
    _child(monkeypatch, sys.executable, "-c", f"{hangs}; import time; time.sleep(3600)")
    scan = capture.add_scan(working.desk, working.record.id, FRONT, empty).value
    working.worker.start()
    assert select.select([ear], [], [], PATIENCE_SECONDS)[0]
    child = int(os.read(ear, 20))
    os.close(ear)
    working.worker.stop()
    assert _has_ended(child)
    assert scan.id not in working.readings()  # it is read another time


def test_an_auditor_reads_nothing(desk: Desk, record: ApplicationRecord, empty: bytes) -> None:
    capture.add_scan(desk, record.id, FRONT, empty)
    desk.operator = Operator("11111111-1111-4111-8111-111111111111", "查看", Role.AUDITOR)
    worker = ReadingWorker(desk, Events())
    worker.start()
    worker.stop()
    with desk.store.read() as uow:
        assert uow.readings.of(record.id) == {}
