"""Cuts by hand and their undoing, both sides on one page, pages that follow a submitted case; with the real child."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import pytest
from PIL import Image

from station_app.domain.application import ScanKind
from station_app.domain.reading import Corners, Cut
from station_app.errors import EnvironmentFault, UserError
from station_app.events import Kind
from station_app.papers.reader import Reader
from station_app.services import backup, capture, intake, ledger, submission
from station_app.services.desk import Desk
from station_app.store.records import ApplicationRecord, OriginalRecord, ScanRecord
from tests.integration.reading.conftest import ONE
from tests.samples.pictures import id_front
from tests.samples.scanned import flatbed, pixels_of
from tests.unit.services.conftest import content
from tests.unit.sync.stations import page

pytestmark = pytest.mark.slow
FRONT, BACK, FORM = ScanKind.ID_FRONT, ScanKind.ID_BACK, ScanKind.FORM
CORNERS: Corners = ((100.0, 50.0), (300.0, 50.0), (300.0, 150.0), (100.0, 150.0))


@pytest.fixture
def picture() -> bytes:
    """400 x 200, red where the corners are."""
    made = Image.new("RGB", (400, 200), "white")
    made.paste((200, 30, 30), (100, 50, 301, 151))
    data = io.BytesIO()
    made.save(data, "PNG")
    return data.getvalue()


def _size(content: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(content)) as opened:
        assert opened.format == "JPEG"
        return opened.size


def _is_red(pixel: object) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(told - painted) < 12 for told, painted in zip(pixel, (200, 30, 30), strict=True))


def _scans(desk: Desk, record: ApplicationRecord) -> list[ScanRecord]:
    with desk.store.read() as uow:
        return uow.scans.of(record.id)


def _originals(desk: Desk, record: ApplicationRecord) -> list[OriginalRecord]:
    with desk.store.read() as uow:
        return uow.originals.of(record.id)


def test_a_page_is_cut_by_hand_and_given_back(desk: Desk, record: ApplicationRecord, picture: bytes) -> None:
    first = capture.add_scan(desk, record.id, FRONT, picture).value
    other = capture.add_scan(desk, record.id, BACK, page("another", 900)).value
    written = capture.cut_scan(desk, first.id, CORNERS, 90)
    cut = written.value
    assert written.changed.touches(Kind.SCANS)
    assert (cut.kind, cut.cut, cut.replaces) == (FRONT, Cut(CORNERS, 90), first.id)
    content = capture.read_scan(desk, cut.id)
    assert _size(content) == (100, 200)
    with Image.open(io.BytesIO(content)) as opened:
        assert _is_red(opened.convert("RGB").getpixel((50, 100)))
    assert capture.read_original(desk, cut.id) == picture
    assert [each.sha256 for each in _originals(desk, record)] == [first.sha256]
    assert [each.id for each in _scans(desk, record)] == [cut.id, other.id]  # in its place
    again = capture.cut_scan(desk, cut.id, ((0.0, 0.0), (399.0, 0.0), (399.0, 199.0), (0.0, 199.0))).value
    assert _size(capture.read_scan(desk, again.id)) == (399, 199)  # of the original, not of the cut
    assert len(_originals(desk, record)) == 1
    assert capture.uncut_scan(desk, again.id).value.id == cut.id
    capture.rename_scan(desk, cut.id, ScanKind.CARD)
    assert capture.uncut_scan(desk, cut.id).value.kind is ScanKind.CARD
    assert [each.id for each in _scans(desk, record)] == [first.id, other.id]
    with pytest.raises(UserError, match="scan_not_cut"):
        capture.uncut_scan(desk, first.id)


@pytest.mark.parametrize(
    ("corners", "turn"),
    [
        (((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0)), 0),
        ((CORNERS[1], CORNERS[0], CORNERS[3], CORNERS[2]), 0),
        ((CORNERS[0], CORNERS[2], CORNERS[1], CORNERS[3]), 0),
        (CORNERS, 45),
    ],
)
def test_corners_that_hold_nothing_are_refused(
    desk: Desk, record: ApplicationRecord, picture: bytes, corners: Corners, turn: int
) -> None:
    scan = capture.add_scan(desk, record.id, FRONT, picture).value
    with pytest.raises(UserError, match="cut_invalid"):
        capture.cut_scan(desk, scan.id, corners, turn)
    assert _scans(desk, record) == [scan]


def test_the_other_parts_of_a_page_go_when_it_comes_back(
    desk: Desk, record: ApplicationRecord, both_sides: bytes
) -> None:
    from station_app.services.page_work import put_parts

    (whole,) = capture.add_device_pages(desk, record.id, [capture.DevicePage(both_sides)]).value
    with Reader() as reader:
        put_parts(desk, whole, reader.cut(both_sides, desk.today()))
    front, back = _scans(desk, record)
    assert (front.kind, back.kind) == (FRONT, BACK)
    assert capture.uncut_scan(desk, back.id).value.id == whole.id
    assert _scans(desk, record) == [whole]
    assert front.replaces == back.replaces == whole.id
    with desk.store.read() as uow:
        assert uow.readings.next_unread() is None  # it is known what is on it, so it is not taken apart again


def test_originals_are_backed_up_and_never_swept(desk: Desk, record: ApplicationRecord, picture: bytes) -> None:
    scan = capture.add_scan(desk, record.id, FRONT, picture).value
    cut = capture.cut_scan(desk, scan.id, CORNERS).value
    (desk.home / "keys.json").touch()
    backup.back_up(desk)
    newest = backup.newest(desk)
    assert newest is not None
    listed = backup.place_of(desk).set.manifest_of(newest, desk.store.keys.backups).scans
    assert {path.rpartition("/")[2] for path in listed} == {scan.file_name, cut.file_name}
    with desk.store.read() as uow:
        names = uow.scans.all_file_names()
    assert desk.store.scans.sweep_orphans(names, desk.clock() + timedelta(days=4000)) == 0
    assert capture.read_original(desk, cut.id) == picture


def test_a_page_for_a_submitted_case_travels_cut(desk: Desk) -> None:
    record = _submitted(desk)
    sheet = flatbed([pixels_of(id_front(ONE))], 3, dpi=150).png()
    (added,) = capture.add_device_pages(desk, record.id, [capture.DevicePage(sheet, FORM)]).value
    assert (added.kind, added.media_type, added.cut is not None) == (FRONT, "image/jpeg", True)
    assert capture.read_original(desk, added.id) == sheet
    with desk.store.read() as uow:
        last = uow.outbox.of(record.id)[-1]
        assert [each.value("id_number") for each in uow.readings.of(record.id)[added.id].documents] == [ONE.id_number]
    assert last.kind == "add_scans"
    assert [each["sha256"] for each in json.loads(last.body)["scans"]] == [added.sha256]
    with pytest.raises(UserError, match="not_editable"):
        capture.cut_scan(desk, added.id, CORNERS)


def test_a_remark_travels_and_a_body_without_one_is_what_it_was(desk: Desk) -> None:
    record = intake.new_case(desk, content(7)).value.record
    scans = [capture.add_scan(desk, record.id, kind, page(kind.value, 900)).value for kind in _REQUIRED]
    capture.remark_scan(desk, scans[0].id, "  本人只有\n这一张  ")
    capture.remark_scan(desk, scans[1].id, "收回")
    capture.remark_scan(desk, scans[1].id, None)
    with pytest.raises(UserError, match="too_long"):
        capture.remark_scan(desk, scans[2].id, "长" * 201)
    submission.submit(desk, record.id)
    with desk.store.read() as uow:
        told = json.loads(uow.outbox.of(record.id)[-1].body)["scans"]
    assert told[0].pop("remark") == "本人只有 这一张"
    assert [set(each) for each in told] == [{"kind", "sha256", "size", "media_type"}] * 4
    assert ledger.show(desk, record.id)["scans"][0]["remark"] == "本人只有 这一张"
    with pytest.raises(UserError, match="not_editable"):
        capture.remark_scan(desk, scans[0].id, "later")


_REQUIRED = (FRONT, BACK, ScanKind.CARD, ScanKind.CERTIFICATE)


def _submitted(desk: Desk) -> ApplicationRecord:
    record = intake.new_case(desk, content(7)).value.record
    for kind in _REQUIRED:
        capture.add_scan(desk, record.id, kind, page(kind.value, 900))
    return submission.submit(desk, record.id).value


def test_sheets_that_are_alike_are_each_a_page(desk: Desk, record: ApplicationRecord, picture: bytes) -> None:
    """Two empty sheets of one stack can have the very same bytes."""
    for _ in range(2):
        capture.add_device_pages(desk, record.id, [capture.DevicePage(picture)])
    with desk.store.read() as uow:
        assert len(uow.scans.of(record.id)) == 2


def test_the_same_page_of_a_device_twice_is_one_page(desk: Desk, record: ApplicationRecord, picture: bytes) -> None:
    """Whoever was cut short and does it again adds nothing; what was taken out can be scanned anew."""
    pages = [capture.DevicePage(picture, once=True), capture.DevicePage(page("second", 900), once=True)]
    first = capture.add_device_pages(desk, record.id, pages)
    again = capture.add_device_pages(desk, record.id, pages)
    assert again.value == first.value
    assert not again.changed
    capture.remove_scan(desk, first.value[0].id)
    (anew,) = capture.add_device_pages(desk, record.id, pages[:1]).value
    assert anew.id != first.value[0].id
    assert len(_originals(desk, record)) == 2


def test_nobody_waits_for_page_work_that_somebody_ends_and_no_page_is_lost(desk: Desk, picture: bytes) -> None:
    record = _submitted(desk)
    reader = Reader()
    reader.close()
    (added,) = capture.add_device_pages(desk, record.id, [capture.DevicePage(picture, FORM)], reader=reader).value
    assert (added.kind, added.cut, capture.read_scan(desk, added.id)) == (FORM, None, picture)
    with desk.store.read() as uow:
        assert added.id not in uow.readings.of(record.id)  # nothing is wrong with it
        assert len(uow.outbox.of(record.id)) == 2
    waiting = capture.DevicePage(page("elsewhere", 900), FORM, once=True)
    with pytest.raises(EnvironmentFault, match="reading_failed"):
        capture.add_device_pages(desk, record.id, [waiting], reader=reader)
    with desk.store.read() as uow:
        assert len(uow.outbox.of(record.id)) == 2


def test_a_page_of_the_tray_waits_on_where_its_page_work_is_ended(desk: Desk, picture: bytes) -> None:
    from station_app.services import tray

    record = _submitted(desk)
    (tray_id,) = tray.keep(desk, [picture], tray.DEVICE).value.ids
    reader = Reader()
    reader.close()
    with pytest.raises(EnvironmentFault, match="reading_failed"):
        tray.file_page(desk, tray_id, record.id, ScanKind.OTHER, reader)
    assert tray.count(desk) == 1
