"""A stack of pages: what is filed by its code, what waits, and why. What was read is given; the pages are real."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from station_app.domain.application import Category, Content, ScanKind, State
from station_app.domain.operator import Role
from station_app.domain.reading import DocumentReading, ReadField
from station_app.durable import Point
from station_app.errors import EnvironmentFault, UserError
from station_app.papers import Paper, read_code
from station_app.plans import PlanBook
from station_app.services import intake, papers, retention, settings, sorting, submission, tray
from station_app.services.desk import Desk
from station_app.services.signed_papers import note_printed
from station_app.services.sorting import Outcome
from station_app.store.records import ApplicationRecord
from tests.samples.cases import case
from tests.samples.pictures import jpeg
from tests.unit.services.conftest import Watch, complete, content, pages

_WHOLE = ((0.0, 0.0), (99.0, 0.0), (99.0, 99.0), (0.0, 99.0))


def _document(
    kind: ScanKind | None, fields: Mapping[str, str | tuple[str, float]] | None = None, *defects: str
) -> DocumentReading:
    read = {
        name: ReadField(*each) if isinstance(each, tuple) else ReadField(each, 1.0)
        for name, each in (fields or {}).items()
    }
    return DocumentReading(kind, read, _WHOLE, defects)


def _picture(number: int = 1) -> bytes:
    from PIL import Image

    return jpeg(Image.new("RGB", (60, 80), (number * 29 % 256, 200, 200)))


def _sorted(desk: Desk, *documents: DocumentReading, number: int = 1, before: Outcome | None = None) -> Outcome:
    (tray_id,) = tray.keep(desk, [_picture(number)]).value.ids
    return sorting.sort_page(desk, tray_id, documents, before).value


def _printed(desk: Desk, record: ApplicationRecord, which: Paper = Paper.SHEET, *, noted: bool = True) -> str:
    """Printed now; its first page's code."""
    sheet = papers.sheet(desk, record.id, which)
    if noted:
        note_printed(desk, sheet)
    return str(sheet.code.on(1, 2 if which is Paper.SHEET else 1))


def _form(code: str, *defects: str) -> DocumentReading:
    return _document(ScanKind.FORM, {"qr": code}, *defects)


def _kinds(desk: Desk, record: ApplicationRecord) -> list[ScanKind]:
    return [scan.kind for scan in intake.open_case(desk, record.id).scans]


def test_a_signed_paper_is_filed_to_its_draft(desk: Desk) -> None:
    record = complete(desk)
    outcome = _sorted(desk, _form(_printed(desk, record)))
    assert (outcome.problem, outcome.application_id, outcome.kind) == (None, record.id, ScanKind.FORM)
    assert (outcome.reference, outcome.name) == (record.reference, record.content.applicant["name"])
    assert ScanKind.FORM in _kinds(desk, record)
    assert tray.waiting(desk) == ()


def test_a_paper_that_comes_after_submission_travels_as_an_addition(desk: Desk) -> None:
    record = complete(desk)
    code = _printed(desk, record)
    submission.submit(desk, record.id, "本人坚持")
    assert _sorted(desk, _form(code)).problem is None
    with desk.store.read() as uow:
        assert [row.kind for row in uow.outbox.open_rows()] == ["submit", "add_scans"]


def test_one_printed_after_submission_is_of_the_same_revision(desk: Desk) -> None:
    record = complete(desk)
    submission.submit(desk, record.id, "本人坚持")
    assert _sorted(desk, _form(_printed(desk, record))).problem is None


@pytest.mark.parametrize("noted", [True, False])
def test_a_case_edited_after_printing_refuses_the_paper_and_names_the_fields(desk: Desk, *, noted: bool) -> None:
    record = complete(desk)
    code = _printed(desk, record, noted=noted)
    intake.save_content(desk, record.id, record.content.with_value("applicant", "card_no", "6210301877889900"))
    outcome = _sorted(desk, _form(code))
    assert outcome.problem is not None
    assert outcome.problem.code == "paper_changed_since"
    assert outcome.problem.params["fields"] == (("card_no",) if noted else ())
    assert ScanKind.FORM not in _kinds(desk, record)
    intake.save_content(desk, record.id, record.content)
    assert _sorted(desk, _form(code)).problem is None, "put back as it was signed"


def test_what_was_filled_in_after_printing_is_for_the_clerk_to_compare(desk: Desk) -> None:
    record = intake.new_case(desk, content().with_value("applicant", "position", None)).value.record
    code = _printed(desk, record)
    intake.save_content(desk, record.id, content().with_value("applicant", "position", "质检员"))
    outcome = _sorted(desk, _form(code))
    assert outcome.problem is not None
    assert (outcome.problem.code, outcome.problem.params["fields"]) == ("paper_filled_since", ("position",))
    assert tray.file_page(desk, outcome.tray_id, record.id, ScanKind.FORM).value == record.reference


def test_another_revision_an_older_program_and_a_receipt_are_told(desk: Desk) -> None:
    record = complete(desk)
    code = _printed(desk, record)
    older = code.rpartition("/")[0]
    submission.submit(desk, record.id, "本人坚持")
    receipt = str(papers.sheet(desk, record.id, Paper.RECEIPT).code)
    for state in (State.RECEIVED, State.RETURNED):
        with desk.store.write(Point.APPLY) as uow:
            uow.applications.move(record.id, state, desk.now(), "central", "server")
    found = [_sorted(desk, _form(each), number=at) for at, each in enumerate((code, older, receipt))]
    assert [each.problem.code for each in found if each.problem] == [
        "paper_of_other_revision",
        "paper_of_other_revision",
        "paper_is_receipt",
    ]
    assert [each.kind for each in found] == [ScanKind.FORM, ScanKind.FORM, ScanKind.OTHER]
    with pytest.raises(UserError, match="paper_of_other_revision"):
        tray.file_page(desk, found[0].tray_id, record.id, ScanKind.FORM)
    assert tray.file_page(desk, found[0].tray_id, record.id, ScanKind.OTHER).value == record.reference


def test_a_code_without_digest_waits_and_the_clerk_may_file_it(desk: Desk) -> None:
    record = complete(desk)
    outcome = _sorted(desk, _form(_printed(desk, record).rpartition("/")[0]))
    assert outcome.problem is not None
    assert outcome.problem.code == "paper_of_older_program"
    tray.file_page(desk, outcome.tray_id, record.id, ScanKind.FORM)
    assert ScanKind.FORM in _kinds(desk, record)


def test_papers_of_others_are_refused_by_whose_they_are(desk: Desk) -> None:
    record = complete(desk)
    for number, (code, problem) in enumerate(
        (("HD002-24-A000317-Z", "paper_of_other_station"), ("CY001-24-A000317-C", "paper_case_unknown"))
    ):
        from stdnum.iso7064 import mod_37_36

        body = code[:-2]
        reference = f"{body}-{mod_37_36.calc_check_digit(body.replace('-', ''))}"
        outcome = _sorted(desk, _form(f"{reference}/SHEET/R1/P1-2/7QX2MB4KDA"), number=number)
        assert outcome.problem is not None
        assert outcome.problem.code == problem
        with pytest.raises(UserError, match=problem):
            tray.file_page(desk, outcome.tray_id, record.id, ScanKind.FORM)


def test_an_unsigned_paper_waits_and_the_clerk_may_say_that_it_is_signed(desk: Desk) -> None:
    record = complete(desk)
    outcome = _sorted(desk, _form(_printed(desk, record), "signature_missing"))
    assert outcome.problem is not None
    assert outcome.problem.code == "paper_not_signed"
    assert tray.waiting(desk)[0].reference == record.reference
    tray.file_page(desk, outcome.tray_id, record.id, ScanKind.FORM)
    assert tray.count(desk) == 0


def test_a_paper_goes_to_its_own_case_only(desk: Desk) -> None:
    record, other = complete(desk), complete(desk, 8)
    outcome = _sorted(desk, _form(_printed(desk, record), "signature_missing"))
    with pytest.raises(UserError, match="paper_of_other_case"):
        tray.file_page(desk, outcome.tray_id, other.id, ScanKind.FORM)


def test_a_page_that_did_not_come_is_told_until_it_comes(desk: Desk) -> None:
    record = complete(desk)
    first = _printed(desk, record)
    one = _sorted(desk, _form(first), number=1)
    assert sorting.with_missing(desk, [one])[0].missing == (2,)
    two = _sorted(desk, _form(first.replace("/P1-2/", "/P2-2/")), number=2)
    assert [each.missing for each in sorting.with_missing(desk, [one, two])] == [(), ()]


def test_other_documents_get_kind_and_owner_and_wait(desk: Desk) -> None:
    record = complete(desk)
    applicant = record.content.applicant
    name, number, card = applicant["name"], applicant["id_number"], applicant["card_no"]
    front = _sorted(desk, _document(ScanKind.ID_FRONT, {"id_number": number, "name": name}), number=1)
    back = _sorted(desk, _document(ScanKind.ID_BACK, {"valid_to": "长期"}), number=2, before=front)
    service = _sorted(desk, _document(ScanKind.CARD, {"card_no": card}), number=3)
    unsure = _sorted(desk, _document(ScanKind.CERTIFICATE, {"id_number": (number, 0.7)}), number=4)
    blurred = _sorted(desk, _document(ScanKind.CARD, {"card_no": card}, "blur"), number=5)
    namesake = _sorted(desk, _document(ScanKind.ID_FRONT, {"id_number": number, "name": "李四"}), number=6)
    assert [each.application_id for each in (front, back, service, unsure, blurred, namesake)] == [
        *[record.id] * 3,
        *[None] * 3,
    ]
    assert [each.kind for each in (front, back, service, unsure)] == [
        ScanKind.ID_FRONT,
        ScanKind.ID_BACK,
        ScanKind.CARD,
        ScanKind.CERTIFICATE,
    ]
    assert {each.problem.code for each in (front, back, service) if each.problem} == {"tray_suggested"}
    assert {each.problem.code for each in (unsure, blurred, namesake) if each.problem} == {"tray_owner_unknown"}
    assert tray.count(desk) == 6
    before = len(_kinds(desk, record))
    tray.file_page(desk, service.tray_id, record.id, ScanKind.CARD)
    assert len(_kinds(desk, record)) == before + 1


def test_whoever_has_two_open_cases_is_not_guessed_at(desk: Desk) -> None:
    record = complete(desk)
    intake.new_case(desk, Content.from_json(case(7, Category.SOCIAL_WORKER)))
    number = record.content.applicant["id_number"]
    assert _sorted(desk, _document(ScanKind.ID_FRONT, {"id_number": number})).application_id is None


def test_blank_unreadable_and_crowded_pages_wait_with_their_reason(desk: Desk) -> None:
    record = complete(desk)
    code = _printed(desk, record)
    other = code.replace("/P1-2/", "/P2-2/")
    found = [
        _sorted(desk, _document(None, None, "blank"), number=1),
        _sorted(desk, _document(None), number=2),
        _sorted(desk, _form(code), _form(other), number=3),
        _sorted(desk, _form(f"{code} {other}"), number=4),
    ]
    assert [each.problem.code for each in found if each.problem] == [
        "tray_blank",
        "tray_unreadable",
        "tray_papers_together",
        "tray_papers_together",
    ]
    assert [row.page.reason for row in tray.waiting(desk)] == [
        *("tray_blank", "tray_unreadable", "tray_papers_together", "tray_papers_together")
    ]


def test_a_child_that_fails_over_a_page_leaves_it_waiting_with_the_reason(desk: Desk) -> None:
    (tray_id,) = tray.keep(desk, [_picture()]).value.ids
    outcome = sorting.failed(desk, tray_id, EnvironmentFault("reading_silent")).value
    assert outcome.problem is not None
    assert tray.waiting(desk)[0].page.reason == "reading_silent"


def test_a_page_is_durable_before_anybody_looks_at_it_and_the_same_twice_is_one(desk: Desk) -> None:
    kept = tray.keep(desk, [_picture(1), _picture(2), _picture(1)]).value
    first = kept.ids
    assert (len(first), kept.again) == (2, 1)
    assert tray.keep(desk, [_picture(2), _picture(3)]).value == tray.KeptPages(
        (first[1], tray.waiting(desk)[2].page.id), 1
    )
    tray.discard(desk, [tray.waiting(desk)[2].page.id])
    assert [row.page.reason for row in tray.waiting(desk)] == [tray.UNSORTED] * 2
    assert tray.picture(desk, first[0]) == _picture(1)
    with desk.store.read() as uow:
        files = {row.page.file_name for row in tray.waiting(desk)}
        assert files <= uow.scans.all_file_names(), "the sweep and the backup know them"


def test_one_file_that_is_no_picture_keeps_all_out(desk: Desk) -> None:
    with pytest.raises(UserError, match="scan_unreadable"):
        tray.keep(desk, [_picture(1), b"no picture"])
    assert tray.count(desk) == 0


def _cut_short(*_: object) -> None:
    raise KeyboardInterrupt


def test_cut_short_between_case_and_tray_and_done_again_the_page_is_there_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = complete(desk)
    code, number = _form(_printed(desk, record)), len(_kinds(desk, record))
    (tray_id,) = tray.keep(desk, [_picture()]).value.ids
    with monkeypatch.context() as patch:
        patch.setattr("station_app.store.tray.Tray.remove", _cut_short)
        with pytest.raises(KeyboardInterrupt):
            sorting.sort_page(desk, tray_id, [code])
    assert (tray.count(desk), len(_kinds(desk, record))) == (1, number + 1)
    assert sorting.sort_page(desk, tray_id, [code]).value.problem is None
    assert (tray.count(desk), len(_kinds(desk, record))) == (0, number + 1)


def test_only_a_lead_discards_and_the_bytes_go_unless_a_case_has_them(desk: Desk) -> None:
    record = complete(desk)
    shared = pages()[ScanKind.CARD]
    mine, other = tray.keep(desk, [_picture(1), shared]).value.ids
    names = {row.page.id: row.page.file_name for row in tray.waiting(desk)}
    clerk = replace(desk, operator=replace(desk.operator, role=Role.CLERK))
    with pytest.raises(UserError, match="role_forbids"):
        tray.discard(clerk, [mine])
    lead = replace(desk, operator=replace(desk.operator, role=Role.LEAD))
    tray.discard(lead, [mine, other])
    assert tray.count(desk) == 0
    assert not desk.store.scans.has(names[mine])
    assert desk.store.scans.has(names[other])
    assert shared in [desk.store.scans.get(scan.file_name) for scan in intake.open_case(desk, record.id).scans]
    with desk.store.read() as uow:
        rows = uow.connection.exec_driver_sql("SELECT action, subject FROM audit ORDER BY seq").all()
    assert [tuple(row) for row in rows][-2:] == [("tray_discarded", mine), ("tray_discarded", other)]


def test_what_was_thrown_away_goes_though_the_power_was_cut_before_its_bytes_went(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, watch: Watch
) -> None:
    mine, again = tray.keep(desk, [_picture(1), _picture(2)]).value.ids
    names = {row.page.id: row.page.file_name for row in tray.waiting(desk)}
    lead = replace(desk, operator=replace(desk.operator, role=Role.LEAD))
    with monkeypatch.context() as patch:
        patch.setattr("station_app.store.scan_files.ScanFiles.erase", _cut_short)
        with pytest.raises(KeyboardInterrupt):
            tray.discard(lead, [mine, again])
    assert (tray.count(desk), desk.store.scans.has(names[mine])) == (0, True)
    tray.keep(desk, [_picture(2)])
    with desk.store.read() as uow:
        known = uow.scans.all_file_names()
    desk.store.scans.sweep_orphans(known, watch.now + timedelta(days=4000))
    retention.erase_due(desk)
    assert [each.name for each in desk.home.rglob("*") if each.name.startswith(names[mine])] == []
    assert tray.picture(desk, tray.waiting(desk)[0].page.id) == _picture(2), "it has come again"


def test_a_page_that_nobody_has_read_is_no_form_yet(desk: Desk) -> None:
    """Its code may say that it is another case's; where nothing is read the clerk's word stands."""
    record = complete(desk)
    (tray_id,) = tray.keep(desk, [_picture()]).value.ids
    with pytest.raises(UserError, match="tray_not_read_yet"):
        tray.file_page(desk, tray_id, record.id, ScanKind.FORM)
    settings.change(desk, "reading_enabled", value=False)
    tray.file_page(desk, tray_id, record.id, ScanKind.FORM)
    assert ScanKind.FORM in _kinds(desk, record)


def test_a_page_goes_to_one_case_only(desk: Desk) -> None:
    first, second = complete(desk), complete(desk)
    (tray_id,) = tray.keep(desk, [_picture()]).value.ids
    with desk.store.read() as uow:
        page = uow.tray.get(tray_id)
    tray.put_into(desk, page, first.id, ScanKind.OTHER, None)
    before = _kinds(desk, second)
    with pytest.raises(UserError, match="tray_page_unknown"):
        tray.put_into(desk, page, second.id, ScanKind.OTHER, None)
    assert _kinds(desk, second) == before


def test_a_page_that_somebody_files_while_it_is_read_or_sorted_stops_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = complete(desk)
    code = _printed(desk, record)
    (first, second) = tray.keep(desk, [_picture(1), _picture(2)]).value.ids
    stack = sorting.Stack(desk)
    page = stack.next()
    assert page is not None
    tray.file_page(desk, first, record.id, ScanKind.CERTIFICATE)
    assert stack.failed(page, EnvironmentFault("reading_silent")) == tray.TOUCHED

    think = sorting._thought

    def filed_meanwhile(*told: object) -> object:
        thought = think(*told)  # type: ignore[arg-type]
        tray.file_page(desk, second, record.id, ScanKind.CERTIFICATE)
        return thought

    monkeypatch.setattr(sorting, "_thought", filed_meanwhile)
    page = stack.next()
    assert page is not None
    assert stack.sort(page, [_form(code)]) == tray.TOUCHED
    assert stack.outcomes == (), "what the clerk did is not told as a page that waits"
    assert stack.next() is None


def test_a_paper_whose_plan_is_not_here_waits_and_the_stack_goes_on(desk: Desk) -> None:
    record = complete(desk)
    code = _printed(desk, record)
    without = replace(desk, plans=PlanBook.of(each for each in desk.plans.versions if each.year != 2024))
    stack = sorting.Stack(without)
    tray.keep(desk, [_picture(1)])
    page = stack.next()
    assert page is not None
    stack.sort(page, [_form(code)])
    (outcome,) = stack.outcomes
    assert outcome.problem is not None
    assert (outcome.problem.code, outcome.application_id) == ("plan_unknown", record.id)
    assert stack.next() is None


def test_a_page_with_papers_of_two_cases_is_the_form_of_neither(desk: Desk) -> None:
    record, other, third = complete(desk), complete(desk, 8), complete(desk, 9)
    outcome = _sorted(desk, _form(_printed(desk, record)), _form(_printed(desk, other)))
    for each in (record, other, third):
        with pytest.raises(UserError, match="paper_of_other_case"):
            tray.file_page(desk, outcome.tray_id, each.id, ScanKind.FORM)
    assert tray.file_page(desk, outcome.tray_id, record.id, ScanKind.OTHER).value == record.reference


def test_both_pages_of_one_paper_on_one_sheet_are_filed_by_the_clerk_and_have_both_come(desk: Desk) -> None:
    record = complete(desk)
    first = _printed(desk, record)
    second = first.replace("/P1-2/", "/P2-2/")
    outcome = _sorted(desk, _form(first), _form(second))
    tray.file_page(desk, outcome.tray_id, record.id, ScanKind.FORM)
    with desk.store.read() as uow:
        assert uow.prints.came(read_code(first).whole) == {1, 2}
    outcome = _sorted(desk, _form(first), _form(second), number=2)
    edited = record.content.with_value("applicant", "card_no", "6210301877889900")
    intake.save_content(desk, record.id, edited)
    with pytest.raises(UserError, match="paper_changed_since"):
        tray.file_page(desk, outcome.tray_id, record.id, ScanKind.FORM)
