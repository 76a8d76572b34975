"""待办 → 归档: a stack of signed papers and other pages goes in; what was filed by itself, and what waits and why."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from station_app.domain.application import ScanKind
from station_app.domain.operator import Act
from station_app.events import Changed, Kind
from station_app.papers.reader import Reader
from station_app.services import tray
from station_app.services.page_work import to_the_end
from station_app.services.sorting import Outcome
from station_app.services.tray import TrayRow
from ui.messages import label, sentence
from ui.models.tray_lines import added_words, filed_words, headline, kind_word, read_view, reason_words, tray_entries
from ui.pages.handful import Handful
from ui.pages.intake.files import FileChooser
from ui.pages.intake.pictures import LONGEST_SHOWN, shrunk
from ui.pages.lists.case_pane import Confirm
from ui.pages.lists.choose_case import ChooseCase
from ui.pages.lists.line_list import LineList
from ui.pages.stack_scan import StackScan
from ui.theme import px, space
from ui.widgets.buttons import KeyButton, PrimaryButton
from ui.widgets.card import Bar, Card
from ui.widgets.empty import EmptyState
from ui.widgets.picture_view import PictureView
from ui.widgets.scan_viewer import ScanViewer
from ui.widgets.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from station_app.errors import StationError
    from station_app.services.tray import Added
    from ui.context import Context
    from ui.models.lines import Line
    from ui.models.tray_lines import TrayView
    from ui.running_scan import RunningScan

_EMPTY = "没有待归档的页"
_BEGIN = "把签好字的表连同证件一叠放进扫描仪，按 F12；扫成文件的按 F6。各页归到各自的申报，认不准的在这里等您看。"
_KINDS = (Kind.TRAY, Kind.READINGS, Kind.APPLICATIONS)
_DISCARD = "确定丢弃这一页？丢弃后不能找回，操作会留下记录。"
_DISCARD_BLANKS = "确定丢弃全部 {count} 张空白页？操作会留下记录。"


class TrayPane(QWidget):
    """Keys: F12 scans a stack, F6 puts files in, Enter files where suggested, F2 elsewhere, Alt+V shows the page large,
    Delete discards it (a lead), Alt+B all blank ones, Esc goes back.

    Attributes: ``list``, ``add``, ``scan``, ``back``, ``file_it``, ``elsewhere``, ``large``, ``discard``, ``blanks``
    (buttons). Signals: ``left()``; ``said(words, tone)``; ``failed(StationError)``.
    """

    left = Signal()
    said = Signal(str, str)
    failed = Signal(object)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._view: TrayView | None = None
        self._image = QImage()
        self._placed: TrayRow | None = None  # for which a case is looked for
        self._shown = ""  # the page whose picture is shown or on its way
        self._asked: tuple[str, ...] = ()  # what the question is about...
        self._asked_at: str | None = None  # ...and the page that was current
        self._may_discard = context.desk.operator.may(Act.DISCARD)
        self.list = LineList("tray_list")
        self.add = KeyButton("放入文件", "F6", "tray_add")
        self.scan = KeyButton("扫描一叠", "F12", "tray_scan")
        self.back = KeyButton("返回待办", "Esc", "leave_tray")
        self.file_it = PrimaryButton("归档  Enter", "", "file_it")
        self.elsewhere = KeyButton("归到别的申报", "F2", "file_elsewhere")
        self.large = KeyButton("看大图", "Alt+V", "large_picture")
        self.discard = KeyButton("丢弃", "Delete", "discard_page")
        self.blanks = KeyButton("丢弃全部空白页", "Alt+B", "discard_blanks")
        self.picture = PictureView()
        self.picture.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._headline = Text("", "note")
        self._what, self._case = Text("", "title", wrap=True), Text("", "text", wrap=True)
        self._why = Text("", "text", wrap=True)
        self._question: Confirm | None = None
        self._empty = EmptyState(_EMPTY, _BEGIN)
        self._stack = QStackedWidget()
        self._chooser = FileChooser(self, context.tasks)
        self._cases = ChooseCase(self, context)
        self._viewer = ScanViewer(self)
        self._scans = StackScan(self, context.desk, context.tasks)
        self._side = self._side_column()
        self._lay_out()
        self._connect()
        self._show_page(None)

    def arrive(self) -> None:
        self.ask()
        (self.list if self._stack.currentIndex() == 0 else self.add).setFocus(Qt.FocusReason.OtherFocusReason)

    def hand_over(self) -> RunningScan | None:
        """The scan that goes on, for a pane that is made in this one's place."""
        return self._scans.hand_over()

    def take_over(self, running: RunningScan) -> None:
        self._scans.take_over(running)

    def ask(self) -> None:
        """Read the tray again in the background."""
        outcomes = self._context.reading.stack.outcomes if self._context.reading else ()
        work = partial(read_view, self._context.desk, outcomes)
        self._context.tasks.query(self, work, self._show, self.failed.emit, key="tray")

    def put_in(self, paths: Sequence[Path]) -> None:
        """Put files into the tray; they are sorted as they are read."""
        self.said.emit("正在收下文件…", "")
        Handful(self, self._context.desk, self._context.tasks, paths).kept.connect(self._added)

    # ---- what is shown

    def _on_changed(self, changed: Changed) -> None:
        if changed.touches(*_KINDS) and self.isVisible():
            self.ask()

    def _show(self, view: TrayView) -> None:
        self._view = view
        failure = self._context.reading.failure if self._context.reading else None
        self._headline.say(*((sentence(failure), "wrong") if failure and view.unsorted else (headline(view), "")))
        entries = tray_entries(view, self._context.desk.clock())
        had_focus = self._stack.isAncestorOf(self.focusWidget()) if self.focusWidget() else False
        self._stack.setCurrentIndex(0 if entries else 1)
        self.list.show_entries(entries)
        self.blanks.setVisible(self._may_discard and bool(view.blanks))
        self._show_page(self.list.current())
        if had_focus and not entries:
            self.add.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_page(self, line: Line | None) -> None:
        data = line.data if line else None
        row = data if isinstance(data, TrayRow) else None
        if not self._still_asked(row):
            self._end_question()
        self._side.setVisible(data is not None)
        self.file_it.setVisible(row is not None and row.suggested)
        for each in (self.elsewhere, self.picture, self.large):
            each.setVisible(row is not None)
        self.discard.setVisible(row is not None and self._may_discard)
        if row is not None:
            self._what.setText(kind_word(row))
            self._case.setText(f"{row.name}　{row.reference}" if row.reference else "还不知道是谁的")
            self._why.say(reason_words(row), "wrong" if row.refused else "attention")
            self._ask_picture(row.page.id)
        elif isinstance(data, Outcome):
            self._shown = ""
            self._what.setText(label("scan.form"))
            self._case.setText(f"{data.name}　{data.reference}")
            self._why.say(filed_words(data), "attention" if data.missing or data.defects else "ok")

    def _ask_picture(self, tray_id: str) -> None:
        if tray_id == self._shown:
            return
        self._shown, self._image = tray_id, QImage()
        self.large.setEnabled(False)  # the page before it must not be shown under this one's name
        self.picture.say("正在打开…")
        work, done = partial(_picture, self._context, tray_id), partial(self._show_picture, tray_id)
        self._context.tasks.query(self, work, done, partial(self._no_picture, tray_id), key="tray picture")

    def _show_picture(self, tray_id: str, image: QImage) -> None:
        if tray_id == self._shown:
            self._image = image
            self.picture.show_image(image, 0)
            self.large.setEnabled(True)

    def _no_picture(self, tray_id: str, error: StationError) -> None:
        if tray_id == self._shown:
            self._shown = ""  # it is asked for again when the tray is
            self.picture.say(sentence(error))

    def _added(self, added: Added) -> None:
        self.said.emit(*added_words(added))
        self.ask()
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    # ---- what the clerk does

    def _row(self) -> TrayRow | None:
        line = self.list.current()
        return line.data if line is not None and isinstance(line.data, TrayRow) else None

    def _file(self) -> None:
        row = self._row()
        if row is None:
            return
        if row.suggested and row.page.application_id is not None:
            self._put(row, row.page.application_id, row.page.kind or ScanKind.OTHER)
        else:
            self._ask_where()

    def _ask_where(self) -> None:
        self._placed = row = self._row()
        if row is not None:
            self._cases.ask(ScanKind.OTHER if row.refused else row.page.kind, row.reference)

    def _show_large(self) -> None:
        row = self._row()
        if row is not None:
            self._viewer.show_page(row.page.id, kind_word(row), row.reference, fixed=True)
            self._viewer.view.show_image(self._image, 0)

    def _file_to(self, application_id: str, kind: object) -> None:
        """The page that was asked about: the mark may stand on another one by now."""
        if self._placed is not None and isinstance(kind, ScanKind):
            self._put(self._placed, application_id, kind)

    def _put(self, row: TrayRow, application_id: str, kind: ScanKind) -> None:
        reader = Reader()
        work = partial(tray.file_page, self._context.desk, row.page.id, application_id, kind, reader)
        done = partial(self._filed, label(f"scan.{kind.value}"))
        if row.page.source == tray.DEVICE:
            work = partial(to_the_end, work, reader)
        stop = reader.close if row.page.source == tray.DEVICE else None
        self._context.tasks.command(self, work, done, self.failed.emit, stop=stop)

    def _filed(self, kind: str, reference: str) -> None:
        self.said.emit(f"已归到 {reference}：{kind}。", "ok")
        self.ask()
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _ask_discard(self, tray_ids: tuple[str, ...], words: str) -> None:
        if not tray_ids:
            return
        self._end_question()
        row = self._row()
        self._asked, self._asked_at = tray_ids, row.page.id if row else None
        self._question = Confirm(words, "丢弃", "不丢弃")
        self._question.confirmed.connect(self._discard)
        self._question.cancelled.connect(self._end_question)
        self._buttons.insertWidget(0, self._question)
        self._question.ask()

    def _still_asked(self, row: TrayRow | None) -> bool:
        """The tray is read again whenever anything is sorted: that answers no question about pages that still wait."""
        waiting = {each.page.id for each in self._view.rows} if self._view else set()
        return self._asked_at == (row.page.id if row else None) and waiting.issuperset(self._asked)

    def _discard(self) -> None:
        work = partial(tray.discard, self._context.desk, self._asked)
        self._context.tasks.command(self, work, lambda _: self._discarded(), self.failed.emit)
        self._end_question()

    def _discarded(self) -> None:
        self.said.emit("已丢弃，记录在案。", "ok")
        self.ask()
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _end_question(self) -> None:
        if self._question is not None:
            question, self._question = self._question, None
            if question.isAncestorOf(self.focusWidget()) if self.focusWidget() else False:
                self.list.setFocus(Qt.FocusReason.OtherFocusReason)
            question.hide()
            question.deleteLater()

    def _leave(self) -> None:
        """Esc: end the question, if one is asked; then the scan, if one goes on."""
        if self._question is not None:
            self._end_question()
        elif not self._scans.cancel():
            self.left.emit()

    def _discard_this(self) -> None:
        row = self._row()
        self._ask_discard((row.page.id,) if row else (), _DISCARD)

    def _discard_blanks(self) -> None:
        blanks = self._view.blanks if self._view else ()
        self._ask_discard(blanks, _DISCARD_BLANKS.format(count=len(blanks)))

    # ---- building

    def _connect(self) -> None:
        self.add.clicked.connect(lambda: self._chooser.ask("放入一叠扫描件"))
        self._chooser.chosen.connect(self.put_in)
        self.scan.clicked.connect(self._scans.scan)
        self._scans.said.connect(self.said)
        self._scans.ended.connect(self.ask)
        self._cases.chosen.connect(self._file_to)
        self._cases.failed.connect(self.failed)
        self.back.clicked.connect(self._leave)
        self.file_it.clicked.connect(self._file)
        self.elsewhere.clicked.connect(self._ask_where)
        self.large.clicked.connect(self._show_large)
        self.discard.clicked.connect(self._discard_this)
        self.blanks.clicked.connect(self._discard_blanks)
        self.list.opened.connect(lambda _line: self._file())
        self.list.moved.connect(self._show_page)
        self._context.bridge.changed.connect(self._on_changed)

    def _side_column(self) -> QWidget:
        side = QWidget()
        side.setFixedWidth(px(400) + space(24))
        card = Card()
        card.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)  # no picture: no taller for it
        for text in (self._what, self._case, self._why):
            card.body.addWidget(text)
        self._buttons = QVBoxLayout()
        self._buttons.setSpacing(space(8))
        row = QHBoxLayout()
        row.addWidget(self.large)
        row.addWidget(self.discard)
        self._buttons.addLayout(row)
        self._buttons.addWidget(self.elsewhere)
        self._buttons.addWidget(self.file_it)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space(12))
        column.addWidget(card)
        column.addWidget(self.picture, 1)
        column.addLayout(self._buttons)
        column.addStretch()  # without a picture the card stays at the top
        return side

    def _lay_out(self) -> None:
        bar = Bar("bottom")
        bar.row.addWidget(Text("归档", "title"))
        bar.row.addWidget(self._headline, 1)
        for button in (self.blanks, self.scan, self.add, self.back):
            bar.row.addWidget(button)
        work = QWidget()
        columns = QHBoxLayout(work)
        columns.setContentsMargins(space(16), space(14), space(16), space(14))
        columns.setSpacing(space(14))
        columns.addWidget(self.list, 1)
        columns.addWidget(self._side)
        self._stack.addWidget(work)
        self._stack.addWidget(self._empty)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(bar)
        whole.addWidget(self._stack, 1)


def _picture(context: Context, tray_id: str) -> QImage:
    """On the reader thread."""
    return shrunk(tray.picture(context.desk, tray_id), 0, (LONGEST_SHOWN, LONGEST_SHOWN))
