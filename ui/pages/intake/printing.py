"""打印: to the printer or into a PDF file. What is printed is what the store holds."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from station_app.errors import EnvironmentFault
from station_app.events import Changed
from station_app.papers import Paper
from station_app.services import papers, signed_papers
from station_app.services.desk import Written
from ui.messages import sentence
from ui.paper.draw import Printed, lacking_words, print_sheet, write_pdf
from ui.paper.targets import checked_target, usual_folder
from ui.widgets.buttons import KeyButton, PrimaryButton
from ui.widgets.choice_row import Choice, ChoiceRow
from ui.widgets.field_box import FieldBox
from ui.widgets.overlay import Overlay
from ui.widgets.text import Text

if TYPE_CHECKING:
    from station_app.errors import StationError
    from station_app.papers.sheet import Sheet
    from ui.context import Context
    from ui.pages.intake.draft import Draft
    from ui.pages.intake.table import CaseTable

_NAMES = {Paper.FORM: "申请表", Paper.SHEET: "确认单（告知、同意）", Paper.RECEIPT: "受理回执"}
_PRIVATE = "含本人身份证号和卡号，请当面交给本人。"
_SAID = {
    Paper.FORM: f"{_PRIVATE}个人信息告知和本人同意印在确认单上，请另打一张。",
    Paper.SHEET: f"附个人信息告知，请本人看过后签字。{_PRIVATE}",
    Paper.RECEIPT: "证件号只印头尾，交给本人带走。",
}


class PrintChoice(Overlay):
    """F8. Up and Down choose the paper, Enter writes the PDF, Alt+P goes to the printer.

    Signals: ``said(words, tone)``, for the banner, ``failed(StationError)``.
    """

    said = Signal(str, str)
    failed = Signal(object)

    def __init__(self, host: QWidget, context: Context) -> None:
        super().__init__(host, "打印", 640)
        self.setObjectName("print_choice")
        self._context = context
        self._sheet: Sheet | None = None
        self._reference = ""
        self._folder: Path | None = None  # not known before the disk has answered
        self._busy = False
        self._what = Text("", "text", tone="soft", wrap=True)
        self._papers = ChoiceRow()
        self._papers.edited.connect(self._prepare)
        self._which = FieldBox("paper", self._papers, "打印哪一张  ↑ ↓")
        self._path = QLineEdit()
        self._box = FieldBox("pdf_path", self._path, "存为 PDF 文件")
        self._save = PrimaryButton("存为 PDF  Enter", "", "save_pdf")
        self._save.clicked.connect(self._write)
        self._printer = KeyButton("打印机  Alt+P", "", "printer")
        self._printer.clicked.connect(self._print)
        buttons = QHBoxLayout()
        buttons.addWidget(self._printer, 1)
        buttons.addWidget(self._save, 1)
        self.closed.connect(partial(context.tasks.forget, self, "target"))
        self.card.body.addWidget(self._which)
        self.card.body.addWidget(self._what)
        self.card.body.addWidget(self._box)
        self.card.body.addLayout(buttons)

    def ask_about(self, table: CaseTable) -> None:
        """For the case on the table, once what stands in the form is written."""
        if table.draft.begun:
            table.after_saves(partial(self._ask_now, table, table.draft))
        else:
            self.said.emit("先录入，再打印", "attention")

    def _ask_now(self, table: CaseTable, draft: Draft) -> None:
        if draft is table.draft and draft.reference:
            self.ask(draft.reference, "打印" if draft.editable else "打印回执")

    def ask(self, reference: str, title: str) -> None:
        """Which papers there are, and the one that fits; made in the background from what the store holds."""
        self._sheet, self._reference = None, reference
        self.card.set_title(title)
        self._what.setText("正在准备…")
        self._which.setVisible(False)
        self._busy = False
        self._box.set_problem(None)
        self._box.set_hint("")
        self._path.setText("")
        self.open_over(self._path)
        self._context.tasks.look(self, usual_folder, self._propose_in, key="folder")
        work = partial(papers.offered, self._context.desk, reference)
        self._context.tasks.query(self, work, self._offer, self._refuse, key="papers")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._write()
            event.accept()
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down) and not event.modifiers():
            self._papers.step(1 if event.key() == Qt.Key.Key_Down else -1)
            event.accept()
        elif event.key() == Qt.Key.Key_P and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self._print()
            event.accept()
        else:
            super().keyPressEvent(event)

    def _offer(self, offered: tuple[Paper, ...]) -> None:
        self._papers.set_choices([Choice(each, _NAMES[each]) for each in offered])
        self._papers.set_value(offered[0])
        self._which.setVisible(len(offered) > 1)
        self._place()
        self._prepare(offered[0])

    def _prepare(self, which: object) -> None:
        """Make this paper; nothing can be printed until it is there."""
        self._sheet = None
        self._what.setText("正在准备…")
        work = partial(papers.sheet, self._context.desk, self._reference, Paper(str(which)))
        self._context.tasks.query(self, work, self._ready, self._refuse, key="sheet")

    def _propose_in(self, folder: Path) -> None:
        self._folder = folder
        self._propose()

    def _propose(self) -> None:
        """A file's name, as long as the clerk has not typed one."""
        if self._folder is not None and self._sheet is not None and not self._path.isModified():
            self._path.setText(str(self._folder / f"{self._sheet.name}.pdf"))
            self._path.setCursorPosition(len(self._path.text()))

    def _ready(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._propose()
        self._what.setText(f"{sheet.name}。{_SAID[Paper(str(self._papers.value()))]}")
        self._place()

    def _refuse(self, error: object) -> None:
        self.dismiss()
        self.failed.emit(error)

    def _write(self) -> None:
        if self._sheet is None or self._busy:
            return
        self._busy = True
        self._box.set_problem(None)
        self._box.set_hint("正在存…")
        work = partial(checked_target, self._path.text())
        self._context.tasks.look(self, work, partial(self._write_to, self._sheet), self._not_written, key="target")

    def _write_to(self, sheet: Sheet, path: Path) -> None:
        work = partial(_write, sheet, path)
        done = partial(self._end, sheet, f"已存为 {path.name}")
        self._context.tasks.command(self, work, done, self._not_written, long=True)

    def _not_written(self, error: StationError) -> None:
        self._busy = False
        self._box.set_hint("")
        self._box.set_problem(sentence(error))

    def _print(self) -> None:
        if self._sheet is None or self._busy:
            return
        self._busy = True  # one dialog at a time
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        dialog = QPrintDialog(printer, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(partial(self._send, self._sheet, printer))
        dialog.rejected.connect(self._not_sent)
        dialog.show()

    def _not_sent(self) -> None:
        self._busy = False

    def _send(self, sheet: Sheet, printer: QPrinter) -> None:
        """The paper that was asked for: another may be chosen while the system's dialog is open."""
        self._busy = False
        try:
            printed = print_sheet(sheet, printer)
        except EnvironmentFault as error:
            self._box.set_problem(sentence(error))
            return
        self._end(sheet, "已送往打印机", printed)

    def _end(self, sheet: Sheet, words: str, printed: Printed) -> None:
        work = partial(signed_papers.note_printed, self._context.desk, sheet)
        self._context.tasks.command(self, work, failed=self.failed.emit)
        self.dismiss()
        lacking = lacking_words(printed)
        self.said.emit(f"{words}，共 {printed.pages} 页" + (f"；{lacking}" if lacking else ""), "ok")


def _write(sheet: Sheet, path: Path) -> Written[Printed]:
    """Beside the window: the disk may be slow."""
    return Written(write_pdf(sheet, path), Changed())
