"""The shell: pages made when needed, switched by key, never in each other's way; the foot line tells the truth."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from station_app.domain.application import Category, Content
from station_app.errors import BugError, EnvironmentFault
from station_app.services import intake
from station_app.services.desk import Desk
from tests.unit.ui.stations import STATION
from ui.context import Context
from ui.queue_truth import QueueTruth, last_words, queue_words
from ui.shell import Place, Shell
from ui.widgets.page import Page


class _Paper(Page):
    """A page that notes what happens to it."""

    name = "paper"

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.line = QLineEdit()
        QVBoxLayout(self).addWidget(self.line)
        self.happened: list[str] = []

    def arrive(self) -> None:
        self.happened.append("arrive")
        self.line.setFocus()

    def again(self) -> None:
        self.happened.append("again")

    def leave(self) -> None:
        self.happened.append("leave")

    def show_case(self, application_id: str) -> None:
        self.happened.append(application_id)

    def keep(self) -> object:
        return self.line.text()

    def restore(self, kept: object) -> None:
        self.line.setText(str(kept))


PLACES = {
    "todo": Place("待办", "F4", _Paper),
    "intake": Place("受理", "F3", _Paper),
    "settings": Place("设置", "F11", _Paper),
}


def _shell(qtbot: QtBot, context: Context) -> Shell:
    shell = Shell(context, PLACES, STATION, "王芳 · 受理员")
    qtbot.addWidget(shell)
    shell.resize(1366, 768)
    shell.show()
    shell.activateWindow()
    qtbot.waitUntil(shell.isActiveWindow)
    return shell


@pytest.fixture
def shell(qtbot: QtBot, station_context: Context) -> Shell:
    return _shell(qtbot, station_context)


def _page(shell: Shell, name: str) -> _Paper:
    page = shell.page(name)
    assert isinstance(page, _Paper)
    return page


def _press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    focus = QApplication.focusWidget()
    assert focus is not None
    QTest.keyClick(focus, key, modifier)


def test_pages_are_made_when_they_are_first_needed(shell: Shell) -> None:
    shell.show_page("todo")
    assert list(shell._pages) == ["todo"]
    shell.show_page("settings")
    assert list(shell._pages) == ["todo", "settings"]
    assert _page(shell, "todo").happened == ["arrive", "leave"]


def test_keys_switch_pages_and_number_them(shell: Shell) -> None:
    shell.show_page("todo")
    _press(Qt.Key.Key_F11)
    assert shell.current == "settings"
    _press(Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert shell.current == "intake"
    _press(Qt.Key.Key_F3)
    assert _page(shell, "intake").happened == ["arrive", "again"]
    assert _page(shell, "intake").line.hasFocus()


def test_a_case_opens_in_intake_from_anywhere(shell: Shell) -> None:
    shell.show_page("todo")
    _page(shell, "todo").open_case.emit("some-id")
    assert shell.current == "intake"
    assert _page(shell, "intake").happened[-1] == "some-id"


def test_another_shell_stands_where_this_one_stood(qtbot: QtBot, shell: Shell, station_context: Context) -> None:
    shell.show_page("intake")
    _page(shell, "intake").line.setText("half filled")
    shell.leave()
    other = _shell(qtbot, station_context)
    other.restore(shell.keep())
    assert other.current == "intake"
    assert _page(other, "intake").line.text() == "half filled"


def test_an_error_nobody_took_is_said_in_the_banner(shell: Shell, station_context: Context) -> None:
    shell.show_page("todo")
    station_context.tasks.unhandled.emit(EnvironmentFault("disk_full"))
    assert shell.banner_words.startswith("磁盘已满")
    _press(Qt.Key.Key_Escape)
    assert shell.banner_words == ""
    station_context.tasks.unhandled.emit(BugError("unexpected"))
    assert shell.banner_words.startswith("程序出错")


def test_a_hint_does_not_follow_to_another_page(shell: Shell) -> None:
    shell.show_page("todo")
    shell.say("还差 1 项")
    shell.show_page("settings")
    assert shell.banner_words == ""


def test_the_banner_stays_over_the_page_that_follows(shell: Shell) -> None:
    shell.show_page("todo")
    shell.say("已入队", "ok")
    shell.show_page("settings")
    assert shell.banner_words == "已入队"
    assert shell._banner.isVisible()


def test_the_rail_counts_what_waits(qtbot: QtBot, shell: Shell, station: Desk, station_context: Context) -> None:
    shell.show_page("todo")
    work = lambda: intake.new_case(station, Content(2024, Category.VOCATIONAL))  # noqa: E731
    station_context.tasks.command(shell, work)
    qtbot.waitUntil(lambda: shell._rail._buttons["todo"].text() == "待办  1")


_LAST = datetime(2024, 5, 15, 6, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("truth", "tone", "words"),
    [
        (QueueTruth(waiting=3, failure="offline"), "attention", "离线　3 件仅在本机，联网后自动发送"),
        (QueueTruth(failure="server_unreachable"), "attention", "离线　照常受理，联网后自动发送"),
        (QueueTruth(waiting=2, last=_LAST), "attention", "2 件仅在本机，等待发送"),
        (QueueTruth(waiting=2, last=_LAST, running=True), "attention", "2 件正在发送"),
        (QueueTruth(stuck=1, waiting=2, failure="offline"), "wrong", "1 件没有发出去，请到“同步”页处理"),
        (QueueTruth(last=_LAST), "ok", "全部已送达中心"),
        (QueueTruth(), "soft", "还没有同步过"),
    ],
)
def test_the_foot_line_tells_the_truth(truth: QueueTruth, tone: str, words: str) -> None:
    assert queue_words(truth) == (tone, words)


def test_a_refused_device_is_not_called_offline() -> None:
    tone, words = queue_words(QueueTruth(waiting=1, failure="device_revoked"))
    assert tone == "wrong"
    assert "技协" in words


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (datetime(2024, 5, 15, 9, 0, tzinfo=UTC), "上次同步 14:20"),
        (datetime(2024, 5, 15, 16, 30, tzinfo=UTC), "上次同步 昨天 14:20"),  # past midnight in Beijing
        (datetime(2024, 5, 20, 9, 0, tzinfo=UTC), "上次同步 5 月 15 日 14:20"),
    ],
)
def test_the_last_pass_is_told_in_beijing_time(now: datetime, words: str) -> None:
    assert last_words(QueueTruth(last=_LAST), now) == words
