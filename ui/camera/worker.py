"""The camera's thread: of every frame a small picture for the eye, the moment to shoot, and the shot itself.

The main thread only hands frames over. A frame that comes while the one before it is looked at takes the place of
those that wait: what is shown is never old.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from threading import Condition, Thread

from PySide6.QtGui import QImage
from PySide6.QtMultimedia import QVideoFrame

from ui.camera.frames import Pixels, grey_of, jpeg_of, pixels_of, turned
from ui.camera.stillness import Phase, Stillness

_LOG = logging.getLogger(__name__)
_SHOWN = 960  # pixels of the longer side in the live view
_LOOKED_AT = 200  # pixels across while movement is looked for


@dataclass(frozen=True)
class Seen:
    """What one frame came to. ``shot``: a whole JPEG. ``preview`` is turned as the clerk wants it."""

    preview: QImage
    phase: Phase
    shot: bytes | None = None


class FrameWorker:
    """``offer`` each frame with the time it is of (seconds of a steady clock); ``told`` is called on the worker's own
    thread. ``stop`` once; the frame in work is still told of, nobody waits for it.
    """

    def __init__(self, told: Callable[[Seen], None]) -> None:
        self._told = told
        self._condition = Condition()
        self._waiting: tuple[QVideoFrame, float] | None = None
        self._asked = False
        self._turns = 0
        self._stopping = False
        self._stillness = Stillness()
        self._thread = Thread(target=self._live, name="camera")
        self._thread.start()

    def offer(self, frame: QVideoFrame, at: float) -> None:
        with self._condition:
            self._waiting = frame, at
            self._condition.notify_all()

    def shoot(self) -> None:
        """Take the next frame, whatever moves."""
        with self._condition:
            self._asked = True

    def turn(self, turns: int) -> None:
        """Quarters, clockwise, of what is seen and shot from now on."""
        with self._condition:
            self._turns = turns

    def stop(self) -> None:
        with self._condition:
            self._stopping, self._waiting = True, None
            self._condition.notify_all()

    def _live(self) -> None:
        while (taken := self._next()) is not None:
            frame, at, asked, turns = taken
            try:
                seen = self._look(frame, at, asked, turns)
            except Exception:  # a frame nobody understands must not end the camera
                _LOG.exception("a frame of the camera could not be looked at")
                continue
            if seen is not None:
                with contextlib.suppress(RuntimeError):  # who was told of it is gone
                    self._told(seen)

    def _next(self) -> tuple[QVideoFrame, float, bool, int] | None:
        with self._condition:
            self._condition.wait_for(lambda: self._waiting is not None or self._stopping)
            if self._waiting is None:
                return None
            (frame, at), self._waiting = self._waiting, None
            asked, self._asked = self._asked, False
            return frame, at, asked, self._turns

    def _look(self, frame: QVideoFrame, at: float, asked: bool, turns: int) -> Seen | None:
        pixels = pixels_of(frame, _SHOWN)
        if pixels is None:
            return None
        grey = grey_of(pixels, _LOOKED_AT)
        due = self._stillness.see(grey, at)
        if asked:
            self._stillness.shot(grey)
        shot = jpeg_of(frame, turns) if due or asked else None
        return Seen(_image(turned(pixels, turns)), self._stillness.phase, shot)


def _image(pixels: Pixels) -> QImage:
    height, width = pixels.shape[:2]
    return QImage(pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_BGR888).copy()
