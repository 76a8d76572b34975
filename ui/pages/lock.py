"""锁定: hides the work, asks for the password, keeps everything alive behind it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui.pages.waiting import Waiting
from ui.widgets.buttons import KeyButton, PrimaryButton
from ui.widgets.field_box import FieldBox
from ui.widgets.password_edit import PasswordEdit
from ui.widgets.stage import Stage
from ui.widgets.text import Text


class LockPage(Stage):
    """The password of who locked, or 换人.

    Signals: ``submitted(password)``, ``other()``: another operator wants to sign in.
    """

    submitted = Signal(str)
    other = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("已锁定", 420, parent)
        self.setObjectName("page.lock")
        self._who = Text("", "text", tone="soft")
        self._password = PasswordEdit()
        self._password.returnPressed.connect(self._submit)
        self._box = FieldBox("password", self._password)
        self._button = PrimaryButton("解锁  Enter", "", "unlock")
        self._button.clicked.connect(self._submit)
        self._other = KeyButton("换人", "Alt+H", "switch_operator")
        self._other.clicked.connect(self.other)
        self._waiting = Waiting(self._box, self._button)
        row = QHBoxLayout()
        row.addWidget(self._other)
        row.addWidget(self._button, 1)
        for each in (self._who, self._box):
            self.card.body.addWidget(each)
        self.card.body.addLayout(row)
        self.foot.setText("没填完的申报已经保存，解锁后接着填。数据仍在后台自动发送。")

    def show_for(self, operator: str) -> None:
        """Lock for this operator; nothing typed before stays in the line."""
        self._who.setText(f"{operator}，请输入密码继续")
        self._password.clear()
        self._box.set_problem(None)
        self._password.setFocus()

    def refuse(self, words: str, wait_seconds: int = 0) -> None:
        """Say why not; with ``wait_seconds`` the next try opens only then."""
        self._password.setReadOnly(False)
        self._password.clear()
        self._password.setFocus()
        self._waiting.start(words, wait_seconds)

    def _submit(self) -> None:
        if self._waiting.on or self._password.isReadOnly() or not self._password.text():
            return
        self._box.set_problem(None)
        self._password.setReadOnly(True)
        self.submitted.emit(self._password.take())
