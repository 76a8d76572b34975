"""The fields of one section as they stand on a card: rows of boxes, a slim row, the optional ones behind a link."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from station_app.errors import UserError
from ui.messages import fill, sentence, table
from ui.pages.intake.editors import as_editor, field_label, lock, make_editor, unfinished_of
from ui.pages.intake.shape import COLUMNS, Editor, FieldShape, Zone, relevant, rows
from ui.theme import px, space
from ui.widgets.buttons import LinkButton
from ui.widgets.date_edit import why_no_date
from ui.widgets.field_box import FieldBox
from ui.widgets.styling import restyle
from ui.widgets.text import Text

if TYPE_CHECKING:
    from station_app.domain.application import Content
    from station_app.plans import Plan
    from ui.pages.intake.judgement import Judgement
    from ui.widgets.field_box import Beside

_HEIGHT = 36
_SLIM_IN_A_LINE = 3  # with large text
_NARROWER = {"highest_round": 96}
_SLIM_WIDTHS = {Editor.DATE: 130, Editor.LIST: 190, Editor.TEXT: 150, Editor.INTEGER: 80}


class FieldGrid(QWidget):
    """Signals: ``edited(name, value, unfinished text)``, ``left(name)``: the focus has gone elsewhere.

    Attributes: ``editors`` by name; ``slim`` (QHBoxLayout) for a card that shows it elsewhere.
    """

    edited = Signal(str, object, str)
    left = Signal(str)

    def __init__(self, shaped: tuple[FieldShape, ...], plan: Plan, narrow: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shapes = {shape.name: shape for shape in shaped}
        self._plan = plan
        self._boxes: dict[str, FieldBox] = {}
        self._returned: Mapping[str, str] = {}
        self._locked: Callable[[str], bool] = lambda name: False
        self._slim_parts: dict[str, tuple[QWidget, ...]] = {}
        self._told_slim: set[str] = set()  # of which a scan says something
        self.editors: dict[str, QWidget] = {}
        self.slim = QHBoxLayout()
        self.slim.setSpacing(space(8))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(space(6))
        self._narrow = narrow
        for line in rows([shape for shape in shaped if shape.zone is Zone.MAIN], narrow):
            self._column.addWidget(self._row(line))
        for shape in shaped:
            if shape.zone is Zone.SLIM:
                self._add_slim(shape)
        self._extra_link: LinkButton | None = None
        self._extra = self._extra_part([shape for shape in shaped if shape.zone is Zone.EXTRA])

    def discard(self) -> None:
        """Take everything away, also what stands on the card outside this widget."""
        for parts in self._slim_parts.values():
            for part in parts:
                part.hide()
                part.deleteLater()
        self.hide()
        self.setParent(None)
        self.deleteLater()

    def place_slim(self) -> None:
        """Let the slim row stand here, above the optional fields."""
        lines = [self.slim]
        if self._narrow and len(self._slim_parts) > _SLIM_IN_A_LINE:
            lines.append(self._second_line())
        if self._extra_link is not None:
            lines[-1].addWidget(self._extra_link)
        for line in lines:
            line.insertStretch(line.count() - (1 if line is lines[-1] and self._extra_link else 0), 1)
            self._column.insertLayout(self._column.count() - (1 if self._extra else 0), line)

    def _second_line(self) -> QHBoxLayout:
        """With large text a long slim row goes on below."""
        line = QHBoxLayout()
        line.setSpacing(space(8))
        for name in [*self._slim_parts][_SLIM_IN_A_LINE:]:
            for part in self._slim_parts[name]:
                self.slim.removeWidget(part)
                line.addWidget(part)
        return line

    def show_content(self, content: Content, unfinished: Mapping[str, str]) -> None:
        """Put values into editors; those that stand there already are left alone."""
        for name, widget in self.editors.items():
            shape = self._shapes[name]
            value = content.value(name)
            if unfinished.get(name):
                as_editor(widget).set_value(unfinished[name])
            elif value is None and unfinished_of(widget) and widget.hasFocus():
                continue
            else:
                as_editor(widget).set_value(shape.field.default if value is None else value)
        self.show_relevant(content)

    def show_relevant(self, content: Content) -> None:
        """Slim fields that have nothing to ask here are out of sight; the row keeps its height."""
        known = frozenset(
            choice.value for shape in self._shapes.values() if shape.name == "issuer" for choice in shape.field.choices
        )
        for name, parts in self._slim_parts.items():
            idle = self._locked(name) and content.value(name) is None and self._shapes[name].field.default is None
            shown = relevant(name, content, known) and not idle
            for part in parts:
                part.setVisible(shown)

    def show_problems(self, judged: Judgement) -> None:
        problems, hints = judged.problems, judged.hints
        for name, box in self._boxes.items():
            box.set_hint(judged.notes.get(name, ""))
            if name in problems:
                box.set_problem(f"✕ {self._short(problems[name], name)}")
            elif name in self._returned:
                box.set_problem(f"↩ {self._returned[name]}")
            elif name in hints:
                box.set_problem(f"！{self._short(hints[name], name)}", "attention")
            else:
                box.set_problem(None)
        for name in self._slim_parts:
            restyle(self.editors[name], "problem", "wrong" if name in problems else "")

    def _short(self, code: str, name: str) -> str:
        """A few words that fit beside the field's name; the whole sentence stands in 还差."""
        known = table("beside")
        if code == "not_a_date":
            why, figures = why_no_date(unfinished_of(self.editors[name]))
            return fill(known[why], figures)
        return known.get(code) or sentence(UserError(code, name))

    def show_beside(self, words: Mapping[str, Beside]) -> None:
        """What the scans say of fields; a slim field has no line, only its border and its ghost."""
        for name, box in self._boxes.items():
            box.set_beside(words.get(name))
        for name in self._told_slim | (self._slim_parts.keys() & words.keys()):
            self._show_slim(self.editors[name], words.get(name))
        self._told_slim = self._slim_parts.keys() & words.keys()

    def _show_slim(self, editor: QWidget, beside: Beside | None) -> None:
        if isinstance(editor, QLineEdit):
            editor.setPlaceholderText(beside.ghost if beside else "")
        if beside is not None and not beside.ghost:
            restyle(editor, "problem", beside.tone)

    def mark_returned(self, notes: Mapping[str, str]) -> None:
        """Fields the reviewer named, with what was said of them; shown with the next ``show_problems``."""
        self._returned = notes

    def set_locked(self, locked: Callable[[str], bool]) -> None:
        self._locked = locked
        for name, widget in self.editors.items():
            lock(widget, locked(name))

    def open_extra(self) -> None:
        """Bring the optional fields into sight."""
        if self._extra is not None:
            self._extra.show()

    def stops(self) -> list[QWidget]:
        """The editors in the order of Tab: as they stand, row by row, then the slim row, then the optional ones."""
        order = {zone: at for at, zone in enumerate(Zone)}
        names = sorted(self._shapes, key=lambda name: order[self._shapes[name].zone])
        stops = [self.editors[name] for name in names]
        if self._extra_link is not None:
            first = next(at for at, name in enumerate(names) if self._shapes[name].zone is Zone.EXTRA)
            stops.insert(first, self._extra_link)
        return stops

    def reveal(self, name: str) -> None:
        """Make sure that this field is in sight."""
        if name in self._shapes and self._shapes[name].zone is Zone.EXTRA:
            self.open_extra()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # PySide can know an event's address as that of a layout item which Qt has deleted, and hand that over
        if isinstance(event, QEvent) and event.type() == QEvent.Type.FocusOut:
            self.left.emit(watched.objectName())
        return False

    # ---- building

    def _row(self, line: list[tuple[FieldShape, int]]) -> QWidget:
        row = QWidget(self)
        grid = QGridLayout(row)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(space(12))
        for column in range(COLUMNS):
            grid.setColumnStretch(column, 1)
            grid.setColumnMinimumWidth(column, 1)
        at = 0
        for shape, span in line:
            grid.addWidget(self._box(shape), 0, at, 1, span)
            at += span
        return row

    def _box(self, shape: FieldShape) -> FieldBox:
        editor = self._editor(shape)
        policy = editor.sizePolicy()
        policy.setHorizontalPolicy(QSizePolicy.Policy.Ignored)
        editor.setSizePolicy(policy)
        editor.setFixedHeight(space(_HEIGHT))
        editor.setProperty("tight", "true")
        box = FieldBox(shape.name, editor, field_label(shape.field), beside=True, required=shape.field.required)
        self._boxes[shape.name] = box
        return box

    def _editor(self, shape: FieldShape) -> QWidget:
        widget = make_editor(shape, self._plan)
        self.editors[shape.name] = widget
        widget.installEventFilter(self)
        name = shape.name
        as_editor(widget).edited.connect(lambda value: self.edited.emit(name, value, unfinished_of(widget)))
        return widget

    def _add_slim(self, shape: FieldShape) -> None:
        widget = self._editor(shape)
        widget.setProperty("slim", "true")
        parts: tuple[QWidget, ...] = (widget,)
        if shape.editor is not Editor.TOGGLE:
            name = Text(f"{field_label(shape.field)}{' *' if shape.field.required else ''}", "label", parent=self)
            widget.setFixedWidth(px(_NARROWER.get(shape.name) or _SLIM_WIDTHS.get(shape.editor, 150)))
            widget.setAccessibleName(field_label(shape.field))
            parts = (name, widget)
        for part in parts:
            self.slim.addWidget(part)
        self._slim_parts[shape.name] = parts

    def _extra_part(self, shaped: list[FieldShape]) -> QWidget | None:
        if not shaped:
            return None
        part = QWidget(self)
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        for line in rows(shaped, self._narrow):
            column.addWidget(self._row(line))
        part.hide()
        link = LinkButton(f"选填 {len(shaped)} 项", "Alt+X", "extra")
        link.setToolTip("非必要不用填写")
        link.clicked.connect(lambda: self._toggle_extra(part, shaped[0].name))
        self._extra_link = link
        self._column.addWidget(part)
        return part

    def _toggle_extra(self, part: QWidget, first: str) -> None:
        part.setVisible(not part.isVisible())
        if part.isVisible():
            self.editors[first].setFocus()
