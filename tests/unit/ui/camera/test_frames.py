"""Frames of every kind that cameras make come out as the same picture; what is shot is whole."""

from __future__ import annotations

from io import BytesIO

import cv2
import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QSize
from PySide6.QtMultimedia import QVideoFrame, QVideoFrameFormat

from tests.unit.ui.camera.clips import Frame
from ui.camera.frames import READERS, jpeg_of, pixels_of

_Format = QVideoFrameFormat.PixelFormat
_SIZE = (322, 200)  # a width that buffers pad
_CORNERS = {(20, 20): (0, 0, 220), (300, 20): (0, 200, 0), (20, 180): (210, 0, 0), (300, 180): (240, 240, 240)}


def _picture() -> Frame:
    """Red, green, blue and white, a quarter each."""
    width, height = _SIZE
    picture = np.zeros((height, width, 3), np.uint8)
    for (x, y), colour in _CORNERS.items():
        left, top = (x > width / 2) * width // 2, (y > height / 2) * height // 2
        picture[top : top + height // 2, left : left + width // 2] = colour
    return picture


def _frame(kind: QVideoFrameFormat.PixelFormat) -> QVideoFrame:
    form = QVideoFrameFormat(QSize(*_SIZE), kind)
    form.setColorRange(QVideoFrameFormat.ColorRange.ColorRange_Full)
    frame = QVideoFrame(form)
    assert frame.map(QVideoFrame.MapMode.WriteOnly)
    for plane, content in enumerate(_planes(kind)):
        into = np.frombuffer(frame.bits(plane), np.uint8)
        stride = frame.bytesPerLine(plane)
        for row, line in enumerate(content):
            into[row * stride : row * stride + len(line)] = line
    frame.unmap()
    return frame


def _planes(kind: QVideoFrameFormat.PixelFormat) -> list[Frame]:
    picture = _picture()
    luma, red, blue = cv2.split(cv2.cvtColor(picture, cv2.COLOR_BGR2YCrCb))
    half, quarter = (slice(None), slice(None, None, 2)), (slice(None, None, 2), slice(None, None, 2))
    woven = np.stack([luma[half], blue[half], luma[:, 1::2], red[half]], axis=2).reshape(_SIZE[1], -1)
    full = np.full((*picture.shape[:2], 1), 255, np.uint8)
    channels = np.concatenate([picture, full], axis=2)
    orders = {"BGR": (0, 1, 2, 3), "RGB": (2, 1, 0, 3), "ARGB": (3, 2, 1, 0), "ABGR": (3, 0, 1, 2)}
    name = kind.name.removeprefix("Format_").replace("X", "A", 1).removesuffix("8888")
    if name in ("BGRA", "RGBA", "ARGB", "ABGR"):
        order = orders[name if name.startswith("A") else name[:3]]
        return [channels[:, :, order].reshape(_SIZE[1], -1)]
    return {
        _Format.Format_YUV420P: [luma, blue[quarter], red[quarter]],
        _Format.Format_YV12: [luma, red[quarter], blue[quarter]],
        _Format.Format_YUV422P: [luma, blue[half], red[half]],
        _Format.Format_NV12: [luma, np.stack([blue[quarter], red[quarter]], axis=2).reshape(_SIZE[1] // 2, -1)],
        _Format.Format_NV21: [luma, np.stack([red[quarter], blue[quarter]], axis=2).reshape(_SIZE[1] // 2, -1)],
        _Format.Format_YUYV: [woven],
        _Format.Format_UYVY: [woven.reshape(_SIZE[1], -1, 2)[:, :, ::-1].reshape(_SIZE[1], -1)],
        _Format.Format_Y8: [luma],
    }[kind]


@pytest.mark.parametrize("kind", READERS, ids=lambda kind: kind.name)
def test_every_kind_of_frame_shows_the_same_picture(kind: QVideoFrameFormat.PixelFormat) -> None:
    pixels = pixels_of(_frame(kind))
    assert pixels is not None
    assert pixels.shape == (_SIZE[1], _SIZE[0], 3)
    for (x, y), colour in _CORNERS.items():
        grey = kind == _Format.Format_Y8
        there = (
            _picture() if not grey else cv2.cvtColor(cv2.cvtColor(_picture(), cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
        )
        assert pixels[y, x].tolist() == pytest.approx(there[y, x].tolist(), abs=6), colour
    small = pixels_of(_frame(kind), longest=80)
    assert small is not None
    assert small.shape == (50, 80, 3)


def test_the_narrow_range_of_video_is_spread() -> None:
    form = QVideoFrameFormat(QSize(*_SIZE), _Format.Format_YUV420P)
    form.setColorRange(QVideoFrameFormat.ColorRange.ColorRange_Video)
    frame = QVideoFrame(form)
    assert frame.map(QVideoFrame.MapMode.WriteOnly)
    for plane, value in enumerate((235, 128, 128)):
        np.frombuffer(frame.bits(plane), np.uint8)[:] = value
    frame.unmap()
    pixels = pixels_of(frame)
    assert pixels is not None
    assert pixels[50, 50].tolist() == [255, 255, 255]


def _jpeg_frame(content: bytes) -> QVideoFrame:
    frame = QVideoFrame(QVideoFrameFormat(QSize(*_SIZE), _Format.Format_Jpeg))
    assert frame.map(QVideoFrame.MapMode.WriteOnly)
    into = np.frombuffer(frame.bits(0), np.uint8)
    into[:] = 0
    into[: len(content)] = np.frombuffer(content, np.uint8)
    frame.unmap()
    return frame


def _jpeg() -> bytes:
    done, content = cv2.imencode(".jpg", _picture(), [cv2.IMWRITE_JPEG_QUALITY, 90])
    assert done
    return content.tobytes()


def test_a_jpeg_of_the_cameras_own_is_filed_as_it_is() -> None:
    frame = _jpeg_frame(_jpeg())
    assert jpeg_of(frame, 0) == _jpeg()
    small = pixels_of(frame, longest=80)
    assert small is not None
    assert small.shape[1] == 80
    assert abs(small.shape[0] - 50) <= 1


def test_a_jpeg_without_tables_or_end_is_made_anew_or_not_at_all() -> None:
    whole = _jpeg()
    tables = whole.index(b"\xff\xc4")
    bare = whole.replace(b"\xff\xc4", b"\xff\xfe")  # cameras leave them out: the usual ones are meant
    made = jpeg_of(_jpeg_frame(bare), 0)
    assert made is None or b"\xff\xc4" in made
    assert jpeg_of(_jpeg_frame(whole[:tables]), 0) is None


def test_a_shot_is_turned_as_the_clerk_turns_it() -> None:
    for frame in (_jpeg_frame(_jpeg()), _frame(_Format.Format_NV12)):
        content = jpeg_of(frame, 1)
        assert content is not None
        with Image.open(BytesIO(content)) as shot:
            assert shot.size == (_SIZE[1], _SIZE[0])
            assert shot.convert("RGB").getpixel((180, 20)) == pytest.approx((220, 0, 0), abs=8)


def test_a_frame_that_is_gone_is_no_picture() -> None:
    assert pixels_of(QVideoFrame()) is None
    assert jpeg_of(QVideoFrame(), 0) is None
