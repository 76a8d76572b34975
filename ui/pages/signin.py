"""登录: who works now. Painted before anything heavy is imported, so it knows only names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QListWidget, QWidget

from ui.pages.waiting import Waiting
from ui.theme import space
from ui.widgets.buttons import LinkButton, PrimaryButton
from ui.widgets.field_box import FieldBox
from ui.widgets.password_edit import PasswordEdit
from ui.widgets.stage import Stage

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

_SHOWN_ROWS = 4


class _Names(QListWidget):
    """Operators; Enter goes on to the password."""

    def __init__(self, password: QWidget) -> None:
        super().__init__()
        self._password = password

    def keyPressEvent(self, event: QKeyEvent) -> None:
        from PySide6.QtCore import Qt

        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._password.setFocus()
        else:
            super().keyPressEvent(event)


class SignInPage(Stage):
    """The operators, a password, and the wait after wrong ones, counted down.

    Signals: ``submitted(name, password)``; ``forgotten(name)``; ``cancelled()``: back to the locked window, offered
    only over one.
    """

    submitted = Signal(str, str)
    forgotten = Signal(str)
    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("登录", 420, parent)
        self.setObjectName("page.signin")
        self._password = PasswordEdit()
        self._password.returnPressed.connect(self._submit)
        self._names = _Names(self._password)
        self._name_box = FieldBox("operator", self._names, "操作员")
        self._name_box.set_hint("↑ ↓ 选择，回车确定")
        self._password_box = FieldBox("password", self._password, "密码")
        self._button = PrimaryButton("登录  Enter", "", "sign_in")
        self._button.clicked.connect(self._submit)
        self._forgot = LinkButton("忘记密码", "Alt+F", "forgot_password")
        self._forgot.clicked.connect(self._ask_recovery)
        self._back = LinkButton("返回锁定的窗口", "Esc", "back_to_lock")
        self._back.clicked.connect(self.cancelled)
        self._waiting = Waiting(self._password_box, self._button)
        for each in (self._name_box, self._password_box, self._button, self._forgot, self._back):
            self.card.body.addWidget(each)
        self._back.hide()

    def offer(self, names: Sequence[str], *, over_lock: bool = False) -> None:
        """Show these operators; the password line has the focus when there is but one."""
        self._names.clear()
        self._names.addItems(list(names))
        self._names.setCurrentRow(0)
        rows = min(max(len(names), 1), _SHOWN_ROWS)
        self._names.setFixedHeight(rows * self._names.sizeHintForRow(0) + 2 * space(5))
        self._name_box.set_hint("↑ ↓ 选择，回车确定" if len(names) > 1 else "")
        self._back.setVisible(over_lock)
        self._password.clear()
        self._password_box.set_problem(None)
        (self._names if len(names) > 1 else self._password).setFocus()

    def choose(self, name: str) -> None:
        """This operator, ready for the password."""
        for row in range(self._names.count()):
            if self._names.item(row).text() == name:
                self._names.setCurrentRow(row)
        self._password.setFocus()

    def notice(self, words: str) -> None:
        """A quiet line under the card."""
        self.foot.setText(words)

    def busy(self, *, on: bool) -> None:
        """While the password is being tried."""
        self._button.set_words("正在打开…" if on else "登录  Enter")
        self._password.setReadOnly(on)
        self._button.setEnabled(not on and not self._waiting.on)

    def refuse(self, words: str, wait_seconds: int = 0) -> None:
        """Say why not; with ``wait_seconds`` the next try opens only then."""
        self.busy(on=False)
        self._password.clear()
        self._password.setFocus()
        self._waiting.start(words, wait_seconds)

    def _ask_recovery(self) -> None:
        item = self._names.currentItem()
        if item is not None and not self._password.isReadOnly():
            self.forgotten.emit(item.text())

    def _submit(self) -> None:
        item = self._names.currentItem()
        if item is None or self._waiting.on or self._password.isReadOnly():
            return
        if not self._password.text():
            self._password_box.set_problem("请输入密码")
            self._password.setFocus()
            return
        self._password_box.set_problem(None)
        self.busy(on=True)
        self.submitted.emit(item.text(), self._password.take())
