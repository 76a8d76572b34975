"""The editors, each alone: keys in, values out."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.unit.ui.intake.conftest import PLANS, press, write
from ui.pages.intake.editors import near_names, search_names
from ui.widgets.choice_box import ChoiceBox
from ui.widgets.choice_row import Choice, ChoiceRow
from ui.widgets.date_edit import DateEdit, read_typed_date
from ui.widgets.integer_edit import IntegerEdit
from ui.widgets.number_edit import CARD_GROUPS, ID_GROUPS, PHONE_GROUPS, NumberEdit, grouped
from ui.widgets.picker import PickerEdit
from ui.widgets.text_edit import TextEdit
from ui.widgets.toggle import TruthToggle

Show = Callable[..., None]
LEVELS = [Choice(1, "一级"), Choice(2, "二级"), Choice(3, "三级"), Choice(4, "四级", shown=False)]


@pytest.fixture
def show(qtbot: QtBot) -> Show:
    """Puts widgets into a window; the first gets the focus."""
    windows: list[QWidget] = []

    def put(*widgets: QWidget) -> None:
        window = QWidget()
        windows.append(window)
        layout = QVBoxLayout(window)
        for widget in widgets:
            layout.addWidget(widget)
        qtbot.addWidget(window)
        window.resize(400, 400)
        window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        widgets[0].setFocus()

    return put


def heard(
    editor: NumberEdit | DateEdit | ChoiceRow | PickerEdit | TextEdit | TruthToggle | IntegerEdit,
) -> list[object]:
    values: list[object] = []
    editor.edited.connect(values.append)
    return values


# ---- numbers


@pytest.mark.parametrize(
    ("plain", "groups", "shown"),
    [
        ("13800138000", PHONE_GROUPS, "138 0013 8000"),
        ("990105199003071235", ID_GROUPS, "990105 19900307 1235"),
        ("6210301877889900123", CARD_GROUPS, "6210 3018 7788 9900 123"),
        ("62103", CARD_GROUPS, "6210 3"),
        ("", CARD_GROUPS, ""),
    ],
)
def test_groups(plain: str, groups: tuple[int, ...], shown: str) -> None:
    assert grouped(plain, groups) == shown


def test_digits_group_while_they_are_typed_and_leave_plain(show: Show) -> None:
    edit = NumberEdit(CARD_GROUPS)
    show(edit)
    values = heard(edit)
    write("62103018778")
    assert edit.text() == "6210 3018 778"
    assert values[-1] == edit.value() == "62103018778"
    press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    press(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "62103018778"


def test_full_width_digits_and_gaps_of_the_input_method_become_plain(show: Show) -> None:
    edit = NumberEdit(PHONE_GROUPS)
    show(edit)
    write("１３８-0013 ８000")
    assert edit.value() == "13800138000"


def test_digits_beyond_the_longest_number_are_told(qtbot: QtBot, show: Show) -> None:
    edit = NumberEdit(PHONE_GROUPS, 20)
    show(edit)
    QGuiApplication.clipboard().setText("13800138000、13900139000")
    with qtbot.waitSignal(edit.inputRejected):
        press(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)


def test_backspace_and_delete_step_over_the_gap(show: Show) -> None:
    edit = NumberEdit(CARD_GROUPS)
    show(edit)
    write("62103018")
    edit.setCursorPosition(5)  # behind the gap
    press(Qt.Key.Key_Backspace)
    assert edit.value() == "6213018"
    edit.setCursorPosition(4)  # before the gap
    press(Qt.Key.Key_Delete)
    assert edit.value() == "621318"
    assert edit.text() == "6213 18"


def test_typing_in_the_middle_keeps_the_cursor_behind_the_new_digit(show: Show) -> None:
    edit = NumberEdit(CARD_GROUPS)
    show(edit)
    write("62103018")
    edit.setCursorPosition(2)
    write("99")
    assert edit.text() == "6299 1030 18"
    assert edit.cursorPosition() == 4
    press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert edit.value() == "629103018"


def test_cut_takes_the_plain_digits(show: Show) -> None:
    edit = NumberEdit(PHONE_GROUPS)
    show(edit)
    write("13800138000")
    edit.setSelection(0, 8)
    press(Qt.Key.Key_X, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "1380013"
    assert edit.value() == "8000"


# ---- dates


@pytest.mark.parametrize(
    "typed",
    [
        "20230620",
        "2023-6-20",
        "2023.6.20",
        "2023/06/20",
        "2023年6月20日",
        "２０２３０６２０",
        "\u200e2023\u200e/\u200e6/20\n",
    ],
)
def test_every_way_of_writing_a_date(typed: str) -> None:
    read = read_typed_date(typed)
    assert read is not None
    assert read.isoformat() == "2023-06-20"


@pytest.mark.parametrize("typed", ["2023", "20230231", "2023-13-01", "明天", "", "202306200"])
def test_what_is_no_date(typed: str) -> None:
    assert read_typed_date(typed) is None


def test_eight_digits_spell_themselves_out_at_once(show: Show) -> None:
    edit = DateEdit()
    show(edit)
    values = heard(edit)
    write("2023062")
    assert values[-1] is None
    assert (edit.text(), edit.unfinished()) == ("2023062", "2023062")
    write("0")
    assert (edit.text(), edit.unfinished()) == ("2023-06-20", "")
    assert values[-1] == "2023-06-20"


def test_a_short_date_spells_itself_out_when_left(show: Show) -> None:
    edit, other = DateEdit(), TextEdit()
    show(edit, other)
    write("2023-6-2")
    assert edit.value() == "2023-06-02"
    other.setFocus()
    assert edit.text() == "2023-06-02"


# ---- choices


def test_arrows_and_digits_choose(show: Show) -> None:
    row = ChoiceRow(LEVELS)
    show(row)
    values = heard(row)
    press(Qt.Key.Key_Right)
    press(Qt.Key.Key_Right)
    press(Qt.Key.Key_3)
    press(Qt.Key.Key_Right)  # the end
    assert values == [1, 2, 3]
    assert row.value() == 3


def test_a_choice_that_is_not_offered_has_its_digit(show: Show) -> None:
    row = ChoiceRow(LEVELS)
    show(row)
    press(Qt.Key.Key_4)
    assert row.value() == 4


def test_digits_mean_places_where_values_are_no_digits(show: Show) -> None:
    row = ChoiceRow([Choice("final", "决赛"), Choice("semifinal", "复赛")])
    show(row)
    press(Qt.Key.Key_2)
    assert row.value() == "semifinal"


def test_a_locked_choice_stays(show: Show) -> None:
    row = ChoiceRow(LEVELS)
    show(row)
    row.set_value(2)
    row.set_locked(True)
    press(Qt.Key.Key_1)
    assert row.value() == 2


def test_a_closed_list_by_arrow_keys(show: Show) -> None:
    box = ChoiceBox([Choice("a", "甲"), Choice("b", "乙")])
    show(box)
    values: list[object] = []
    box.edited.connect(values.append)
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Down)
    assert values == ["a", "b"]
    box.set_value("nowhere")
    assert box.value() is None


def test_a_fact_by_space_and_letters(show: Show) -> None:
    toggle = TruthToggle("会员")
    show(toggle)
    values = heard(toggle)
    assert toggle.text() == "？会员"
    press(Qt.Key.Key_Space)
    press(Qt.Key.Key_Space)
    press(Qt.Key.Key_Y)
    press(Qt.Key.Key_N)
    press(Qt.Key.Key_N)
    assert values == [True, False, True, False]
    assert toggle.text() == "✕ 会员"


def test_whole_numbers_within_their_bounds(show: Show) -> None:
    edit = IntegerEdit(1, 2000)
    show(edit)
    values = heard(edit)
    write("20a")
    assert values == [2, 20, None]
    assert edit.unfinished() == "20a"


def test_the_first_letter_of_a_certificate_number_becomes_a_capital(show: Show) -> None:
    edit = TextEdit(raise_first=True)
    show(edit)
    values = heard(edit)
    write("y00x")
    assert edit.text() == "Y00x"
    assert values == ["Y", "Y0", "Y00", "Y00x"]


# ---- pickers


@pytest.fixture
def picker(show: Show) -> PickerEdit:
    names = PLANS.get(2024).occupations
    made = PickerEdit(lambda typed: search_names(names, typed))
    show(made)
    return made


def test_initials_find_and_enter_takes_the_exact_name(picker: PickerEdit) -> None:
    values = heard(picker)
    write("qctljzpg")
    picker.accept_entry()
    assert picker.text() == "汽车（拖拉机）装配工"
    assert values[-1] == "汽车（拖拉机）装配工"
    assert not picker.list_open()


def test_full_pinyin_and_characters_find_too() -> None:
    names = PLANS.get(2024).occupations
    assert "汽车（拖拉机）装配工" in search_names(names, "qiche")
    assert "汽车（拖拉机）装配工" in search_names(names, "拖拉机")
    assert search_names(names, "zzzzzz") == []


def test_chinese_text_stands_as_typed_unless_the_clerk_goes_into_the_list(picker: PickerEdit) -> None:
    write("装配")
    assert picker.list_open()
    picker.accept_entry()
    assert picker.text() == "装配"
    write("工")
    press(Qt.Key.Key_Down)
    picker.accept_entry()
    assert picker.text() != "装配工"
    assert "装配工" in picker.text()


def test_where_no_name_is_the_same_the_nearest_are_offered_and_none_is_taken(show: Show) -> None:
    names = PLANS.get(2024).occupations
    picker = PickerEdit(lambda typed: search_names(names, typed), near=partial(near_names, names))
    show(picker)
    write("汽车拖拉机装配员")
    assert picker.list_open()
    assert "汽车（拖拉机）装配工" in [row.title for row in picker._list.rows]  # type: ignore[union-attr]
    picker.accept_entry()
    assert picker.text() == "汽车拖拉机装配员"
    write("a")
    press(Qt.Key.Key_Backspace)
    press(Qt.Key.Key_Down)
    picker.accept_entry()
    assert picker.text() in names


def test_two_characters_are_like_too_many() -> None:
    assert near_names(("装配工", "焊工"), "装工") == []
    assert near_names(("装配工", "焊工"), "abcd") == []


def test_escape_closes_the_list_and_keeps_the_text(picker: PickerEdit) -> None:
    write("qi")
    press(Qt.Key.Key_Escape)
    assert not picker.list_open()
    assert picker.text() == "qi"


def test_down_in_an_empty_line_shows_everything(picker: PickerEdit) -> None:
    press(Qt.Key.Key_Down)
    assert picker.list_open()
    press(Qt.Key.Key_Down)
    picker.accept_entry()
    assert picker.text() == PLANS.get(2024).occupations[1]


def test_a_value_that_is_no_choice_shows_while_it_holds(show: Show) -> None:
    row = ChoiceRow([Choice("高级社会工作者", "高级社会工作者"), Choice("社会工作师", "社会工作师")])
    show(row)
    row.set_value("高级社会工作师")
    shown = [button.text() for button in row._buttons if button.isVisible()]
    assert shown == ["高级社会工作者", "社会工作师", "高级社会工作师"]
    press(Qt.Key.Key_2)
    assert row.value() == "社会工作师"
    assert [button.text() for button in row._buttons if button.isVisible()] == ["高级社会工作者", "社会工作师"]
