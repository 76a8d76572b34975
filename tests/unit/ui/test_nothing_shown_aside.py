"""No personal data where the program's own window does not hide it: titles, print jobs; and who looked is on record."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from station_app.domain.application import Content, ScanKind
from station_app.papers import Paper
from station_app.services import capture, intake, papers, submission
from station_app.services.desk import Desk
from tests.samples.cases import case
from tests.samples.people import person
from tests.samples.pictures import scans_of
from ui.context import Context
from ui.pages.intake import IntakePage

_WORDS = (person(7).name, person(7).id_number, person(7).card_no, person(7).phone, person(7).employer)


@pytest.fixture
def whole(station: Desk) -> str:
    """The id of a complete draft."""
    record = intake.new_case(station, Content.from_json(case(7))).value.record
    for kind, page in scans_of(person(7), case(7)).items():
        capture.add_scan(station, record.id, kind, page)
    return record.id


@pytest.fixture
def page(qtbot: QtBot, station_context: Context, whole: str) -> IntakePage:
    page = IntakePage(station_context)
    qtbot.addWidget(page)
    page.show()
    page.show_case(whole)
    qtbot.waitUntil(lambda: page.draft.application_id == whole)
    page.context.tasks.finish()
    return page


def _titles() -> list[str]:
    windows = [window.title() for window in QGuiApplication.allWindows()]
    return windows + [widget.windowTitle() for widget in QApplication.allWidgets()]


def _tells(texts: list[str]) -> list[str]:
    return [text for text in texts if any(word in text for word in _WORDS)]


def test_no_title_names_anybody(qtbot: QtBot, page: IntakePage) -> None:
    assert page.form.editors["name"].text() == person(7).name  # type: ignore[attr-defined]
    assert _tells(_titles()) == []
    page.form.strip.go_to(ScanKind.ID_FRONT)
    QTest.keyClick(page.form.strip, Qt.Key.Key_Return)
    qtbot.waitUntil(page._scans._viewer.isVisible)
    assert _tells(_titles()) == []
    page.setWindowTitle(f"受理 {person(7).name}")
    assert _tells(_titles()) != []  # the search finds what is there


def test_no_print_job_and_no_pdf_title_names_anybody(station: Desk, whole: str) -> None:
    submission.submit(station, whole)
    reference = intake.open_case(station, whole).record.reference
    names = [papers.sheet(station, whole, which).name for which in (Paper.SHEET, Paper.RECEIPT)]
    assert all(name.startswith(reference) for name in names)
    assert _tells(names) == []


def test_who_opened_a_case_is_on_record(page: IntakePage, station: Desk, whole: str) -> None:
    with station.store.read() as uow:
        last = uow.audit.last(1)[0]
    assert (last.action, last.subject, last.operator_id) == ("case_opened", whole, station.operator.id)


def test_a_case_that_is_only_put_back_is_no_new_look(page: IntakePage, station: Desk, whole: str) -> None:
    page.show_case(whole)  # it lies there and is being written
    page.context.tasks.finish()
    with station.store.read() as uow:
        assert [row.action for row in uow.audit.last(50)].count("case_opened") == 1
