"""修改密码: one's own, a card of 设置."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit

from station_app.errors import StationError
from station_app.services import session
from ui.messages import sentence
from ui.widgets.buttons import PrimaryButton
from ui.widgets.card import Card
from ui.widgets.field_box import FieldBox
from ui.widgets.password_edit import PasswordEdit

if TYPE_CHECKING:
    from ui.context import Context


class PasswordCard(Card):
    """Change one's own password. Signals: ``changed()``."""

    changed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__("修改密码")
        self._context = context
        self._old, self._new, self._again = (
            FieldBox(name, PasswordEdit()) for name in ("current_password", "new_password", "new_password_again")
        )
        self._button = PrimaryButton("改密码", "", "change_password")
        self._button.clicked.connect(self._submit)
        for box, following in ((self._old, self._new), (self._new, self._again)):
            _line_of(box).returnPressed.connect(following.editor.setFocus)
        _line_of(self._again).returnPressed.connect(self._submit)
        for box in (self._old, self._new, self._again):
            self.body.addWidget(box)
        self.body.addWidget(self._button, 0, Qt.AlignmentFlag.AlignLeft)

    def _submit(self) -> None:
        for box in (self._old, self._new, self._again):
            box.set_problem(None if _line_of(box).text() else sentence("missing", field=box.name))
        if any(box.problem for box in (self._old, self._new, self._again)):
            return
        if _line_of(self._new).text() != _line_of(self._again).text():
            self._again.set_problem(sentence("passwords_differ"))
            return
        self._button.setEnabled(False)
        old, new = _line_of(self._old).text(), _line_of(self._new).text()
        work = partial(session.change_password, self._context.desk, old, new)
        self._context.tasks.command(self, work, self._done, self._refused)

    def _done(self, _nothing: None) -> None:
        self._button.setEnabled(True)
        for box in (self._old, self._new, self._again):
            _line_of(box).clear()
        self.changed.emit()

    def _refused(self, error: StationError) -> None:
        self._button.setEnabled(True)
        box = self._new if error.code == "password_too_short" else self._old
        box.set_problem(sentence(error))
        box.editor.setFocus()


def _line_of(box: FieldBox) -> QLineEdit:
    assert isinstance(box.editor, QLineEdit)
    return box.editor
