"""A file's pages as pictures, no larger than reading needs them. What is told of them is told in stored pixels."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from station_app.errors import UserError
from station_app.papers.bands import BROKEN, bands_of, check_readable, fits
from station_app.papers.paging import pdf
from station_app.papers.paging.page import is_pdf
from sync.wire import MAX_SCANS

Picture: TypeAlias = NDArray[Any]  # uint8, height x width x 3, blue green red
_STRIP = 256  # rows
_HEAD = 2048  # bytes that show what a file is
_READ_PIXELS = 12_600_000  # A4 at 300 dpi has 8.7 million: what is larger is made smaller, for the memory


@dataclass(frozen=True)
class Frame:
    """``scale``: stored pixels for one of ``picture``."""

    picture: Picture
    scale: float


def pages_of(source: Path | bytes) -> Iterator[Frame]:
    """Of a picture, of a TIFF of several pages, of a PDF; a file or its bytes.

    Raises UserError ``scan_file_missing``, ``scan_unreadable``, ``picture_too_large``, ``picture_too_heavy``,
    ``pdf_*``, ``scans_too_many``.
    """
    with _named():
        if _starts_a_pdf(source):
            for page in pdf.pages(_bytes_of(source), MAX_SCANS):
                yield from _frames(page.content)
        else:
            yield from _frames(source)


def _starts_a_pdf(source: Path | bytes) -> bool:
    if isinstance(source, bytes):
        return is_pdf(source)
    with source.open("rb") as file:
        return is_pdf(file.read(_HEAD))


def first_page(content: bytes) -> Frame:
    """Raises as ``pages_of``."""
    return next(pages_of(content))


@contextmanager
def _named() -> Iterator[None]:
    try:
        yield
    except Image.DecompressionBombError as error:
        raise UserError("picture_too_large") from error
    except FileNotFoundError as error:
        raise UserError("scan_file_missing") from error
    except BROKEN as error:
        raise UserError("scan_unreadable") from error


def _frames(source: Path | bytes) -> Iterator[Frame]:
    """Nothing of the stored picture is held while its page is looked at: each is opened anew."""
    number, count = 0, 1
    while number < count:
        frame, count = _one(source, number)
        yield frame
        number += 1


def _one(source: Path | bytes, number: int) -> tuple[Frame, int]:
    """A page of a picture, and how many it has."""
    with Image.open(source if isinstance(source, Path) else BytesIO(source)) as opened:
        if opened.format in ("JPEG", "MPO"):  # a second picture in it is a preview
            check_readable(b"", opened)
            width = opened.width
            _draft(opened)
            return _frame(opened, width), 1
        opened.seek(number)
        content = _bytes_of(source)
        check_readable(content, opened)
        count = getattr(opened, "n_frames", 1)
        return _frame(opened, opened.width) if _is_had_whole(opened) else _from_bands(content, opened), count


def _is_had_whole(picture: Image.Image) -> bool:
    """Whether it needs no other copy of itself, or is small."""
    small = picture.width * picture.height <= _READ_PIXELS
    return small or (picture.mode in ("L", "RGB") and fits(picture))


def _bytes_of(source: Path | bytes) -> bytes:
    return source if isinstance(source, bytes) else source.read_bytes()


def _from_bands(content: bytes, frame: Image.Image) -> Frame:
    """Made smaller band by band, as it would be whole: in colours 120 million pixels are 480 MB and more."""
    width, height = _bounded(frame.size)
    step = frame.height / height  # rows of the picture to one that is made of them
    small: list[Picture] = []
    above, rest, made = 0, np.empty((0, frame.width, 3), np.uint8), 0
    for band in bands_of(content, frame):
        rest = np.concatenate([rest, np.asarray(_plain(band), dtype=np.uint8)])
        end = height if above + len(rest) >= frame.height else int((above + len(rest)) / step)
        if end > made:
            box = (0.0, made * step - above, float(frame.width), min(end * step - above, float(len(rest))))
            small.append(np.asarray(Image.fromarray(rest).resize((width, end - made), Image.Resampling.BOX, box)))
            used = int(end * step) - above
            above, rest, made = above + used, rest[used:], end
    return Frame(np.ascontiguousarray(np.concatenate(small)[:, :, ::-1]), frame.width / width)


def _draft(picture: Image.Image) -> None:
    """A JPEG can be decoded in an eighth, a quarter or half of its size at once."""
    by = next((each for each in (1, 2, 4) if picture.width * picture.height <= _READ_PIXELS * each * each), 8)
    if by > 1:
        picture.draft(None, (picture.width // by, picture.height // by))


def _frame(frame: Image.Image, width: int) -> Frame:
    plain = frame if frame.mode in ("L", "RGB") and "transparency" not in frame.info else _plain(frame)
    size = _bounded(plain.size)
    pixels = np.empty((size[1], size[0], 3), np.uint8)
    for top in range(0, size[1], _STRIP):  # a large picture is not held twice
        bottom = min(top + _STRIP, size[1])
        pixels[top:bottom] = _part(plain, size, top, bottom)[:, :, ::-1]
    return Frame(pixels, width / size[0])


def _part(picture: Image.Image, size: tuple[int, int], top: int, bottom: int) -> Picture:
    """These rows of the picture in another size."""
    down = picture.height / size[1]
    box = (0.0, top * down, float(picture.width), bottom * down)
    if size == picture.size:
        return np.asarray(picture.crop((0, top, size[0], bottom)).convert("RGB"))
    return np.asarray(picture.resize((size[0], bottom - top), Image.Resampling.BOX, box).convert("RGB"))


def _bounded(size: tuple[int, int]) -> tuple[int, int]:
    factor = min(1.0, math.sqrt(_READ_PIXELS / (size[0] * size[1])))
    return int(size[0] * factor), int(size[1] * factor)


def _plain(frame: Image.Image) -> Image.Image:
    """Transparent parts are white, as paper is."""
    if frame.mode in ("RGBA", "LA", "PA") or "transparency" in frame.info:
        with_alpha = frame.convert("RGBA")
        white = Image.new("RGBA", frame.size, "white")
        frame = Image.alpha_composite(white, with_alpha)
    return frame if frame.mode == "RGB" else frame.convert("RGB")
