"""拍摄: the live picture over a case. A page that lies still is shot by itself; each shot is filed at once."""

from __future__ import annotations

from queue import Empty, SimpleQueue

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QHideEvent, QImage, QKeyEvent, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtMultimedia import QVideoFrame
from PySide6.QtWidgets import QWidget

from ui.camera.source import CameraName, Source, lasting, remembered
from ui.camera.stillness import Phase
from ui.camera.worker import FrameWorker, Seen
from ui.theme import current_tokens, px
from ui.widgets.buttons import SmallButton
from ui.widgets.overlay import Overlay
from ui.widgets.text import ElidedText, Tone

_SILENT_MS = 6000  # without a frame: a camera that hangs
_FLASH_MS = 300
_NO_CAMERA = "没有找到摄像头。请插好它的 USB 线，接上以后自动打开"
_FAILED = "打不开，可能别的程序正在用它，或者系统不许用摄像头。请关掉那个程序或在系统里放行，再按 C"
_SILENT = "没有画面。请把它的 USB 线拔下再插上"


class LiveView(QWidget):
    """Paints the newest picture as large as it fits, framed for a moment when it was shot."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("摄像头画面")
        self.setMinimumSize(px(240), px(160))
        self.image = QImage()
        self._flash = QTimer(self)
        self._flash.setSingleShot(True)
        self._flash.setInterval(_FLASH_MS)
        self._flash.timeout.connect(self.update)

    def show_image(self, image: QImage) -> None:
        self.image = image
        self.update()

    def flash(self) -> None:
        self._flash.start()
        self.update()

    def clear(self) -> None:
        self._flash.stop()
        self.show_image(QImage())

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = current_tokens()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(tokens.sunken))
        if self.image.isNull():
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        size = self.image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        box = QRectF(QPointF((self.width() - size.width()) / 2, (self.height() - size.height()) / 2), size)
        painter.drawImage(box, self.image)
        if self._flash.isActive():
            painter.setPen(QPen(QColor(tokens.accent), px(6)))
            painter.drawRect(box.adjusted(px(3), px(3), -px(3), -px(3)))


class CameraSheet(Overlay):
    """``camera``, ``turns``: what was chosen the last time. While it is hidden (the lock) the camera is off.

    Signals: ``shot(bytes)``: a page as JPEG; ``chosen(str, int)``: camera and turn, to be remembered.
    """

    shot = Signal(bytes)
    chosen = Signal(str, int)
    _arrived = Signal()

    def __init__(self, host: QWidget, source: Source, camera: str = "", turns: int = 0) -> None:
        super().__init__(host, "拍摄", 1180, 700)
        self.setObjectName("camera_sheet")
        self.source = source
        source.setParent(self)
        self._chosen, self._turns = camera, turns
        self._used: CameraName | None = None
        self._awaited: CameraName | None = None  # it was in use and has gone
        self._worker: FrameWorker | None = None
        self._inbox: SimpleQueue[Seen] = SimpleQueue()
        self._pages = 0
        self._silence = QTimer(self)
        self._silence.setSingleShot(True)
        self._silence.setInterval(_SILENT_MS)
        self._silence.timeout.connect(lambda: self._complain(_SILENT))
        self.view = LiveView()
        self.view.setObjectName("camera_view")
        self._words = ElidedText("", "text")
        self._choice = self._tool("", "C", "next_camera", self._next_camera)
        self._lay_out()
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        source.framed.connect(self._offer)
        source.listed.connect(self._look_for_camera)
        source.lost.connect(self._lost)
        source.failed.connect(self._failed)

    def begin(self) -> None:
        """Open, for the pages of the case on the table."""
        self._pages = 0
        self.open_over(self.view)

    # ---- hands

    def keyPressEvent(self, event: QKeyEvent) -> None:
        act = {Qt.Key.Key_Space: self._shoot, Qt.Key.Key_R: self._turn, Qt.Key.Key_C: self._next_camera}.get(
            Qt.Key(event.key())
        )
        if act is None:
            super().keyPressEvent(event)
            return
        if not event.isAutoRepeat():
            act()
        event.accept()

    def _shoot(self) -> None:
        """What is seen; without a picture there is nothing to shoot, nor later."""
        if self._worker is not None and not self.view.image.isNull():
            self._worker.shoot()

    def _turn(self) -> None:
        self._turns = (self._turns + 1) % 4
        if self._worker is not None:
            self._worker.turn(self._turns)
        self._remember()

    def _next_camera(self) -> None:
        known = self.source.cameras()
        if not known:
            return
        at = next((at for at, each in enumerate(known) if each == self._used), -1)
        camera = known[(at + 1) % len(known)]
        self._chosen = lasting(camera, known)
        self._use(camera)
        self._remember()

    def _remember(self) -> None:
        self.chosen.emit(self._chosen, self._turns)

    # ---- the camera

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        inbox, arrived = self._inbox, self._arrived

        def told(seen: Seen) -> None:
            inbox.put(seen)
            arrived.emit()

        self._worker = worker = FrameWorker(told)
        worker.turn(self._turns)
        self._used = self._awaited = None
        self._look_for_camera()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._silence.stop()
        self.source.stop()
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.stop()
        self.view.clear()

    def _look_for_camera(self) -> None:
        """At the start, and whenever other cameras are there: the chosen one comes back by itself. No other takes its
        place in the middle of the work unasked: a notebook's own looks at the clerk.
        """
        if self._worker is None:
            return
        known = self.source.cameras()
        found = remembered(known, self._chosen) if self._awaited is None else _same(known, self._awaited)
        self._choice.setVisible(len(known) > 1)
        if self._used is not None and self._used in known:
            return
        if found is None:
            self._used = None
            if self._awaited is None:
                self._say(_NO_CAMERA, "attention")
            return
        self._use(found)

    def _use(self, camera: CameraName) -> None:
        self._used, self._awaited = camera, None
        self._choice.set_words(camera.name)
        self._say("正在打开摄像头…", "soft")
        self._silence.start()
        self.source.start(camera.id)

    def _lost(self) -> None:
        self._awaited = self._used or self._awaited
        self._silence.stop()
        self.view.clear()
        pages = f"已拍的 {self._pages} 页都在。" if self._pages else ""
        other = "；要用别的摄像头，按 C" if self.source.cameras() else ""
        self._complain(f"断开了。{pages}插好以后接着拍{other}")
        self._used = None

    def _failed(self) -> None:
        self._silence.stop()
        self.view.clear()
        self._complain(_FAILED)

    def _complain(self, words: str) -> None:
        """By name: there may be several."""
        which = self._used or self._awaited
        self._say(f"摄像头“{which.name}”{words}" if which else f"摄像头{words}", "wrong")

    # ---- frames

    def _offer(self, frame: QVideoFrame, at: float) -> None:
        if self._worker is not None:
            self._silence.start()
            self._worker.offer(frame, at)

    def _deliver(self) -> None:
        newest = None
        while True:
            try:
                newest = self._inbox.get_nowait()
            except Empty:
                break
            if newest.shot is not None:
                self._pages += 1
                self.view.flash()
                self.shot.emit(newest.shot)
        if newest is not None and self._used is not None and self.isVisible():
            self.view.show_image(newest.preview)
            self._say(*self._hint(newest.phase))

    def _hint(self, phase: Phase) -> tuple[str, Tone]:
        if phase is Phase.SETTLING:
            return "别动，马上拍…", "accent"
        if phase is Phase.MOVING:
            return "放稳以后自动拍", ""
        if self._pages:
            return f"✓ 已拍 {self._pages} 页，已放进这一件。换下一页，放稳以后自动拍", "ok"
        return "把要拍的放到镜头下，放稳以后自动拍", ""

    def _say(self, words: str, tone: Tone) -> None:
        if self._words.text() != words:
            self._words.say(words, tone)

    # ---- building

    def _lay_out(self) -> None:
        tools = [self._choice]
        tools += [
            self._tool("拍一张", "空格", "shoot", self._shoot),
            self._tool("旋转", "R", "turn_camera", self._turn),
            self._tool("完成", "Esc", "close_camera", self.dismiss),
        ]
        for each in tools:
            self.card.header.addWidget(each)
        self.card.body.addWidget(self._words)  # above the picture: what is below may be under a message of the window
        self.card.body.addWidget(self.view, 1)

    def _tool(self, words: str, key: str, name: str, act: object) -> SmallButton:
        """The key is heard by the sheet, not by the button."""
        button = _Tool(words, key, name)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(act)
        return button


def _same(known: list[CameraName], lost: CameraName) -> CameraName | None:
    """The one that was unplugged, under whatever number it comes back."""
    return next((each for each in known if each.name == lost.name), None)


class _Tool(SmallButton):
    """Prints a key that the sheet hears."""

    def __init__(self, words: str, key: str, name: str) -> None:
        self._printed = key
        super().__init__(words, "", name)

    def with_key(self, text: str) -> str:
        return f"{text}  {self._printed}"
