"""A clip that stands for the camera: pages laid under it by a hand, drawn by OpenCV, played into the same sink."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QUrl
from PySide6.QtMultimedia import QMediaPlayer, QVideoFrame

from tests.samples.cases import case
from tests.samples.people import person
from tests.samples.pictures import scans_of
from ui.camera.source import CameraName, Source

Frame = NDArray[Any]
FPS = 10
SIZE = (800, 600)
_DESK = (52, 60, 66)


def desk(seed: int = 1) -> Frame:
    """The empty table, with the noise of a cheap camera."""
    return noisy(np.full((SIZE[1], SIZE[0], 3), _DESK, np.uint8), seed)


def noisy(frame: Frame, seed: int) -> Frame:
    noise = np.random.default_rng(seed).integers(-7, 8, (*frame.shape[:2], 1), dtype=np.int16)
    return np.clip(frame + noise, 0, 255).astype(np.uint8)


def with_page(page: Frame, at: tuple[int, int], seed: int = 1) -> Frame:
    """The page's top left corner at ``at``; what is outside the table is not seen."""
    frame = desk(seed)
    left, top = at
    x, y = max(left, 0), max(top, 0)
    part = page[y - top : max(SIZE[1] - top, 0), x - left : max(SIZE[0] - left, 0)]
    if part.size:
        frame[y : y + part.shape[0], x : x + part.shape[1]] = part
    return frame


def papers(number: int = 3) -> list[Frame]:
    """Identity card, service card and certificate of an invented person."""
    found = []
    for content in scans_of(person(number), case(number)).values():
        page = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
        assert page is not None
        size = (page.shape[1] * 9 // 20, page.shape[0] * 9 // 20)
        found.append(cv2.resize(page, size, interpolation=cv2.INTER_AREA))
    return found


def laid_down(pages: Sequence[Frame], still: float = 2.0, empty: float = 1.5) -> Iterator[Frame]:
    """The table; then each page is pushed in, lies still for so many seconds, and is taken away."""
    seed = iter(range(10_000))
    yield from (desk(next(seed)) for _ in range(round(empty * FPS)))
    for page in pages:
        for step in range(6):
            yield with_page(page, (100, 80 + 110 * (5 - step)), next(seed))
        yield from (with_page(page, (100, 80), next(seed)) for _ in range(round(still * FPS)))
        for step in range(6):
            yield with_page(page, (100 - 160 * step, 80), next(seed))
        yield from (desk(next(seed)) for _ in range(round(empty * FPS)))


def write_clip(path: Path, frames: Iterator[Frame]) -> Path:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), FPS, SIZE)
    for frame in frames:
        writer.write(frame)
    writer.release()
    return path


class ClipSource(Source):
    """One or more cameras, each a clip. ``unplug`` and ``plug`` as a hand at the USB plug does."""

    def __init__(self, clips: dict[str, Path], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.clips = dict(clips)
        self.started: list[str] = []
        self._player: QMediaPlayer | None = None
        self._used = ""
        self._socket = 0

    def cameras(self) -> list[CameraName]:
        return [CameraName(f"socket {self._socket} of {name}", name) for name in self.clips]

    def start(self, camera_id: str) -> None:
        self.stop()
        self._used = camera_id.partition(" of ")[2]
        self.started.append(self._used)
        self._player = player = QMediaPlayer(self)
        player.setVideoSink(self.sink)
        player.setSource(QUrl.fromLocalFile(str(self.clips[self._used])))
        player.play()

    def stop(self) -> None:
        player, self._player = self._player, None
        if player is not None:
            player.stop()
            player.setVideoSink(None)  # type: ignore[arg-type]
            player.deleteLater()

    def time_of(self, frame: QVideoFrame) -> float:
        """As the clip counts it, however slowly this machine plays it."""
        return frame.startTime() / 1e6

    def fail(self) -> None:
        """As Qt tells it where another program has the camera, or the system forbids it."""
        self.stop()
        self.failed.emit()

    def freeze(self) -> None:
        """It is there, and gives no picture any more."""
        assert self._player is not None
        self._player.pause()

    def unplug(self) -> Path:
        self.stop()
        clip = self.clips.pop(self._used)
        self.lost.emit()
        self.listed.emit()
        return clip

    def plug(self, clip: Path) -> None:
        """Into another socket: the system numbers cameras anew."""
        self._socket += 1
        self.clips[self._used] = clip
        self.listed.emit()
