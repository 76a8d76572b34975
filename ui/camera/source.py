"""The cameras of this PC: which there are, the largest picture of one, and that one was unplugged or has come back.

Qt's camera lives in this process: it wants the application and its event loop.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QLoggingCategory, QObject, Signal
from PySide6.QtMultimedia import (
    QCamera,
    QCameraDevice,
    QCameraFormat,
    QMediaCaptureSession,
    QMediaDevices,
    QVideoFrame,
    QVideoFrameFormat,
    QVideoSink,
)

from ui.camera.frames import READERS

QLoggingCategory.setFilterRules("qt.multimedia.symbolsresolver.warning=false")  # of decoders we can do without
_JPEG = QVideoFrameFormat.PixelFormat.Format_Jpeg
_SLOWEST = 4.0  # frames a second: below that a page lies still before it is seen to


@dataclass(frozen=True)
class CameraName:
    """``id`` may change with a replug (Linux numbers cameras), so the name finds it again as well."""

    id: str
    name: str


def lasting(camera: CameraName, known: Sequence[CameraName]) -> str:
    """What it is remembered by: the name, with the id where two of one name are there."""
    alone = sum(each.name == camera.name for each in known) < 2
    return camera.name if alone else f"{camera.name}|{camera.id}"


def remembered(known: Sequence[CameraName], kept: str) -> CameraName | None:
    """The camera that was chosen: itself, one of its name, or the first there is."""
    same = [each for each in known if kept == f"{each.name}|{each.id}"]
    same += [each for each in known if each.name in (kept, kept.rpartition("|")[0])]
    return next(iter([*same, *known]), None)


def best_format(formats: Sequence[QCameraFormat]) -> QCameraFormat | None:
    """The largest picture that still moves; of those of one size the camera's own JPEG, then the quickest."""
    usable = [each for each in formats if each.pixelFormat() in READERS or each.pixelFormat() == _JPEG]
    moving = [each for each in usable if each.maxFrameRate() >= _SLOWEST]
    return max(moving or usable, key=_worth, default=None)


def _worth(form: QCameraFormat) -> tuple[int, bool, float]:
    size = form.resolution()
    return size.width() * size.height(), form.pixelFormat() == _JPEG, form.maxFrameRate()


class Source(QObject):
    """What the sheet wants of a camera, and of the clip that stands for one in tests.

    Signals: ``framed(QVideoFrame, seconds)``; ``listed()``: other cameras are there; ``lost()``: the one in use has
    gone; ``failed()``: it cannot be opened. ``sink``: where frames come from.
    """

    framed = Signal(object, float)
    listed = Signal()
    lost = Signal()
    failed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.sink = QVideoSink(self)
        self.sink.videoFrameChanged.connect(self._on_frame)

    def cameras(self) -> list[CameraName]:
        raise NotImplementedError

    def start(self, camera_id: str) -> None:
        """From this camera, instead of the one before."""
        raise NotImplementedError

    def stop(self) -> None:
        raise NotImplementedError

    def time_of(self, frame: QVideoFrame) -> float:
        return time.monotonic()

    def _on_frame(self, frame: QVideoFrame) -> None:
        if frame.isValid():
            self.framed.emit(frame, self.time_of(frame))


class CameraSource(Source):
    """The PC's own cameras."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._devices = QMediaDevices(self)
        self._devices.videoInputsChanged.connect(self._on_inputs)
        self._session = QMediaCaptureSession(self)
        self._session.setVideoSink(self.sink)
        self._camera: QCamera | None = None
        self._used = ""

    def cameras(self) -> list[CameraName]:
        return [CameraName(_id(each), each.description()) for each in self._devices.videoInputs()]

    def start(self, camera_id: str) -> None:
        self.stop()
        device = next((each for each in self._devices.videoInputs() if _id(each) == camera_id), None)
        if device is None:
            self.lost.emit()
            return
        self._used = camera_id
        self._camera = camera = QCamera(device, self)
        camera.errorOccurred.connect(self._on_error)
        form = best_format(device.videoFormats())
        if form is not None:
            camera.setCameraFormat(form)
        self._session.setCamera(camera)
        camera.start()

    def stop(self) -> None:
        camera, self._camera = self._camera, None
        self._used = ""
        if camera is not None:
            camera.stop()
            self._session.setCamera(None)  # type: ignore[arg-type]  # Qt takes none
            camera.deleteLater()

    def _on_inputs(self) -> None:
        gone = self._used and all(each.id != self._used for each in self.cameras())
        if gone:
            self.stop()
            self.lost.emit()
        self.listed.emit()

    def _on_error(self, error: QCamera.Error, _words: str) -> None:
        if error != QCamera.Error.NoError:
            self.failed.emit()


def _id(device: QCameraDevice) -> str:
    return bytes(device.id().data()).decode("utf-8", "replace")
