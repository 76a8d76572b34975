"""忘记密码: a request to the association, and its answer. In between days may pass: the request is kept."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from station_app.errors import StationError
from ui.messages import sentence
from ui.theme import space
from ui.widgets.buttons import KeyButton, LinkButton, PrimaryButton
from ui.widgets.field_box import FieldBox
from ui.widgets.password_edit import PasswordEdit
from ui.widgets.stage import Stage
from ui.widgets.text import Text

_FIRST = "先问站长：站长可以在“设置 → 人员”里给您一个新的初始密码。站长也进不去的，按下面两步找技协。数据不会丢。"


class RecoveryPage(Stage):
    """Signals: ``asked(path)``: write the request there; ``submitted(path, password)``: take the answer that lies
    there; ``cancelled()``.
    """

    asked = Signal(str)
    submitted = Signal(str, str)
    cancelled = Signal()

    def __init__(self, operator: str, least: int, parent: QWidget | None = None) -> None:
        super().__init__("忘记密码", 560, parent)
        self.setObjectName("page.recovery")
        self._operator, self._least = operator, least
        self._ask = KeyButton("① 保存申请文件…", "Alt+S", "ask_recovery")
        self._code = Text("", "text", wrap=True)
        self._pick = KeyButton("② 选技协的答复…", "Alt+D", "pick_answer")
        self._file = Text("还没有选", "note", wrap=True)
        self._answer = ""
        self._new, self._again = PasswordEdit(), PasswordEdit()
        self._new_box = FieldBox("new_password", self._new)
        self._new_box.set_hint(f"至少 {least} 位")
        self._again_box = FieldBox("new_password_again", self._again)
        self._status = Text("", "note", wrap=True)
        self._button = PrimaryButton("设好新密码  Enter", "", "recover")
        self._lay_out()

    def begin(self, code: str = "") -> None:
        """``code``: of a request that was made before and waits for its answer."""
        if code:
            self.saved(code)
        (self._pick if code else self._ask).setFocus()

    def saved(self, code: str, file: str = "") -> None:
        """The request is made: what to do with it."""
        where = f"已存到 {file}。" if file else "申请已经生成过，等技协答复。"
        self._code.say(f"{where}把文件交给技协，并打电话念核对码：\n{code}", "ok")
        self._pick.setFocus()

    def choose(self, file: str) -> None:
        """The answer lies here."""
        self._answer = file
        self._file.setText(Path(file).name)
        self._new.setFocus()

    def refuse(self, error: StationError) -> None:
        """Say why not; what was chosen stays."""
        self._button.setEnabled(True)
        self._status.say(sentence(error), "wrong")

    def _ask_where(self) -> None:
        file, _ = QFileDialog.getSaveFileName(self, "申请文件存到哪里", f"找回密码申请-{self._operator}.json")
        if file:
            self.asked.emit(file)

    def _ask_which(self) -> None:
        file, _ = QFileDialog.getOpenFileName(self, "选技协发来的答复文件")
        if file:
            self.choose(file)

    def _submit(self) -> None:
        self._status.say("")
        short = len(self._new.text()) < self._least
        self._new_box.set_problem(sentence("password_too_short", least=self._least) if short else None)
        differ = not short and self._new.text() != self._again.text()
        self._again_box.set_problem(sentence("passwords_differ") if differ else None)
        if not self._answer:
            self._status.say(sentence("recovery_no_answer"), "wrong")
            self._pick.setFocus()
        elif short or differ:
            (self._new if short else self._again).setFocus()
        else:
            self._button.setEnabled(False)
            self.submitted.emit(self._answer, self._new.text())

    def _lay_out(self) -> None:
        self._ask.clicked.connect(self._ask_where)
        self._pick.clicked.connect(self._ask_which)
        self._button.clicked.connect(self._submit)
        self._new.returnPressed.connect(self._again.setFocus)
        self._again.returnPressed.connect(self._submit)
        back = LinkButton("返回登录", "Esc", "back_to_sign_in")
        back.clicked.connect(self.cancelled)
        answer = QHBoxLayout()
        answer.setSpacing(space(12))
        answer.addWidget(self._pick)
        answer.addWidget(self._file, 1)
        words = QHBoxLayout()
        words.setSpacing(space(16))
        words.addWidget(self._new_box)
        words.addWidget(self._again_box)
        for each in (Text(f"{self._operator}：{_FIRST}", "text", tone="soft", wrap=True), self._ask, self._code):
            self.card.body.addWidget(each)
        self.card.body.addLayout(answer)
        self.card.body.addLayout(words)
        for each in (self._status, self._button, back):
            self.card.body.addWidget(each)
