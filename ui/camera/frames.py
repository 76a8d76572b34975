"""A frame of the camera as pixels, on any thread: by OpenCV; Qt's own way may want a window of the main thread's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtMultimedia import QVideoFrame, QVideoFrameFormat

if TYPE_CHECKING:
    from collections.abc import Iterator

Pixels: TypeAlias = NDArray[Any]  # uint8, height x width x 3, blue green red
Plane: TypeAlias = NDArray[Any]
Size: TypeAlias = tuple[int, int]  # width, height
_QUALITY = 92
_END, _TABLES = b"\xff\xd9", b"\xff\xc4"
_REDUCED = ((8, cv2.IMREAD_REDUCED_COLOR_8), (4, cv2.IMREAD_REDUCED_COLOR_4), (2, cv2.IMREAD_REDUCED_COLOR_2))
_TURNS = (None, cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_180, cv2.ROTATE_90_COUNTERCLOCKWISE)
_Format = QVideoFrameFormat.PixelFormat


def pixels_of(frame: QVideoFrame, longest: int = 0) -> Pixels | None:
    """The picture, with ``longest`` no larger than that; None where the frame holds none (a camera that has gone)."""
    kind = frame.pixelFormat()
    with _mapped(frame) as there:
        if not there:
            return None
        if kind == _Format.Format_Jpeg:
            return _decoded(bytes(frame.bits(0)), max(frame.width(), frame.height()), longest)
        reader = READERS.get(kind)
        return None if reader is None else reader(frame, _fitting((frame.width(), frame.height()), longest))


def jpeg_of(frame: QVideoFrame, turns: int) -> bytes | None:
    """The whole picture as JPEG, turned clockwise by quarters; the camera's own bytes where it made one and nothing is
    turned.
    """
    if frame.pixelFormat() == _Format.Format_Jpeg and not turns % 4:
        with _mapped(frame) as there:
            own = _own_jpeg(bytes(frame.bits(0))) if there else None
        if own is not None:
            return own
    pixels = pixels_of(frame)
    if pixels is None:
        return None
    done, content = cv2.imencode(".jpg", turned(pixels, turns), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return content.tobytes() if done else None


def turned(pixels: Pixels, turns: int) -> Pixels:
    turn = _TURNS[turns % 4]
    return pixels if turn is None else cv2.rotate(pixels, turn)


def grey_of(pixels: Pixels, width: int) -> Plane:
    height = max(round(pixels.shape[0] * width / pixels.shape[1]), 1)
    return cv2.resize(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), (width, height), interpolation=cv2.INTER_AREA)


@contextmanager
def _mapped(frame: QVideoFrame) -> Iterator[bool]:
    there = frame.isValid() and frame.map(QVideoFrame.MapMode.ReadOnly)
    try:
        yield there
    finally:
        if there:
            frame.unmap()


def _own_jpeg(content: bytes) -> bytes | None:
    """Without what a buffer holds behind it; None for one without tables (cameras leave them out), or cut off."""
    end = content.rfind(_END)
    whole = content.startswith(b"\xff\xd8") and end > 0 and _TABLES in content[:end]
    return content[: end + 2] if whole else None


def _decoded(content: bytes, side: int, longest: int) -> Pixels | None:
    flag = next((flag for by, flag in _REDUCED if longest and side // by >= longest), cv2.IMREAD_COLOR)
    pixels = cv2.imdecode(np.frombuffer(content, np.uint8), flag | cv2.IMREAD_IGNORE_ORIENTATION)
    if pixels is None:
        return None
    size = _fitting((pixels.shape[1], pixels.shape[0]), longest)
    return _scaled(pixels, size)


def _fitting(size: Size, longest: int) -> Size:
    factor = min(longest / max(size), 1.0) if longest else 1.0
    return max(round(size[0] * factor), 1), max(round(size[1] * factor), 1)


def _scaled(plane: Plane, size: Size) -> Plane:
    if (plane.shape[1], plane.shape[0]) == size:
        return plane
    smaller = plane.shape[1] > size[0]
    return cv2.resize(plane, size, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR)


def _rows(frame: QVideoFrame, plane: int, height: int, width: int) -> Plane:
    """The plane's bytes, ``width`` of each line."""
    stride = frame.bytesPerLine(plane)
    flat = np.frombuffer(frame.bits(plane), np.uint8)
    lines = min(height, (len(flat) + stride - width) // stride)
    return np.lib.stride_tricks.as_strided(flat, (lines, width), (stride, 1))


def _colours(frame: QVideoFrame, luma: Plane, blue: Plane, red: Plane, size: Size) -> Pixels:
    planes = [_scaled(np.ascontiguousarray(each), size) for each in (luma, red, blue)]
    if frame.surfaceFormat().colorRange() != QVideoFrameFormat.ColorRange.ColorRange_Full:
        planes = [
            cv2.convertScaleAbs(planes[0], alpha=255 / 219, beta=-16 * 255 / 219),
            *[cv2.convertScaleAbs(each, alpha=255 / 224, beta=128 * (1 - 255 / 224)) for each in planes[1:]],
        ]
    return cv2.cvtColor(cv2.merge(planes), cv2.COLOR_YCrCb2BGR)


def _planar(down: int, swapped: bool = False) -> Callable[[QVideoFrame, Size], Pixels]:
    def read(frame: QVideoFrame, size: Size) -> Pixels:
        width, height = frame.width(), frame.height()
        luma = _rows(frame, 0, height, width)
        one, other = (_rows(frame, at, (height + down - 1) // down, (width + 1) // 2) for at in (1, 2))
        return _colours(frame, luma, *((other, one) if swapped else (one, other)), size)

    return read


def _half_planar(swapped: bool = False) -> Callable[[QVideoFrame, Size], Pixels]:
    def read(frame: QVideoFrame, size: Size) -> Pixels:
        width, height = frame.width(), frame.height()
        both = _rows(frame, 1, (height + 1) // 2, 2 * ((width + 1) // 2))
        one, other = both[:, 0::2], both[:, 1::2]
        return _colours(frame, _rows(frame, 0, height, width), *((other, one) if swapped else (one, other)), size)

    return read


def _packed(luma: int) -> Callable[[QVideoFrame, Size], Pixels]:
    """Two pixels in four bytes; ``luma``: where the first pixel's stands."""

    def read(frame: QVideoFrame, size: Size) -> Pixels:
        rows = _rows(frame, 0, frame.height(), 2 * frame.width())
        chroma = 1 - luma
        return _colours(frame, rows[:, luma::2], rows[:, chroma::4], rows[:, chroma + 2 :: 4], size)

    return read


def _four_bytes(blue: int, green: int, red: int) -> Callable[[QVideoFrame, Size], Pixels]:
    def read(frame: QVideoFrame, size: Size) -> Pixels:
        rows = _rows(frame, 0, frame.height(), 4 * frame.width()).reshape(-1, frame.width(), 4)
        return _scaled(np.ascontiguousarray(rows[:, :, [blue, green, red]]), size)

    return read


def _grey(frame: QVideoFrame, size: Size) -> Pixels:
    rows = np.ascontiguousarray(_rows(frame, 0, frame.height(), frame.width()))
    return cv2.cvtColor(_scaled(rows, size), cv2.COLOR_GRAY2BGR)


READERS: Mapping[QVideoFrameFormat.PixelFormat, Callable[[QVideoFrame, Size], Pixels]] = {
    _Format.Format_YUV420P: _planar(2),
    _Format.Format_YV12: _planar(2, swapped=True),
    _Format.Format_YUV422P: _planar(1),
    _Format.Format_NV12: _half_planar(),
    _Format.Format_NV21: _half_planar(swapped=True),
    _Format.Format_YUYV: _packed(0),
    _Format.Format_UYVY: _packed(1),
    _Format.Format_BGRA8888: _four_bytes(0, 1, 2),
    _Format.Format_BGRX8888: _four_bytes(0, 1, 2),
    _Format.Format_RGBA8888: _four_bytes(2, 1, 0),
    _Format.Format_RGBX8888: _four_bytes(2, 1, 0),
    _Format.Format_ARGB8888: _four_bytes(3, 2, 1),
    _Format.Format_XRGB8888: _four_bytes(3, 2, 1),
    _Format.Format_ABGR8888: _four_bytes(1, 2, 3),
    _Format.Format_XBGR8888: _four_bytes(1, 2, 3),
    _Format.Format_Y8: _grey,
}
