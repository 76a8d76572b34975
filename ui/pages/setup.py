"""首次设置: the station's enrolment and its first operator. What was typed stays whatever goes wrong."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QLineEdit, QProgressBar, QWidget

from station_app.errors import EnvironmentFault, StationError
from ui.messages import sentence
from ui.theme import px, space
from ui.widgets.buttons import PrimaryButton, SmallButton
from ui.widgets.code_edit import CodeEdit
from ui.widgets.field_box import FieldBox
from ui.widgets.password_edit import PasswordEdit
from ui.widgets.stage import Stage
from ui.widgets.text import Text

_WHOLE, _HALF = 2, 1
_LINE = 20  # units of a line of a note


@dataclass(frozen=True, repr=False)
class SetupForm:
    """What was typed. ``operator_name`` and ``password`` are empty where the home is made already.

    ``server_url``: an address, or the path of the package that a station without network is set up from.
    """

    server_url: str
    code: str
    operator_name: str = ""
    password: str = ""


class SetupPage(Stage):
    """Signals: ``submitted(SetupForm)``: everything that can be checked here is right."""

    submitted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("首次设置", 620, parent)
        self.setObjectName("page.setup")
        self._lead = Text("", "text", tone="soft", wrap=True)
        self._url = FieldBox("server_url", QLineEdit(placeholderText="https://"))  # type: ignore[call-overload]
        self._pick = SmallButton("不联网：选登记包…", "Alt+K", "pick_package")
        self._pick.clicked.connect(self._ask_package)
        self._code = FieldBox("code", CodeEdit())
        self._operator = FieldBox("operator_name", QLineEdit())
        self._password = FieldBox("password", PasswordEdit())
        self._again = FieldBox("password_again", PasswordEdit())
        self._button = PrimaryButton("开始使用", "Ctrl+Enter", "set_up")
        self._button.clicked.connect(self.submit)
        self._status = Text("", "note", wrap=True)
        self._progress = QProgressBar()
        self._progress.setRange(0, 0)
        self._progress.setTextVisible(False)
        self._boxes = {box.name: box for box in (self._url, self._code, self._operator, self._password, self._again)}
        self._smallest = 0
        self._lay_out()
        self._chain()
        self._resting()
        self.resume(on=False)

    def resume(self, *, on: bool) -> None:
        """``on``: the home and its operator are there, only the enrolment is missing."""
        for box in (self._operator, self._password, self._again):
            box.setVisible(not on)
        self._lead.setText(
            "这台电脑的数据已经建好，还没有登记到中心。填好下面两项就可以使用。"
            if on
            else "登记码和服务器地址（不联网的站：登记包）由区总工会或技协发给服务站。"
        )

    def require(self, smallest_password: int, notice: str = "") -> None:
        """The password's least length on this PC, and why."""
        self._smallest = smallest_password
        self._password.set_hint(f"至少 {smallest_password} 位，字母、数字、汉字都可以")
        self.foot.setText(notice)

    def begin(self) -> None:
        """Focus where the typing begins."""
        for box in self._boxes.values():
            if box.isVisibleTo(self) and not _text(box):
                box.editor.setFocus()
                return

    def busy(self, words: str) -> None:
        """A step is under way; the form stands still."""
        self._status.say(words, "soft")
        self._progress.setRange(0, 0)
        for box in self._boxes.values():
            box.editor.setEnabled(False)
        for button in (self._button, self._pick):
            button.setEnabled(False)

    def refuse(self, error: StationError) -> None:
        """Say what is wrong, beside its field where it has one; everything typed stays."""
        self._resting()
        box = self._boxes.get(error.field or "")
        if box is None or not box.isVisibleTo(self):
            kept = "填好的内容都还在。" if isinstance(error, EnvironmentFault) else ""
            self._status.say(f"{sentence(error)}{kept}", "wrong")
            self._button.set_words("再试一次")
            self._button.setFocus()
            return
        box.set_problem(sentence(error))
        box.editor.setFocus()

    def submit(self) -> None:
        """Check what can be checked without anybody's help, then hand the form over."""
        self._status.say("")
        wrong = [box for box in self._boxes.values() if box.isVisibleTo(self) and self._check(box)]
        if wrong:
            wrong[0].editor.setFocus()
            return
        self.submitted.emit(
            SetupForm(_url_of(_text(self._url)), _text(self._code), _text(self._operator), _typed(self._password))
        )

    def take_package(self, file: str) -> None:
        """A file in the place of the address."""
        _line(self._url).setText(file)
        self._url.set_problem(None)
        self._code.editor.setFocus()

    def _ask_package(self) -> None:
        file, _ = QFileDialog.getOpenFileName(self, "选技协给的登记包")
        if file:
            self.take_package(file)

    def _check(self, box: FieldBox) -> str:
        """Set and return the problem of one box."""
        problem = ""
        if not _typed(box):
            problem = sentence("password_again" if box is self._again else "missing", field=box.name)
        elif box is self._password and len(_typed(box)) < self._smallest:
            problem = sentence("password_too_short", field=box.name, least=self._smallest)
        elif box is self._again and _typed(box) != _typed(self._password):
            problem = sentence("passwords_differ")
        box.set_problem(problem)
        return problem

    def _resting(self) -> None:
        self._progress.setRange(0, 1)
        for box in self._boxes.values():
            box.editor.setEnabled(True)
        for button in (self._button, self._pick):
            button.setEnabled(True)

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(space(16))
        grid.setVerticalSpacing(space(2))
        grid.addWidget(self._url, 0, 0, 1, _WHOLE)
        grid.addWidget(self._code, 1, 0, 1, _WHOLE)
        grid.addWidget(self._operator, 2, 0, 1, _WHOLE)
        grid.addWidget(self._password, 3, 0, 1, _HALF)
        grid.addWidget(self._again, 3, 1, 1, _HALF)
        head = QHBoxLayout()
        head.addWidget(self._lead, 1)
        head.addWidget(self._pick, 0, Qt.AlignmentFlag.AlignTop)
        self.card.body.addLayout(head)
        self.card.body.addSpacing(space(8))
        self.card.body.addLayout(grid)
        self.card.body.addWidget(self._progress)
        self.card.body.addWidget(self._status)
        self.card.body.addWidget(self._button)
        self._status.setMinimumHeight(px(2 * _LINE))

    def _chain(self) -> None:
        """Enter goes on to the next field and, from the last, to the button's action."""
        boxes = list(self._boxes.values())
        for box in boxes:
            _line(box).textEdited.connect(lambda _text, box=box: box.set_problem(None))
        for box, following in pairwise(boxes):
            _line(box).returnPressed.connect(lambda here=box, there=following: self._go_on(here, there))
        _line(boxes[-1]).returnPressed.connect(self.submit)

    def _go_on(self, here: FieldBox, there: FieldBox) -> None:
        if self._check(here):
            return
        if there.isVisibleTo(self):
            there.editor.setFocus()
        else:
            self.submit()


def _line(box: FieldBox) -> QLineEdit:
    assert isinstance(box.editor, QLineEdit)
    return box.editor


def _typed(box: FieldBox) -> str:
    return _line(box).text()


def _text(box: FieldBox) -> str:
    return _typed(box).strip()


def _url_of(typed: str) -> str:
    """An address without a scheme is meant with https; a package's path stays."""
    return typed if "://" in typed or Path(typed).is_file() else f"https://{typed}"
