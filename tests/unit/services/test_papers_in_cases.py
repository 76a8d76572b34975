"""Our own papers among the pages of a case: one that its case does not take is no form of it, however it came."""

from __future__ import annotations

import pytest

from station_app.domain.application import ScanKind, State
from station_app.domain.reading import Cut, DocumentReading, ReadField, ScanReading
from station_app.durable import Point
from station_app.errors import UserError
from station_app.papers.reader import CutPage, CutPart, Reader
from station_app.services import capture, intake, papers, sorting, submission, tray
from station_app.services.cutting import DevicePage, add_device_pages
from station_app.services.desk import Desk
from station_app.services.page_work import put_parts, put_reading
from station_app.services.reading import readings_of
from station_app.services.signed_papers import note_printed
from station_app.store.records import ApplicationRecord
from tests.samples.pictures import jpeg
from tests.unit.services.conftest import complete

FORM, OTHER, CERTIFICATE = ScanKind.FORM, ScanKind.OTHER, ScanKind.CERTIFICATE
_WHOLE = ((0.0, 0.0), (99.0, 0.0), (99.0, 99.0), (0.0, 99.0))


def _picture(red: int) -> bytes:
    from PIL import Image

    return jpeg(Image.new("RGB", (60, 80), (red, 200, 200)))


PAGE, CUT_OUT = _picture(10), _picture(90)


class _Finds(Reader):
    """Finds these documents on every page, each cut out of it."""

    def __init__(self, *documents: DocumentReading) -> None:
        super().__init__()
        self._documents = documents

    def cut(self, content: bytes, today: object) -> CutPage:
        parts = tuple(CutPart(CUT_OUT, Cut(_WHOLE), each) for each in self._documents)
        return CutPage(self._documents, parts)


def printed(desk: Desk, record: ApplicationRecord) -> str:
    """The code of the paper that fits the case now."""
    sheet = papers.sheet(desk, record.id)
    note_printed(desk, sheet)
    return str(sheet.code)


def form(code: str) -> DocumentReading:
    return DocumentReading(FORM, {"qr": ReadField(code, 1.0)}, _WHOLE)


def kinds(desk: Desk, record: ApplicationRecord) -> list[ScanKind]:
    """Of the pages that were filed last, in front of them those that a complete case has."""
    return [scan.kind for scan in intake.open_case(desk, record.id).scans][4:]


def edit(desk: Desk, record: ApplicationRecord) -> None:
    intake.save_content(desk, record.id, record.content.with_value("applicant", "card_no", "6210301877889900"))


@pytest.mark.parametrize("submitted", [False, True])
def test_a_paper_kept_as_another_one_stays_that_once_it_is_cut_out(desk: Desk, *, submitted: bool) -> None:
    record, owner = complete(desk), complete(desk, 8)
    foreign = form(printed(desk, owner))
    if submitted:
        submission.submit(desk, record.id, "本人坚持")
    (tray_id,) = tray.keep(desk, [PAGE], tray.DEVICE).value.ids
    edit(desk, owner)
    sorting.sort_page(desk, tray_id, [foreign])
    reader = _Finds(foreign)
    with pytest.raises(UserError, match="paper_of_other_case"):
        tray.file_page(desk, tray_id, record.id, FORM, reader)
    tray.file_page(desk, tray_id, record.id, OTHER, reader)
    if not submitted:
        (whole,) = [each for each in intake.open_case(desk, record.id).scans if each.kind is OTHER]
        put_parts(desk, whole, reader.cut(PAGE, desk.today()))
    assert kinds(desk, record) == [OTHER]


def test_a_page_of_a_scanner_becomes_a_form_of_the_case_that_it_is_printed_for_and_of_no_other(desk: Desk) -> None:
    record, owner = complete(desk), complete(desk, 8)
    own, foreign = form(printed(desk, record)), form(printed(desk, owner))
    for document in (own, foreign):
        (whole,) = add_device_pages(desk, record.id, [DevicePage(PAGE)]).value
        put_parts(desk, whole, _Finds(document).cut(PAGE, desk.today()))
    assert kinds(desk, record) == [FORM, OTHER]
    (whole,) = add_device_pages(desk, record.id, [DevicePage(PAGE, CERTIFICATE)]).value
    put_parts(desk, whole, _Finds(form("")).cut(PAGE, desk.today()))
    assert kinds(desk, record)[2:] == [FORM], "by its words alone, as any paper"


def test_a_receipt_on_the_glass_is_no_signed_form(desk: Desk) -> None:
    record = complete(desk)
    submission.submit(desk, record.id, "本人坚持")
    receipt = form(printed(desk, record))
    add_device_pages(desk, record.id, [DevicePage(PAGE)], reader=_Finds(receipt))
    assert kinds(desk, record) == [OTHER]


# ---- what is said of one that lies in a case


def filed(desk: Desk, record: ApplicationRecord, document: DocumentReading, kind: ScanKind = FORM) -> str:
    """Put into the case by hand, and read; the page's id."""
    scan = capture.add_scan(desk, record.id, kind, PAGE).value
    put_reading(desk, ScanReading(scan.id, desk.now(), (document,)))
    return scan.id


def move(desk: Desk, record: ApplicationRecord, state: State) -> None:
    with desk.store.write(Point.APPLY) as uow:
        uow.applications.move(record.id, state, desk.now(), "central", "server")


def returned(desk: Desk, record: ApplicationRecord) -> None:
    submission.submit(desk, record.id, "本人坚持")
    for state in (State.RECEIVED, State.RETURNED):
        move(desk, record, state)


def test_a_form_in_a_case_is_compared_with_it_however_it_came_there_and_whenever_it_is_edited(desk: Desk) -> None:
    record = complete(desk)
    page = filed(desk, record, form(printed(desk, record)))
    assert readings_of(desk, record.id)[page].defects == ()
    edit(desk, record)
    assert readings_of(desk, record.id)[page].defects == ("paper_changed_since",)
    intake.save_content(desk, record.id, record.content)
    assert readings_of(desk, record.id)[page].defects == (), "put back as it was signed"


def test_a_form_of_another_case_and_a_receipt_are_told(desk: Desk) -> None:
    record, other = complete(desk), complete(desk, 8)
    page = filed(desk, record, form(printed(desk, other)))
    assert readings_of(desk, record.id)[page].defects == ("paper_of_other_case",)
    capture.rename_scan(desk, page, OTHER)
    assert readings_of(desk, record.id)[page].defects == (), "as another paper it may be there"
    submission.submit(desk, other.id, "本人坚持")
    receipt = form(str(papers.sheet(desk, other.id).code))
    for state in (State.RECEIVED, State.RETURNED):
        move(desk, other, state)
    page = filed(desk, other, receipt)
    assert readings_of(desk, other.id)[page].defects == ("paper_is_receipt",)


def test_the_form_of_the_last_revision_stands_until_it_says_something_else(desk: Desk) -> None:
    """It went with that revision, or followed it; whoever returned the case has it already."""
    record = complete(desk)
    sent = filed(desk, record, form(printed(desk, record)))
    returned(desk, record)
    assert readings_of(desk, record.id)[sent].defects == ()
    edit(desk, record)
    assert readings_of(desk, record.id)[sent].defects == ("paper_changed_since",)
    newer = filed(desk, record, form(printed(desk, record).replace("/R2/", "/R3/")), OTHER)
    capture.rename_scan(desk, newer, FORM)
    assert readings_of(desk, record.id)[newer].defects == ("paper_of_other_revision",)
