"""The base widgets: nothing jumps, keys work, everything has a word."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from station_app.domain.application import State
from ui.widgets.banner import Banner
from ui.widgets.buttons import KeyButton, PrimaryButton
from ui.widgets.card import Card
from ui.widgets.field_box import FieldBox
from ui.widgets.foot import Foot
from ui.widgets.state import SIGNS, StateTag, Truth, TruthLight, state_text, truth_of
from ui.widgets.text import ElidedText, Text


def test_a_problem_does_not_move_the_form(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    boxes = [FieldBox(name, QLineEdit()) for name in ("name", "card_no", "phone")]
    for box in boxes:
        column.addWidget(box)
    window.resize(300, 400)
    window.show()
    before = [(box.geometry(), box.editor.geometry()) for box in boxes]
    boxes[1].set_problem("卡号应为 16 到 19 位数字，请对照卡面重新输入，一位一位念给职工听。")
    qtbot.wait(10)
    assert [(box.geometry(), box.editor.geometry()) for box in boxes] == before


def test_a_field_is_named_and_says_its_problem_to_a_screen_reader(qtbot: QtBot) -> None:
    box = FieldBox("card_no", QLineEdit())
    qtbot.addWidget(box)
    assert box.editor.objectName() == "card_no"
    assert box.editor.accessibleName() == "互助服务卡卡号"
    box.set_hint("16 到 19 位")
    box.set_problem("卡号不对")
    assert box.editor.accessibleDescription() == "卡号不对"
    assert box.editor.property("problem") == "wrong"
    box.set_problem(None)
    assert box.editor.accessibleDescription() == "16 到 19 位"
    assert box.editor.property("problem") == ""


def test_words_are_never_markup(qtbot: QtBot) -> None:
    label = Text("<b>张三</b>")
    qtbot.addWidget(label)
    assert label.textFormat() is Qt.TextFormat.PlainText


def test_a_long_line_is_cut_and_whole_in_the_tool_tip(qtbot: QtBot) -> None:
    line = ElidedText("北京市朝阳区测试街道工会服务站" * 3)
    qtbot.addWidget(line)
    line.resize(120, 24)
    line.grab()
    assert line.toolTip() == line.text()


@pytest.mark.parametrize("pressed", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_ctrl_enter_works_on_both_enter_keys(qtbot: QtBot, pressed: Qt.Key) -> None:
    window, clicks = QWidget(), list[bool]()
    qtbot.addWidget(window)
    button = PrimaryButton("提交", "Ctrl+Enter", "submit", window)
    button.clicked.connect(lambda: clicks.append(True))
    editor = QLineEdit(window)
    window.show()
    window.activateWindow()
    editor.setFocus()
    qtbot.waitUntil(editor.hasFocus)
    QTest.keyClick(editor, pressed, Qt.KeyboardModifier.ControlModifier)
    assert len(clicks) == 1
    button.setEnabled(False)
    QTest.keyClick(editor, pressed, Qt.KeyboardModifier.ControlModifier)
    assert len(clicks) == 1
    assert button.text() == "提交  Ctrl+Enter"
    assert button.objectName() == "action.submit"


def test_enter_presses_the_focused_button(qtbot: QtBot) -> None:
    button, clicks = KeyButton("打印", "F8", "print"), list[bool]()
    qtbot.addWidget(button)
    button.clicked.connect(lambda: clicks.append(True))
    button.show()
    QTest.keyClick(button, Qt.Key.Key_Return)
    assert len(clicks) == 1


def test_every_state_has_a_sign_and_a_word(qtbot: QtBot) -> None:
    assert set(SIGNS) == set(State)
    tag = StateTag(State.DRAFT)
    qtbot.addWidget(tag)
    for state in State:
        tag.set_state(state)
        sign, word = tag.text().split(" ")
        assert sign
        assert word != state.value, "a Chinese word, not the code"
        assert tag.text() == state_text(state)


def test_the_truth_light_never_says_more_than_is_proved(qtbot: QtBot) -> None:
    assert truth_of(State.QUEUED) is Truth.LOCAL
    assert truth_of(State.RECEIVED) is Truth.RECEIVED
    assert truth_of(State.APPROVED) is Truth.REVIEWED
    light = TruthLight(truth_of(State.PAID))
    qtbot.addWidget(light)
    assert light.accessibleName() == "已划拨"


def test_a_banner_lies_over_the_page_and_moves_nothing(qtbot: QtBot) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    column = QVBoxLayout(host)
    card = Card("申请人")
    column.addWidget(card)
    banner = Banner(host)
    host.resize(800, 500)
    host.show()
    host.activateWindow()
    qtbot.waitUntil(host.isActiveWindow)
    before = card.geometry()
    banner.say("磁盘已满，请删掉不用的文件后再试。", "wrong")
    assert card.geometry() == before
    assert banner.isVisible()
    assert host.rect().contains(banner.geometry())
    assert banner.words.startswith("磁盘已满")
    QTest.keyClick(host, Qt.Key.Key_Escape)
    assert not banner.isVisible()
    assert banner.words == ""


@pytest.fixture
def footed(qtbot: QtBot) -> Iterator[tuple[Banner, QWidget, Foot]]:
    """A banner between a page's place and the foot line."""
    window, work, foot = QWidget(), QWidget(), Foot()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(work, 1)
    column.addWidget(foot)
    foot.say("attention", "离线　3 件仅在本机，联网后自动发送", "上次同步 昨天 16:20")
    banner = Banner(work, foot)
    window.resize(1218, 768)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    yield banner, work, foot
    window.hide()


def test_a_short_message_stands_in_the_foot_line_and_covers_nothing(
    qtbot: QtBot, footed: tuple[Banner, QWidget, Foot]
) -> None:
    banner, work, foot = footed
    for tone in ("ok", "wrong"):
        banner.say("扫完了，1 页都已存好", tone)
        assert not banner.geometry().intersects(work.geometry())
        assert foot.geometry().contains(banner.geometry())
        words, last = foot._words.geometry(), foot._last.geometry().translated(foot.pos())
        told = foot.x() + words.x() + foot._words.fontMetrics().horizontalAdvance(foot.words)
        assert told < banner.x()
        assert banner.geometry().right() < last.x()
    foot.say("wrong", "离线　" + "3 件仅在本机，联网后自动发送" * 4, "上次同步 昨天 16:20")
    assert work.geometry().contains(banner.geometry())  # no room is left for it
    QTest.keyClick(work, Qt.Key.Key_Escape)
    assert not banner.isVisible()


def test_a_long_message_lies_over_the_page(footed: tuple[Banner, QWidget, Foot]) -> None:
    banner, work, _ = footed
    for words in ("一行\n又一行", "扫描仪卡纸了：打开盖子取出卡住的纸，放好其余的再扫。" * 3):
        banner.say(words, "wrong")
        assert work.geometry().contains(banner.geometry())
        assert banner.height() >= banner._row.heightForWidth(banner.width())
    banner.say("好了", "ok")
    assert not banner.geometry().intersects(work.geometry())
