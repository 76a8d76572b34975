"""A page large: zoom, turn, cut straight, walk to the next one, all by key."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget

from ui.theme import space
from ui.widgets.buttons import SmallButton
from ui.widgets.cut_view import CutView
from ui.widgets.overlay import Overlay
from ui.widgets.picture_view import STEP
from ui.widgets.text import Text

_HELP = "拖角，或 Tab 换角、方向键移"
_NO_KEYS = Qt.FocusPolicy.NoFocus
_LOOKING = ("larger", "smaller", "close_viewer")
_CUTTING = ("turn_cut", "undo_cut", "confirm_cut", "leave_cut")  # only while corners are set
_NOT_WHILE_CUTTING = frozenset(
    {Qt.Key.Key_PageDown, Qt.Key.Key_PageUp, Qt.Key.Key_R, Qt.Key.Key_T, Qt.Key.Key_N, Qt.Key.Key_C, Qt.Key.Key_Delete}
)


class ScanViewer(Overlay):
    """Signals: ``rotate_wanted(scan id)``, ``replace_wanted(scan id)``, ``remove_wanted(scan id)``,
    ``remark_wanted(scan id)``, ``step_wanted(-1 or 1)``; ``corners_wanted(scan id)``: the original is to be shown for
    cutting; ``cut_wanted(scan id, four (x, y), turn)``, in pixels of what was shown; ``whole_wanted(scan id)``: the cut
    is to be undone. Keys: + - 0, arrow keys, R, T, N, C, Ctrl+Z, Delete, PageUp and PageDown, Esc; while corners are
    set, those of ``CutView``.
    """

    rotate_wanted = Signal(str)
    remark_wanted = Signal(str)
    corners_wanted = Signal(str)
    cut_wanted = Signal(str, object, int)
    whole_wanted = Signal(str)
    replace_wanted = Signal(str)
    remove_wanted = Signal(str)
    step_wanted = Signal(int)

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, " ", 1180, 700)
        self.setObjectName("scan_viewer")
        self.scan_id = ""
        self._fixed = self._is_cut = False
        self._told = ""
        self._count = Text("", "note")
        self.view = CutView(self.card)
        self.view.setObjectName("scan_view")
        self.view.confirmed.connect(self._cut)
        self.card.header.addWidget(self._count)
        self._tools = [self._tool(*each) for each in self._actions()]
        self.card.body.addWidget(self.view, 1)

    def show_page(self, scan_id: str, title: str, count: str, fixed: bool, is_cut: bool = False) -> None:
        """Open on this page; its picture follows. ``fixed``: it can only be looked at; ``is_cut``: it is a part of an
        original, which can be had back.
        """
        self.scan_id = scan_id
        self._fixed, self._is_cut, self._told = fixed, is_cut, count
        self.card.set_title(title)
        self.view.stop_cutting()
        self._show_tools()
        self.view.say("正在打开…")
        if not self.isVisible():
            self.open_over(self.view)

    def set_corners(self, scan_id: str, image: QImage, corners: Sequence[tuple[float, float]] | None) -> None:
        """Show the original with corners to move, in its pixels; None: those of the whole picture."""
        if scan_id == self.scan_id and self.isVisible():
            self.view.start_cutting(image, corners)
            self._show_tools()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """While corners are set Tab goes from one to the next."""
        if self.view.cutting:
            self.view.step(1 if forward else -1)
            return True
        return super().focusNextPrevChild(forward)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        action = self._keys().get(Qt.Key(event.key()))
        if self.view.cutting and event.key() == Qt.Key.Key_Escape:
            self._leave_corners()
            event.accept()
        elif event.matches(QKeySequence.StandardKey.Undo):
            self._undo()
            event.accept()
        elif action is not None and not (self.view.cutting and Qt.Key(event.key()) in _NOT_WHILE_CUTTING):
            action()
            event.accept()
        else:
            super().keyPressEvent(event)

    def _keys(self) -> dict[Qt.Key, Callable[[], None]]:
        far = space(60)
        view = self.view
        return {
            Qt.Key.Key_Plus: lambda: view.zoom_by(STEP),
            Qt.Key.Key_Equal: lambda: view.zoom_by(STEP),
            Qt.Key.Key_Minus: lambda: view.zoom_by(1 / STEP),
            Qt.Key.Key_0: view.fit,
            Qt.Key.Key_Left: lambda: view.pan(-far, 0),
            Qt.Key.Key_Right: lambda: view.pan(far, 0),
            Qt.Key.Key_Up: lambda: view.pan(0, -far),
            Qt.Key.Key_Down: lambda: view.pan(0, far),
            Qt.Key.Key_PageDown: lambda: self.step_wanted.emit(1),
            Qt.Key.Key_PageUp: lambda: self.step_wanted.emit(-1),
            Qt.Key.Key_R: self._rotate,
            Qt.Key.Key_T: self._replace,
            Qt.Key.Key_N: self._remark,
            Qt.Key.Key_C: self._set_corners,
            Qt.Key.Key_Delete: self._remove,
        }

    def _rotate(self) -> None:
        if not self._fixed:
            self.rotate_wanted.emit(self.scan_id)

    def _remark(self) -> None:
        if not self._fixed:
            self.remark_wanted.emit(self.scan_id)

    def _set_corners(self) -> None:
        if not self._fixed:
            self.corners_wanted.emit(self.scan_id)

    def _leave_corners(self) -> None:
        """As it was before: the page's picture comes again."""
        self.view.stop_cutting()
        self._show_tools()
        self.step_wanted.emit(0)

    def _cut(self, corners: object, turn: int) -> None:
        self.view.stop_cutting()
        self.view.say("正在裁正…")
        self._show_tools()
        self.cut_wanted.emit(self.scan_id, corners, turn)

    def _undo(self) -> None:
        if self.view.cutting:
            self.view.undo()
        elif self._is_cut and not self._fixed:
            self.whole_wanted.emit(self.scan_id)

    def _show_tools(self) -> None:
        cutting = self.view.cutting
        self._count.setText(_HELP if cutting else self._told)
        for name, tool in self._tools:
            shown = not self._fixed or name in _LOOKING
            now = name in ("larger", "smaller") or cutting is (name in _CUTTING)
            tool.setVisible(shown and now and (name != "whole" or self._is_cut))

    def _replace(self) -> None:
        if not self._fixed:
            self.replace_wanted.emit(self.scan_id)

    def _remove(self) -> None:
        if not self._fixed:
            self.remove_wanted.emit(self.scan_id)

    def _actions(self) -> list[tuple[str, str, str, Callable[[], None]]]:
        return [
            ("larger", "放大", "＋", lambda: self.view.zoom_by(STEP)),
            ("smaller", "缩小", "－", lambda: self.view.zoom_by(1 / STEP)),
            ("rotate", "旋转", "R", self._rotate),
            ("corners", "裁正", "C", self._set_corners),
            ("whole", "还原", "Ctrl+Z", self._undo),
            ("replace", "替换", "T", self._replace),
            ("remark", "说明", "N", self._remark),
            ("remove", "移除", "Delete", self._remove),
            ("close_viewer", "关闭", "Esc", self.dismiss),
            ("turn_cut", "旋转", "R", self.view.turn_once),
            ("undo_cut", "撤销", "Ctrl+Z", self._undo),
            ("confirm_cut", "裁正", "Enter", self.view.confirm),
            ("leave_cut", "不裁", "Esc", self._leave_corners),
        ]

    def _tool(self, name: str, words: str, key: str, act: Callable[[], None]) -> tuple[str, SmallButton]:
        button = SmallButton(f"{words}  {key}", "", name)  # the key is heard by the sheet, not by the button
        button.setFocusPolicy(_NO_KEYS)
        button.clicked.connect(act)
        self.card.header.addWidget(button)
        return name, button
