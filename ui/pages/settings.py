"""设置: what a station can choose, the password, and whether everything a clerk needs is in order."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QApplication, QGridLayout, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from station_app import config
from station_app.config import BY_KEY
from station_app.errors import StationError
from station_app.events import Changed, Kind
from station_app.services import doctor, settings, setup
from ui.messages import label, sentence
from ui.pages.backup_card import BackupCard
from ui.pages.devices_card import DevicesCard
from ui.pages.password_card import PasswordCard
from ui.pages.people_card import PeopleCard
from ui.pages.retention_card import RetentionCard
from ui.pages.support_card import OpenHome, SupportCard
from ui.pages.ways_in_card import WaysInCard
from ui.theme import space
from ui.widgets.buttons import KeyButton, SmallButton
from ui.widgets.card import Bar, Card
from ui.widgets.choice_row import Choice, ChoiceRow
from ui.widgets.field_box import FieldBox
from ui.widgets.page import Page
from ui.widgets.text import ElidedText, Text, Tone

if TYPE_CHECKING:
    from station_app.services.desk import Desk
    from station_app.services.doctor import Check
    from station_app.services.settings import Value
    from ui.context import Context

_SAVE_AFTER_MS = 800


class SettingsPage(Page):
    """Every choice counts at once; what is typed counts when the field is left, or after a short pause.

    Signals: ``sign_out_asked()``, ``backup_asked()``.
    """

    sign_out_asked = Signal()
    backup_asked = Signal()
    name = "settings"

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._first = "text_size"
        self._boxes: dict[str, FieldBox] = {}
        self._checks = QVBoxLayout()
        self._station = ElidedText()
        self._folder = ElidedText(f"数据文件夹 {context.desk.home}", "note")
        self._password = PasswordCard(context)
        self._password.changed.connect(lambda: self.say("密码已经改好，下次登录请用新密码。", "ok"))
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_SAVE_AFTER_MS)
        self._pause.timeout.connect(self.leave)
        self._lay_out()
        context.bridge.changed.connect(self._on_changed)
        self._read()
        self._check()
        context.tasks.query(self, partial(setup.identity, context.desk), self._show_identity)

    # ---- the page

    def arrive(self) -> None:
        self._boxes[self._first].editor.setFocus()
        self._first = "text_size"

    def leave(self) -> None:
        """Save what was typed and not saved yet."""
        self._pause.stop()
        for key, box in self._boxes.items():
            if isinstance(box.editor, QLineEdit) and box.editor.isModified():
                box.editor.setModified(False)
                self._choose(key, box.editor.text())

    def keep(self) -> object:
        focus = QApplication.focusWidget()
        return focus.objectName() if focus is not None and self.isAncestorOf(focus) else ""

    def restore(self, kept: object) -> None:
        self._first = str(kept) if str(kept) in self._boxes else "text_size"

    # ---- values

    def _on_changed(self, changed: Changed) -> None:
        if changed.touches(Kind.SETTINGS):
            self._read()

    def _read(self) -> None:
        desk = self.context.desk
        self.context.tasks.query(self, lambda: settings.read_all(desk), self._show, key="settings")

    def _show(self, values: dict[str, Value]) -> None:
        for key, value in values.items():
            if key in self._devices:
                continue  # their card knows more than their values
            editor = self._boxes[key].editor
            if isinstance(editor, ChoiceRow):
                editor.set_value(value)
            elif isinstance(editor, QLineEdit) and not editor.isModified() and editor.text() != str(value):
                editor.setText(str(value))

    def _choose(self, key: str, value: object) -> None:
        """Write one setting; a value that cannot be is refused beside its field."""
        box = self._boxes[key]
        try:
            typed = typed_value(key, value)
        except StationError as error:
            box.set_problem(sentence(error))
            return
        box.set_problem(None)
        work = partial(settings.change, self.context.desk, key, typed)
        self.context.tasks.command(self, work, None, lambda error: box.set_problem(sentence(error)))

    # ---- the self-check

    def _check(self) -> None:
        self._show_lines([("soft", "正在检查…")])
        self.context.tasks.query(self, partial(_checked, self.context.desk), self._show_checks, key="checks")

    def _show_checks(self, found: tuple[Check, ...]) -> None:
        self._show_lines(check_lines(found))

    def _show_lines(self, lines: Sequence[tuple[Tone, str]]) -> None:
        while self._checks.count():
            self._checks.takeAt(0).widget().deleteLater()
        for tone, words in lines:
            self._checks.addWidget(Text(words, "note", tone=tone, wrap=True))

    # ---- drawing

    def _lay_out(self) -> None:
        left, right = QVBoxLayout(), QVBoxLayout()
        for column in (left, right):
            column.setSpacing(space(12))
        left.addWidget(self._look_card())
        left.addWidget(self._work_card())
        left.addWidget(self._ways_in_card())
        left.addWidget(self._devices_card())
        left.addWidget(self._backup_card())
        left.addWidget(RetentionCard(self.context, self._box("keep_scans_days", self._line("keep_scans_days"))))
        left.addWidget(self._about_card())
        left.addStretch(1)
        right.addWidget(self._people_card())
        right.addWidget(self._password)
        right.addWidget(self._check_card())
        right.addWidget(SupportCard(OpenHome(self.context.desk), self.context.tasks))
        right.addStretch(1)
        columns = QHBoxLayout()
        columns.setContentsMargins(space(16), space(16), space(16), space(16))
        columns.setSpacing(space(12))
        columns.addLayout(left, 3)
        columns.addLayout(right, 2)
        inside = QWidget()
        inside.setProperty("role", "scrolled")
        inside.setLayout(columns)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inside)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._head())
        whole.addWidget(scroll, 1)

    def _head(self) -> Bar:
        bar = Bar("bottom")
        bar.row.addWidget(Text("设置", "title"))
        bar.row.addWidget(Text("改了就生效，不用保存", "note"))
        bar.row.addStretch(1)
        out = KeyButton("退出登录", "Alt+Q", "sign_out")
        out.clicked.connect(self.sign_out_asked)
        bar.row.addWidget(out)
        return bar

    def _look_card(self) -> Card:
        card = Card("显示")
        row = QHBoxLayout()
        row.setSpacing(space(24))
        for key in ("text_size", "theme"):
            row.addWidget(self._box(key, self._choices(key)))
        row.addStretch(1)
        card.body.addLayout(row)
        return card

    def _work_card(self) -> Card:
        card = Card("受理与同步")
        grid = QGridLayout()
        grid.setHorizontalSpacing(space(12))
        grid.addWidget(self._box("default_plan", self._plans()), 0, 0, 1, 2)
        grid.addWidget(self._box("idle_lock_minutes", self._line("idle_lock_minutes")), 1, 0)
        grid.addWidget(self._box("sync_every_seconds", self._line("sync_every_seconds")), 1, 1)
        grid.addWidget(self._box("scans_when", self._choices("scans_when")), 2, 0, 1, 2)
        grid.addWidget(self._box("night_from", self._line("night_from")), 3, 0)
        grid.addWidget(self._box("night_to", self._line("night_to")), 3, 1)
        grid.addWidget(self._box("proxy", self._line("proxy")), 4, 0, 1, 2)
        grid.addWidget(self._box("reading_enabled", self._choices("reading_enabled")), 5, 0, 1, 2)
        card.body.addLayout(grid)
        return card

    def _ways_in_card(self) -> WaysInCard:
        lines = {key: self._line(key) for key in ("camera", "watched_folder")}
        keys = ("camera", "camera_turns", "watched_folder", "watched_filing", "watched_after")
        card = WaysInCard([self._box(key, lines.get(key) or self._choices(key)) for key in keys])
        card.chosen.connect(lambda folder: self._choose("watched_folder", folder))
        return card

    def _backup_card(self) -> BackupCard:
        card = BackupCard(self.context, self._box("backup_folder", self._line("backup_folder")))
        card.asked.connect(self.backup_asked)
        card.chosen.connect(lambda folder: self._choose("backup_folder", folder))
        return card

    def _devices_card(self) -> DevicesCard:
        card = DevicesCard(self.context)
        self._boxes |= card.boxes
        self._devices = frozenset(card.boxes)
        card.chose.connect(self._choose)
        return card

    def _people_card(self) -> PeopleCard:
        card = PeopleCard(self.context)
        card.notice.connect(self.say)
        return card

    def _about_card(self) -> Card:
        card = Card("关于")
        card.header.addWidget(Text(f"程序版本 {version('zhutui-station')}", "note"))
        for line in (self._station, self._folder):
            card.body.addWidget(line)
        return card

    def _show_identity(self, known: dict[str, str]) -> None:
        self._station.setText(f"{known['station_name']}（{known['station_no']}）")

    def _check_card(self) -> Card:
        card = Card("自检")
        again = SmallButton("再查一次", "Alt+J", "check_again")
        again.clicked.connect(self._check)
        card.header.addWidget(again)
        self._checks.setSpacing(space(4))
        card.body.addLayout(self._checks)
        return card

    def _box(self, key: str, editor: QWidget) -> FieldBox:
        box = FieldBox(key, editor)
        setting = BY_KEY[key]
        if setting.low is not None:
            box.set_hint(f"{setting.low} 到 {setting.high}")
        elif key not in settings.LOOK:
            box.set_hint(setting.description)
        if key not in settings.LOOK and not self.context.desk.operator.may(settings.act_for(key)):
            editor.setEnabled(False)
            box.set_hint("由站长设置")
        self._boxes[key] = box
        return box

    def _choices(self, key: str) -> ChoiceRow:
        row = ChoiceRow([Choice(value, label(f"{key}.{value}")) for value in BY_KEY[key].choices])
        row.edited.connect(lambda value: self._choose(key, value))
        return row

    def _plans(self) -> ChoiceRow:
        row = ChoiceRow([Choice(year, f"{year} 年方案") for year in self.context.desk.plans.years])
        row.edited.connect(lambda value: self._choose("default_plan", value))
        return row

    def _line(self, key: str) -> QLineEdit:
        line = QLineEdit()
        setting = BY_KEY[key]
        if isinstance(setting.default, int):
            line.setValidator(QIntValidator(0, 10 * (setting.high or 1), line))
        line.textEdited.connect(lambda _text: self._pause.start())
        line.editingFinished.connect(self.leave)
        return line


def typed_value(key: str, value: object) -> Value:
    """What stands in an editor as the setting's type. Raises UserError ``setting_invalid``."""
    setting = config.BY_KEY[key]
    if isinstance(value, str) and isinstance(setting.default, int):
        value = int(value) if value.isascii() and value.isdigit() else -1
    if isinstance(value, str):
        value = value.strip()
    settings.check(key, value)  # type: ignore[arg-type]
    return value  # type: ignore[return-value]


def check_lines(checks: Sequence[Check]) -> list[tuple[Tone, str]]:
    """What is not in order first, with what to do; then in one line what is."""
    bad = [each for each in checks if not each.ok]
    lines: list[tuple[Tone, str]] = [
        ("wrong", f"✕ {sentence(each.code, **each.params)}")
        if each.needed
        else ("attention", f"！ {sentence(each.code, **each.params)}")
        for each in sorted(bad, key=lambda each: not each.needed)
    ]
    good = "、".join(label(each.code) for each in checks if each.ok)
    return [*lines, ("ok", f"✓ {good}")] if good else lines


def _checked(desk: Desk) -> tuple[Check, ...]:
    return (*doctor.check_machine(desk.home), *doctor.check_desk(desk))
