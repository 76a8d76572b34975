"""The scans of a case in a row: what is there as pictures, what is missing as empty places. One focus stop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QImage, QKeyEvent, QMouseEvent, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QScrollArea, QVBoxLayout, QWidget

from station_app.domain.application import ScanKind
from ui.messages import label
from ui.theme import space
from ui.widgets.styling import restyle
from ui.widgets.text import ElidedText, Tone

KINDS = tuple(ScanKind)  # keys 1 to 6
_NARROWEST = 96  # units of a tile
_SIGNS: dict[Tone, str] = {"": "○", "soft": "○", "ok": "✓", "attention": "！", "wrong": "✕", "accent": "●"}


@dataclass(frozen=True)
class Place:
    """One place of the strip. ``scan_id`` None: nothing there yet. ``note``: a few words in the picture's place, or
    behind the name where a picture is. ``tone``: how it stands.

    ``fixed``: a page of a case that is submitted: it can be looked at and nothing else. ``erased``: not even that,
    its bytes are not on this PC any more; ``note`` is the day. ``read``: what reading found, in the line below;
    ``advice``: what to do about it, ``short``: the same where there is no room.
    """

    kind: ScanKind
    scan_id: str | None = None
    note: str = ""
    tone: Tone = ""
    fixed: bool = False
    erased: bool = False
    read: str = ""
    advice: str = ""
    short: str = ""


class ScanTile(QFrame):
    """Picture, name, note of one place."""

    def __init__(self, place: Place, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.place = place
        self.setObjectName(f"scan.{place.kind.value}")
        self._picture = QLabel(self)
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._picture.setFixedSize(self.picture_box())
        self._picture.setProperty("role", "picture")
        self._whole = QPixmap()
        self._awaited = "…"
        self._name = ElidedText("", "label")
        self._read = ElidedText("", "note")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space(1))
        column.addWidget(self._picture)
        column.addWidget(self._name)
        column.addWidget(self._read)
        self.set_width(self.picture_box().width())
        self.show_place(place)

    @staticmethod
    def picture_box() -> QSize:
        """The largest a picture stands in the strip."""
        return QSize(space(150), space(76))

    def set_width(self, width: int) -> None:
        """As wide as there is room for; the picture is drawn to fit."""
        if width != self.width() or self.minimumWidth() != width:
            self.setFixedWidth(width)
            self._picture.setFixedSize(width, self.picture_box().height())
            self._draw_picture()

    def show_place(self, place: Place) -> None:
        if place.scan_id != self.place.scan_id:
            self._awaited = "…"
        self.place = place
        words = label(f"scan.{place.kind.value}")
        behind = f" · {place.note}" if place.note and place.scan_id and not place.erased else ""
        self._name.say(f"{_SIGNS[place.tone]} {words}{behind}", place.tone)
        self._read.say(place.read, place.tone if place.tone in ("wrong", "attention", "soft") else "ok")
        restyle(self._picture, "filled", "true" if place.scan_id else "")
        restyle(self._picture, "tone", place.tone if place.tone in ("wrong", "attention") else "")
        if place.scan_id is None:
            self._whole = QPixmap()
            self._picture.setText(f"＋\n{place.note}")
        elif place.erased:
            self._whole = QPixmap()
            self._picture.setText(f"已按规定清除\n{place.note}")
        elif self._whole.isNull():
            self._picture.setText(self._awaited)
        self.setAccessibleName(f"{words} {place.note} {place.read}".rstrip())
        self.setToolTip(place.advice)

    def show_picture(self, image: QImage) -> None:
        """A thumbnail; a null one says that the page cannot be shown here."""
        self._whole = QPixmap.fromImage(image)
        if image.isNull():
            self._awaited = "无法预览"
            self._picture.setText(self._awaited)
        self._draw_picture()

    def _draw_picture(self) -> None:
        if not self._whole.isNull():
            room = self._picture.size() - QSize(space(6), space(6))
            fitting = self._whole.scaled(
                room, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
            self._picture.setPixmap(fitting)

    def set_current(self, current: bool) -> None:
        restyle(self._picture, "current", "true" if current else "")


class ScanStrip(QScrollArea):
    """Signals: ``opened(scan id)``, ``add_wanted(kind)``, ``replace_wanted(scan id)``, ``remove_wanted(scan id)``,
    ``rotate_wanted(scan id)``, ``remark_wanted(scan id)``, ``kind_wanted(scan id, kind)``,
    ``picture_wanted(scan id)``, ``moved()``: the mark is elsewhere; ``shown()``: the places are others.

    Arrow keys walk, Enter opens or adds, R turns, T replaces, Delete removes, 1 to 6 say what kind it is, N
    why it is kept.
    """

    opened = Signal(str)
    add_wanted = Signal(object)
    replace_wanted = Signal(str)
    remove_wanted = Signal(str)
    rotate_wanted = Signal(str)
    remark_wanted = Signal(str)
    kind_wanted = Signal(str, object)
    picture_wanted = Signal(str)
    moved = Signal()
    shown = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("scans")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setWidgetResizable(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._inside = QWidget()
        self._inside.setProperty("role", "scrolled")
        self._row = QHBoxLayout(self._inside)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(space(10))
        self._row.addStretch(1)
        self.setWidget(self._inside)
        self._tiles: list[ScanTile] = []
        self._at = 0

    def set_places(self, places: Sequence[Place]) -> None:
        """Show these. A place whose page stays keeps its picture; new pages ask for theirs."""
        if list(places) == [tile.place for tile in self._tiles]:
            return
        old = {tile.place.scan_id: tile for tile in self._tiles if tile.place.scan_id}
        empty = [tile for tile in self._tiles if tile.place.scan_id is None]
        tiles = [
            old.pop(place.scan_id, None) if place.scan_id else (empty.pop() if empty else None) for place in places
        ]
        for gone in (*old.values(), *empty):
            self._row.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        self._tiles = [self._put(at, tile, place) for at, (tile, place) in enumerate(zip(tiles, places, strict=True))]
        self._at = min(self._at, max(len(self._tiles) - 1, 0))
        self._fit()
        self._mark()
        self.shown.emit()

    def show_picture(self, scan_id: str, image: QImage) -> None:
        for tile in self._tiles:
            if tile.place.scan_id == scan_id:
                tile.show_picture(image)

    def refresh_picture(self, scan_id: str) -> None:
        """The page was turned: fetch its picture again."""
        self.picture_wanted.emit(scan_id)

    def current(self) -> Place | None:
        return self._tiles[self._at].place if self._tiles else None

    def go_to(self, kind: ScanKind) -> None:
        """Put the mark on the first place of this kind, an empty one before a filled one."""
        found = [at for at, tile in enumerate(self._tiles) if tile.place.kind is kind]
        found.sort(key=lambda at: self._tiles[at].place.scan_id is not None)
        if found:
            self._walk_to(found[0])

    def place_at(self, point: QPoint) -> Place | None:
        """The place under a point of the screen, for drops."""
        under = (tile for tile in self._tiles if tile.rect().contains(tile.mapFromGlobal(point)))
        tile = next(under, None)
        return tile.place if tile else None

    # ---- hands

    def keyPressEvent(self, event: QKeyEvent) -> None:
        place = self.current()
        key = event.key()
        if event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier):
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._walk_to(self._at + (1 if key == Qt.Key.Key_Right else -1))
        elif place is None or not self._act(place, key):
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self._take(event)
        if place is not None and place.scan_id is None and event.button() == Qt.MouseButton.LeftButton:
            self._open(place)
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        place = self._take(event)
        if place is not None and place.scan_id is not None:
            self._open(place)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        place = self.current()
        if place is None or place.scan_id is None or place.fixed:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("查看  Enter", lambda: self._open(place))
        menu.addAction("旋转  R", lambda: self._act(place, Qt.Key.Key_R))
        menu.addAction("替换  T", lambda: self._act(place, Qt.Key.Key_T))
        menu.addAction("说明原因  N", lambda: self._act(place, Qt.Key.Key_N))
        menu.addAction("移除  Delete", lambda: self._act(place, Qt.Key.Key_Delete))
        menu.addSeparator()
        for number, kind in enumerate(KINDS, 1):
            key = Qt.Key(Qt.Key.Key_0 + number)
            menu.addAction(f"改为{label(f'scan.{kind.value}')}  {number}", lambda key=key: self._act(place, key))
        menu.popup(event.globalPos())

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._mark()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._mark()

    # ---- inside

    def _put(self, at: int, tile: ScanTile | None, place: Place) -> ScanTile:
        if tile is None:
            tile = ScanTile(place, self._inside)
            if place.scan_id and not place.erased:
                self.picture_wanted.emit(place.scan_id)
        else:
            tile.show_place(place)
            self._row.removeWidget(tile)
        self._row.insertWidget(at, tile)
        return tile

    def _act(self, place: Place, key: int) -> bool:
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(place)
            return True
        if place.scan_id is None or place.fixed:
            return False
        number = key - Qt.Key.Key_1
        if key == Qt.Key.Key_R:
            self.rotate_wanted.emit(place.scan_id)
        elif key == Qt.Key.Key_T:
            self.replace_wanted.emit(place.scan_id)
        elif key == Qt.Key.Key_N:
            self.remark_wanted.emit(place.scan_id)
        elif key == Qt.Key.Key_Delete:
            self.remove_wanted.emit(place.scan_id)
        elif 0 <= number < len(KINDS):
            self.kind_wanted.emit(place.scan_id, KINDS[number])
        else:
            return False
        return True

    def _open(self, place: Place) -> None:
        if place.scan_id is None:
            self.add_wanted.emit(place.kind)
        else:
            self.opened.emit(place.scan_id)

    def _take(self, event: QMouseEvent) -> Place | None:
        point = event.globalPosition().toPoint()
        for at, tile in enumerate(self._tiles):
            if tile.rect().contains(tile.mapFromGlobal(point)):
                self._walk_to(at)
                return tile.place
        return None

    def _walk_to(self, at: int) -> None:
        if self._tiles:
            self._at = min(max(at, 0), len(self._tiles) - 1)
            self.ensureWidgetVisible(self._tiles[self._at], space(10), 0)
            self._mark()
            self.moved.emit()

    def _mark(self) -> None:
        for at, tile in enumerate(self._tiles):
            tile.set_current(self.hasFocus() and at == self._at)

    def _fit(self) -> None:
        """All places side by side while they are not too narrow; after that the row scrolls with the mark."""
        count = max(len(self._tiles), 1)
        room = (self.viewport().width() - (count - 1) * self._row.spacing()) // count
        width = min(max(room, space(_NARROWEST)), ScanTile.picture_box().width())
        for tile in self._tiles:
            tile.set_width(width)
        self.setFixedHeight(max((tile.sizeHint().height() for tile in self._tiles), default=0))

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._fit()
        return super().viewportEvent(event)
