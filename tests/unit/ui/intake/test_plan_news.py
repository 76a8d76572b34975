"""A new version of the plan arrives by sync while a case lies open."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from station_app.domain.application import FieldReturn, ReturnCode
from station_app.events import Events
from station_app.plans import Verdict
from station_app.services.desk import Desk
from tests.samples.packs import PASSED, receive_pack
from tests.unit.ui.intake.conftest import focused, settle, write
from tests.unit.ui.intake.pages import begin, complete, give_back
from ui.pages.intake import IntakePage


def said(page: IntakePage) -> list[str]:
    """What the banner is told from now on."""
    found: list[str] = []
    page.table.said.connect(lambda words, _: found.append(words))
    return found


def verdict(page: IntakePage) -> Verdict | None:
    assessment = page.table.judge().assessment
    return assessment.verdict if assessment else None


def test_the_open_draft_is_judged_anew_and_nothing_in_the_form_moves(
    qtbot: QtBot, page: IntakePage, desk: Desk, events: Events
) -> None:
    page.open(begin(desk), "employer")
    settle(qtbot, page)
    write("（集团）")
    entered, told, field = page.draft.content, said(page), focused().objectName()
    assert verdict(page) is Verdict.ELIGIBLE
    events.send(receive_pack(desk, deadline=PASSED))
    qtbot.waitUntil(lambda: bool(told))
    assert "结果变了：符合" in told[0]
    assert "→ 不符合" in told[0]
    assert verdict(page) is Verdict.INELIGIBLE
    assert page.draft.content == entered
    assert focused().objectName() == field


def test_a_version_that_answers_the_same_says_so(qtbot: QtBot, page: IntakePage, desk: Desk, events: Events) -> None:
    page.open(begin(desk), "employer")
    settle(qtbot, page)
    told = said(page)
    events.send(receive_pack(desk))
    qtbot.waitUntil(lambda: bool(told))
    assert told == ["2024 年方案有了第 2 版，这一件的结果没有变"]


def test_an_empty_form_says_nothing(qtbot: QtBot, page: IntakePage, desk: Desk, events: Events) -> None:
    told = said(page)
    events.send(receive_pack(desk, deadline=PASSED))
    qtbot.waitUntil(lambda: page.table.presenter.plan.version == 2)
    settle(qtbot, page)
    assert told == []


def test_a_case_that_came_back_stays_under_the_version_it_was_filed_under(
    qtbot: QtBot, page: IntakePage, desk: Desk, events: Events, tmp_path: Path
) -> None:
    case = complete(desk, tmp_path)
    give_back(desk, case, FieldReturn("phone", ReturnCode.INVALID))
    events.send(receive_pack(desk, deadline=PASSED))
    page.open(case, "")
    settle(qtbot, page)
    assert page.table.presenter.plan.version == 1
    assert verdict(page) is Verdict.ELIGIBLE
