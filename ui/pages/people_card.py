"""人员 in 设置: who may sign in, and for the lead: a new one, a new first password, nobody any more."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from station_app.domain.operator import Act, Operator, Role
from station_app.errors import StationError
from station_app.events import Changed, Kind
from station_app.services import people
from ui.messages import label, sentence
from ui.theme import space
from ui.widgets.buttons import KeyButton, PrimaryButton, SmallButton
from ui.widgets.card import Card
from ui.widgets.choice_row import Choice, ChoiceRow
from ui.widgets.field_box import FieldBox
from ui.widgets.password_edit import PasswordEdit
from ui.widgets.text import Text

if TYPE_CHECKING:
    from ui.context import Context

_MOST_ROWS = 6


class PeopleCard(Card):
    """Everybody reads it; only a lead has the buttons.

    Signals: ``notice(words, tone)``.
    """

    notice = Signal(str, str)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__("人员", parent)
        self._context = context
        self._known: list[Operator] = []
        self._list = QListWidget()
        self._list.setObjectName("people")
        self._list.setAccessibleName("人员")
        self._list.currentRowChanged.connect(self._chosen)
        self._name = FieldBox("operator_name", QLineEdit())
        self._role = FieldBox("role", ChoiceRow([Choice(role, label(f"role.{role}")) for role in Role]))
        self._password = FieldBox("first_password", PasswordEdit())
        self._password.set_hint("当面告诉本人，首次登录时改掉")
        self._asked = QWidget()
        self._doing = ""  # add, or give: what the lines below are for
        self._add = SmallButton("新增", "Alt+N", "add_operator")
        self._give = KeyButton("给初始密码", "Alt+M", "give_password")
        self._disable = KeyButton("停用", "Alt+T", "disable_operator")
        self._ok = PrimaryButton("确定", "", "confirm_operator")
        self._lay_out()
        self._may(context.desk.operator.may(Act.PEOPLE))
        context.bridge.changed.connect(self._on_changed)
        self.read()

    def read(self) -> None:
        self._context.tasks.query(self, partial(people.operators, self._context.desk), self._show, key="people")

    # ---- the list

    def _on_changed(self, changed: Changed) -> None:
        if changed.touches(Kind.OPERATORS):
            self.read()

    def _show(self, known: Sequence[Operator]) -> None:
        chosen = self._chosen_name()
        self._known = sorted(known, key=lambda each: each.disabled)
        self._list.clear()
        for each in self._known:
            self._list.addItem(QListWidgetItem(_words(each, self._context.desk.operator)))
        names = [each.name for each in self._known]
        self._list.setCurrentRow(names.index(chosen) if chosen in names else 0)
        rows = min(max(len(names), 1), _MOST_ROWS)
        self._list.setFixedHeight(rows * self._list.sizeHintForRow(0) + 2 * space(5))

    def _chosen_name(self) -> str:
        row = self._list.currentRow()
        return self._known[row].name if 0 <= row < len(self._known) else ""

    def _chosen(self, row: int) -> None:
        other = 0 <= row < len(self._known) and self._known[row].id != self._context.desk.operator.id
        self._give.setEnabled(other)
        self._disable.setEnabled(other and not self._known[row].disabled)

    # ---- what a lead does

    def _begin(self, doing: str) -> None:
        self._doing = doing
        for box in (self._name, self._role):
            box.setVisible(doing == "add")
        self._password.set_problem(None)
        self._ok.set_words("新增" if doing == "add" else f"给 {self._chosen_name()} 这个密码")
        self._asked.show()
        (self._name if doing == "add" else self._password).editor.setFocus()

    def _submit(self) -> None:
        desk, password = self._context.desk, _line(self._password).text()
        for box in (self._name, self._password):
            empty = box.isVisibleTo(self) and not _line(box).text().strip()
            box.set_problem(sentence("missing", field=box.name) if empty else None)
        if self._name.problem or self._password.problem:
            return
        if self._doing == "add":
            name, role = _line(self._name).text(), Role(str(_row(self._role).value()))
            work: partial[Any] = partial(people.add, desk, name, role, password)
        else:
            work = partial(people.give_password, desk, self._chosen_name(), password)
        self._context.tasks.command(self, work, self._done, self._refused)

    def _shut_out(self) -> None:
        name = self._chosen_name()
        work = partial(people.disable, self._context.desk, name)
        self._context.tasks.command(self, work, lambda _who: self._tell(f"{name} 已停用，不能再登录。"), self._refused)

    def _done(self, operator: Operator) -> None:
        self._asked.hide()
        for box in (self._name, self._password):
            _line(box).clear()
        self._list.setFocus()
        self._tell(f"{operator.name} 可以用初始密码登录，登录后要改成自己的密码。")

    def _tell(self, words: str) -> None:
        self.notice.emit(words, "ok")

    def _refused(self, error: StationError) -> None:
        if not self._asked.isVisibleTo(self):
            self.notice.emit(sentence(error), "wrong")
            return
        box = self._password if error.field == "password" or self._doing == "give" else self._name
        box.set_problem(sentence(error))
        box.editor.setFocus()

    # ---- drawing

    def _lay_out(self) -> None:
        self._add.clicked.connect(lambda: self._begin("add"))
        self._give.clicked.connect(lambda: self._begin("give"))
        self._disable.clicked.connect(self._shut_out)
        self._ok.clicked.connect(self._submit)
        _line(self._name).returnPressed.connect(self._role.editor.setFocus)
        _line(self._password).returnPressed.connect(self._submit)
        _row(self._role).set_value(Role.CLERK)
        self.header.addWidget(self._add)
        acts = QHBoxLayout()
        acts.setSpacing(space(8))
        for button in (self._give, self._disable):
            acts.addWidget(button)
        acts.addStretch(1)
        asked = QVBoxLayout(self._asked)
        asked.setContentsMargins(0, 0, 0, 0)
        for each in (self._name, self._role, self._password, self._ok):
            asked.addWidget(each)
        self._asked.hide()
        self._only_lead = Text("新增和停用由站长办理。", "note")
        self.body.addWidget(self._list)
        self.body.addLayout(acts)
        self.body.addWidget(self._only_lead)
        self.body.addWidget(self._asked)

    def _may(self, people_too: bool) -> None:
        for button in (self._add, self._give, self._disable):
            button.setVisible(people_too)
        self._only_lead.setVisible(not people_too)


def _words(operator: Operator, me: Operator) -> str:
    notes = [label(f"role.{operator.role}")]
    if operator.id == me.id:
        notes.append("本人")
    if operator.disabled:
        notes.append("已停用")
    elif operator.first_password:
        notes.append("还没改初始密码")
    return f"{operator.name}　{' · '.join(notes)}"


def _line(box: FieldBox) -> QLineEdit:
    assert isinstance(box.editor, QLineEdit)
    return box.editor


def _row(box: FieldBox) -> ChoiceRow:
    assert isinstance(box.editor, ChoiceRow)
    return box.editor
