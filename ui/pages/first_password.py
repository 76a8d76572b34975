"""初始密码: who signs in with a password that a lead chose takes one of their own."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from station_app.errors import StationError
from ui.messages import sentence
from ui.widgets.buttons import LinkButton, PrimaryButton
from ui.widgets.field_box import FieldBox
from ui.widgets.password_edit import PasswordEdit
from ui.widgets.stage import Stage
from ui.widgets.text import Text


class FirstPasswordPage(Stage):
    """Signals: ``submitted(new_password)``; ``cancelled()``: not now."""

    submitted = Signal(str)
    cancelled = Signal()

    def __init__(self, operator: str, least: int, parent: QWidget | None = None) -> None:
        super().__init__("改成自己的密码", 420, parent)
        self.setObjectName("page.first_password")
        self._least = least
        self._new, self._again = PasswordEdit(), PasswordEdit()
        self._new_box = FieldBox("new_password", self._new)
        self._new_box.set_hint(f"至少 {least} 位，字母、数字、汉字都可以")
        self._again_box = FieldBox("new_password_again", self._again)
        self._button = PrimaryButton("改好并登录  Enter", "", "choose_password")
        self._button.clicked.connect(self._submit)
        back = LinkButton("返回登录", "Esc", "back_to_sign_in")
        back.clicked.connect(self.cancelled)
        self._new.returnPressed.connect(self._again.setFocus)
        self._again.returnPressed.connect(self._submit)
        words = f"{operator}，您用的是站长给的初始密码。改成只有自己知道的密码后就可以开始。"
        who = Text(words, "text", tone="soft", wrap=True)
        for each in (who, self._new_box, self._again_box, self._button, back):
            self.card.body.addWidget(each)

    def begin(self) -> None:
        self._new.setFocus()

    def refuse(self, error: StationError) -> None:
        """Say why not; both lines are typed again."""
        self._button.setEnabled(True)
        self._new.clear()
        self._again.clear()
        self._new_box.set_problem(sentence(error))
        self._new.setFocus()

    def _submit(self) -> None:
        short = len(self._new.text()) < self._least
        self._new_box.set_problem(sentence("password_too_short", least=self._least) if short else None)
        differ = not short and self._new.text() != self._again.text()
        self._again_box.set_problem(sentence("passwords_differ") if differ else None)
        if short or differ:
            (self._new if short else self._again).setFocus()
            return
        self._button.setEnabled(False)
        self.submitted.emit(self._new.text())
