"""备份 in 设置: where the automatic backups go, when the last one was, and one now."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QWidget

from station_app.events import Changed, Kind
from station_app.services import backup
from station_app.services.doctor import OLDEST_BACKUP
from ui.messages import sentence
from ui.models.times import moment_words
from ui.theme import space
from ui.widgets.buttons import SmallButton
from ui.widgets.card import Card
from ui.widgets.text import ElidedText, Text

if TYPE_CHECKING:
    from station_app.services.backup import BackupState
    from ui.context import Context
    from ui.widgets.field_box import FieldBox
    from ui.widgets.text import Tone


class BackupCard(Card):
    """``box``: the field of the setting ``backup_folder``; the page saves it.

    Signals: ``asked()``: the clerk wants a backup now; ``chosen(str)``: a folder was picked.
    """

    asked = Signal()
    chosen = Signal(str)

    def __init__(self, context: Context, box: FieldBox, parent: QWidget | None = None) -> None:
        super().__init__("自动备份", parent)
        self._context = context
        self._line = box.editor
        now = SmallButton("现在备份", "Alt+B", "back_up_now")
        now.clicked.connect(self._ask)
        self.header.addWidget(now)
        pick = SmallButton("选文件夹…", "Alt+X", "pick_backup_folder")
        pick.clicked.connect(self._pick)
        row = QHBoxLayout()
        row.setSpacing(space(12))
        row.addWidget(box, 1)
        row.addWidget(pick)
        self._last = Text("", "note", wrap=True)
        self._place = ElidedText("", "note")
        self.body.addLayout(row)
        self.body.addWidget(self._place)
        self.body.addWidget(self._last)
        context.bridge.changed.connect(self._on_changed)
        self.read()

    def read(self) -> None:
        """Look at the folder, which may lie on a share that does not answer."""
        work = partial(backup.state_of, self._context.desk)
        self._context.tasks.look(self, work, self._show, lambda error: self._say(sentence(error), "wrong"), key="state")

    def _show(self, state: BackupState) -> None:
        self._place.setText(f"备份在 {state.folder}")
        self._say(*state_words(state, self._context.desk.clock()))

    def _say(self, words: str, tone: Tone) -> None:
        self._last.setText(words)
        self._last.set_tone(tone)

    def _on_changed(self, changed: Changed) -> None:
        if changed.touches(Kind.BACKUP, Kind.SETTINGS):
            self.read()

    def _ask(self) -> None:
        self._say("正在备份…", "soft")
        self.asked.emit()

    def _pick(self) -> None:
        start = self._line.text() if isinstance(self._line, QLineEdit) else ""
        folder = QFileDialog.getExistingDirectory(self, "自动备份放在哪个文件夹", start)
        if folder:
            self.chosen.emit(folder)


def state_words(state: BackupState, now: datetime) -> tuple[str, Tone]:
    """How things stand, and what to do where they do not stand well."""
    if not state.there and state.chosen:
        return sentence("backup_folder_missing"), "wrong"
    if state.taken is None:
        return "还没有备份。登录后不久会自动备份，也可以按 Alt+B 现在备份。", "attention"
    when = f"最近一次备份：{moment_words(state.taken, now)}"
    if state.age > OLDEST_BACKUP:
        return f"{when}。{sentence('doctor_backup')}", "wrong"
    return f"{when}，有改动时每隔几分钟自动备份。", "ok"
