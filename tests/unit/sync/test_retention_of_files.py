"""PDF and TIFF of several pages are kept once beside their pages, and go with the first of their cases that goes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from PIL import Image

from station_app.domain.application import Content, ScanKind
from station_app.durable import Point
from station_app.errors import BugError
from station_app.papers.pager import Pager
from station_app.services import capture, intake, ledger, retention, submission, tray
from station_app.services.desk import Desk
from station_app.services.paper_files import Pictures, pictures_of
from station_app.store import UnitOfWork
from station_app.store.records import ApplicationRecord, PaperFile
from station_app.store.snapshot import snapshot_of
from tests.samples.cases import case
from tests.samples.pdfs import jpeg_page, scanned_pdf
from tests.unit.sync.stations import Station
from tests.unit.sync.test_retention import files, heard, paid

_PAGES = [jpeg_page(colour, size=(300, 300)) for colour in ("red", "green", "blue", "black")]
_KINDS = (ScanKind.ID_FRONT, ScanKind.ID_BACK, ScanKind.CARD, ScanKind.CERTIFICATE)


def _tiff() -> bytes:
    data = io.BytesIO()
    frames = [Image.new("RGB", (60, 40), colour) for colour in ("red", "green")]
    frames[0].save(data, "TIFF", save_all=True, append_images=frames[1:])
    return data.getvalue()


class _Filing(Station):
    """Its cases come as one PDF each."""

    def submit(self, number: int, size: int = 2_000) -> ApplicationRecord:
        begun = _begun(self.desk, number)
        pages = [capture.DevicePage(page, kind) for page, kind in zip(_PAGES, _KINDS, strict=True)]
        capture.add_device_pages(self.desk, begun.id, pages, [_pdf(number)])
        return submission.submit(self.desk, begun.id).value


def _begun(desk: Desk, number: int) -> ApplicationRecord:
    return intake.new_case(desk, Content.from_json(case(number))).value.record


def _pdf(number: int) -> bytes:
    return scanned_pdf(_PAGES) + b"%" + str(number).encode()


@pytest.fixture
def filing(here: Station) -> Station:
    return _Filing(here.desk, here.clock, here.server_key)


@pytest.fixture
def due(filing: Station) -> ApplicationRecord:
    record = paid(filing)
    filing.clock.on(days=120)
    heard(filing)
    return record


def _files_of(desk: Desk, record: ApplicationRecord) -> list[PaperFile]:
    with desk.store.read() as uow:
        return uow.paper_files.of(record.id)


@contextmanager
def _raises(code: str, desk: Desk) -> Iterator[UnitOfWork]:
    with pytest.raises(BugError, match=code), desk.store.write(Point.RETENTION) as uow:
        yield uow


def test_a_pdf_is_kept_once_byte_for_byte_and_encrypted_beside_its_pages(filing: Station) -> None:
    record = filing.submit(1)
    (kept,) = _files_of(filing.desk, record)
    assert filing.desk.store.scans.get(kept.file_name) == _pdf(1)
    assert (kept.size, kept.media_type) == (len(_pdf(1)), "application/pdf")
    assert len(files(filing)) == 4 + 1
    assert not any(b"%PDF-" in path.read_bytes() for path in files(filing))
    shown = ledger.show(filing.desk, record.reference)
    assert shown["files"] == [{"sha256": kept.sha256, "size": kept.size, "media_type": kept.media_type}]


def test_a_tiff_that_the_command_files_is_kept_too_and_one_picture_is_no_file(here: Station) -> None:
    record = _begun(here.desk, 1)
    found = pictures_of(_tiff(), Pager())
    assert found.file is not None
    capture.add_scans(here.desk, record.id, [(ScanKind.CERTIFICATE, each) for each in found.pages], [found.file])
    single = pictures_of(_PAGES[0], Pager())
    assert single == Pictures([_PAGES[0]], None)
    (kept,) = _files_of(here.desk, record)
    assert (here.desk.store.scans.get(kept.file_name), kept.media_type) == (_tiff(), "image/tiff")


def test_a_page_that_a_pdf_takes_the_place_of_brings_the_pdf_with_it(here: Station) -> None:
    record = _begun(here.desk, 1)
    scan = capture.add_scan(here.desk, record.id, ScanKind.CARD, _PAGES[0]).value
    capture.replace_scan(here.desk, scan.id, _PAGES[1], [_pdf(1)])
    assert len(_files_of(here.desk, record)) == 1


def test_the_same_file_twice_is_one(filing: Station) -> None:
    record = _begun(filing.desk, 1)
    for _ in range(2):
        capture.add_device_pages(filing.desk, record.id, [capture.DevicePage(_PAGES[0])], [_pdf(1)])
    assert len(_files_of(filing.desk, record)) == 1


def test_it_is_backed_up_known_to_the_sweep_and_goes_with_the_scans(filing: Station, due: ApplicationRecord) -> None:
    (kept,) = _files_of(filing.desk, due)
    with snapshot_of(filing.desk.store) as snapshot:
        assert kept.file_name in snapshot.pages
    with filing.desk.store.read() as uow:
        assert kept.file_name in uow.scans.all_file_names()
        assert uow.scans.references_with([kept.file_name]) == [due.reference]
    retention.erase_due(filing.desk)
    assert files(filing) == []
    with snapshot_of(filing.desk.store) as snapshot:
        assert snapshot.pages == ()
    assert ledger.show(filing.desk, due.reference)["files"][0]["erased"]


def test_the_store_refuses_to_erase_it_too_early_to_change_it_or_to_drop_it(filing: Station) -> None:
    record = filing.submit(1)
    with _raises("paper_file_not_erasable", filing.desk) as uow:
        uow.paper_files.erase(record.id, filing.clock())
    for statement in (
        "UPDATE paper_files SET file_name = 'another'",
        "DELETE FROM paper_files",
        "DELETE FROM case_files",
        "UPDATE case_files SET file_id = 'another'",
    ):
        with _raises("paper_file_frozen", filing.desk) as uow:
            uow.connection.exec_driver_sql(statement)


# ---- a stack of several people


def _stack(desk: Desk) -> tuple[str, ...]:
    return tray.keep(desk, _PAGES, file=_pdf(7)).value.ids


def test_a_stack_goes_with_the_first_of_its_people_and_the_others_keep_their_pages(
    filing: Station, due: ApplicationRecord
) -> None:
    first, second, *_ = _stack(filing.desk)
    other = _begun(filing.desk, 5)
    tray.file_page(filing.desk, second, other.id, ScanKind.CARD)
    tray.file_page(filing.desk, first, other.id, ScanKind.ID_FRONT)
    (stack,) = _files_of(filing.desk, other)
    with filing.desk.store.write(Point.TRAY) as uow:
        uow.paper_files.link(stack.id, due.id)
    retention.erase_due(filing.desk)
    assert not filing.desk.store.scans.has(stack.file_name)
    assert [each.erased_at for each in _files_of(filing.desk, other)] == [filing.desk.now()]
    with filing.desk.store.read() as uow:
        for scan in uow.scans.of(other.id):
            assert capture.read_scan(filing.desk, scan.id)
    third = tray.waiting(filing.desk)[0].page
    tray.file_page(filing.desk, third.id, _begun(filing.desk, 6).id, ScanKind.CARD)  # what is erased comes to nobody


def test_it_is_kept_as_long_as_a_page_of_it_waits_and_goes_with_the_last_that_is_thrown_away(here: Station) -> None:
    ids = _stack(here.desk)
    assert _holds_the_pdf(here)
    tray.discard(here.desk, ids[:3])
    assert _holds_the_pdf(here)
    tray.discard(here.desk, ids[3:])
    assert files(here) == []


def test_it_stays_where_a_case_has_a_page_of_it(here: Station) -> None:
    first, *others = _stack(here.desk)
    record = _begun(here.desk, 1)
    tray.file_page(here.desk, first, record.id, ScanKind.CARD)
    tray.discard(here.desk, others)
    assert _holds_the_pdf(here)
    assert len(_files_of(here.desk, record)) == 1


def test_a_file_whose_pages_all_wait_already_is_not_kept_again(here: Station) -> None:
    _stack(here.desk)
    assert tray.keep(here.desk, _PAGES, file=_pdf(8)).value.again == 4
    with here.desk.store.read() as uow:
        names = uow.scans.all_file_names()
    assert len(names) == 4 + 1  # the second PDF is an orphan for the sweep


def _holds_the_pdf(here: Station) -> bool:
    with here.desk.store.read() as uow:
        names = uow.scans.all_file_names()
    return _pdf(7) in [here.desk.store.scans.get(name) for name in names]
