"""The page with a real store, by keyboard alone: the whole way, looking up."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from station_app.domain.application import REQUIRED_SCANS, Category, State
from station_app.services.desk import Desk
from tests.unit.ui.intake.conftest import focused, member, press, sample, scans, settle, write
from tests.unit.ui.intake.pages import CTRL, enter, stored
from ui.pages.intake import IntakePage

# ---- the whole way


def test_the_whole_journey_by_keyboard_alone(qtbot: QtBot, page: IntakePage, desk: Desk, tmp_path: Path) -> None:
    one, case = sample(3)
    certificate = case["certificate"]
    assert focused().objectName() == "lookup"
    write(one.id_number[:10])
    press(Qt.Key.Key_Return)  # before the answer: it is waited for
    settle(qtbot, page)
    assert page.draft.content.value("name") == one.name
    assert focused().objectName() == "position"
    enter("技师")
    assert focused().objectName() == "category"  # the standing is known, Enter passes it
    press(Qt.Key.Key_Return)
    assert focused().objectName() == "occupation"
    enter(certificate["occupation"])
    assert focused().objectName() == "level"
    press(Qt.Key(Qt.Key.Key_0 + certificate["level"]))
    press(Qt.Key.Key_Return)
    enter(certificate["issue_date"].replace("-", ""), certificate["number"].lower(), certificate["issuer"])
    assert focused().objectName() == "scans"
    assert page.draft.content.value("number") == certificate["number"]
    quoted = " ".join(f'"{path}"' for path in scans(tmp_path / "in", 3))
    press(Qt.Key.Key_F6)
    assert focused().objectName() == "scan_path"
    enter(quoted)
    settle(qtbot, page)
    assert focused().objectName() == "scans"
    assert [scan.kind for scan in page.draft.scans] == list(REQUIRED_SCANS)
    press(Qt.Key.Key_Return, CTRL)
    assert focused().objectName() == "consent"  # all that is missing
    press(Qt.Key.Key_Space)
    press(Qt.Key.Key_Return, CTRL)
    settle(qtbot, page)
    (record,) = stored(desk)
    assert record.state is State.QUEUED
    assert record.content.to_json() == {**case, "applicant": {**case["applicant"], "position": "技师"}}
    assert record.consent["notice"]
    assert page.draft.state is State.QUEUED
    assert focused().objectName() == "action.next_case"
    press(Qt.Key.Key_Return)
    assert not page.draft.begun
    assert focused().objectName() == "lookup"


TAB_ORDER = (
    "lookup", "name", "id_number", "phone", "card_no", "employer", "position",
    "is_member", "beijing_union", "has_card", "retired", "category", "action.facts",
    "occupation", "level", "issue_date", "number", "issuer", "kind", "reissued", "action.extra",
    "scans", "consent", "action.print", "action.submit",
)  # fmt: skip


def test_tab_reaches_every_stop_in_order_and_comes_round(page: IntakePage) -> None:
    for expected in [*TAB_ORDER, *TAB_ORDER]:
        assert focused().objectName() == expected
        press(Qt.Key.Key_Tab)


def test_shift_tab_goes_the_same_way_back(page: IntakePage) -> None:
    for expected in [TAB_ORDER[0], *reversed(TAB_ORDER)]:
        assert focused().objectName() == expected
        press(Qt.Key.Key_Backtab)


def test_what_is_missing_is_a_stop_once_something_is_entered(page: IntakePage) -> None:
    page.form.go_to("name")
    write("a")
    page.form.go_to("scans")
    press(Qt.Key.Key_Tab)
    assert focused().objectName() == "missing"


def test_shift_enter_goes_back(page: IntakePage) -> None:
    page.form.go_to("id_number")
    press(Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert focused().objectName() == "name"


def test_enter_asks_for_a_standing_that_is_not_known(page: IntakePage) -> None:
    page.form.go_to("position")
    press(Qt.Key.Key_Return)
    assert focused().objectName() == "is_member"
    press(Qt.Key.Key_Y)
    press(Qt.Key.Key_Return)
    assert focused().objectName() == "beijing_union"
    assert page.draft.content.value("is_member") is True


def test_the_other_categories_have_their_own_fields(page: IntakePage) -> None:
    page.form.go_to("category")
    press(Qt.Key.Key_2)
    assert page.draft.content.category is Category.SOCIAL_WORKER
    assert focused().objectName() == "category"
    assert {"level_name", "approval_date", "management_no"} <= set(page.form.editors)
    assert "level" not in page.form.editors
    press(Qt.Key.Key_3)
    press(Qt.Key.Key_Return)
    assert focused().objectName() == "competition"


# ---- looking up


def test_numbers_in_the_list_are_masked(qtbot: QtBot, page: IntakePage) -> None:
    one = member(3)
    write(one.card_no[:12])
    settle(qtbot, page)
    shown = page.top.lookup.suggestions
    assert one.name in [row.title for row in shown]
    words = " ".join(row.detail for row in shown)
    assert one.id_number not in words
    assert one.card_no not in words
    assert one.id_number[:6] in words


def test_only_the_newest_answer_counts(qtbot: QtBot, page: IntakePage) -> None:
    write(member(3).card_no)
    page.top.lookup.setText("")
    write(member(5).card_no)
    settle(qtbot, page)
    assert [row.title for row in page.top.lookup.suggestions] == [member(5).name]
    press(Qt.Key.Key_Return)
    settle(qtbot, page)
    assert page.draft.content.value("id_number") == member(5).id_number


def test_down_and_enter_take_another_than_the_first(qtbot: QtBot, page: IntakePage) -> None:
    write(member(3).card_no[:6])
    settle(qtbot, page)
    second = page.top.lookup.suggestions[1].data
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Return)
    settle(qtbot, page)
    assert page.draft.content.value("id_number") == second.id_number  # type: ignore[attr-defined]


def test_somebody_who_is_in_no_roster_is_entered_by_hand(qtbot: QtBot, page: IntakePage) -> None:
    enter("欧阳不在册")
    settle(qtbot, page)
    assert focused().objectName() == "name"
    assert page.draft.content.value("name") == "欧阳不在册"


def test_another_member_never_overwrites_the_case_on_the_table(qtbot: QtBot, page: IntakePage, desk: Desk) -> None:
    for number in (3, 5):
        press(Qt.Key.Key_F2)
        enter(member(number).id_number)
        settle(qtbot, page)
    page.flush()
    settle(qtbot, page)
    assert {each.content.value("name") for each in stored(desk)} == {member(3).name, member(5).name}
    assert page.draft.content.value("name") == member(5).name


def test_a_number_typed_by_hand_is_completed_from_the_roster(qtbot: QtBot, page: IntakePage) -> None:
    one = member(4)
    page.form.go_to("id_number")
    write(one.id_number)
    settle(qtbot, page)
    assert page.draft.content.value("name") == one.name
    assert page.draft.content.value("card_no") == one.card_no
    assert page.draft.content.value("is_member") is True
    assert page.form.editors["name"].text() == one.name  # type: ignore[attr-defined]
