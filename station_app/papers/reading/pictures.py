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
from PIL import Image, ImageSequence, UnidentifiedImageError

from station_app.errors import UserError
from station_app.papers.paging import pdf
from station_app.papers.paging.page import is_pdf
from sync.wire import MAX_SCANS

Picture: TypeAlias = NDArray[Any]  # uint8, height x width x 3, blue green red
_MOST_PIXELS = 120_000_000  # A3 at 600 dpi has 70 million
_READ_PIXELS = 12_600_000  # A4 at 300 dpi has 8.7 million: what is larger is made smaller, for the memory


@dataclass(frozen=True)
class Frame:
    """``scale``: stored pixels for one of ``picture``."""

    picture: Picture
    scale: float


def pages_of(source: Path | bytes) -> Iterator[Frame]:
    """Of a picture, of a TIFF of several pages, of a PDF; a file or its bytes.

    Raises UserError ``scan_file_missing``, ``scan_unreadable``, ``picture_too_large``, ``pdf_*``, ``scans_too_many``.
    """
    with _named():
        content = source if isinstance(source, bytes) else source.read_bytes()
        if is_pdf(content):
            for page in pdf.pages(content, MAX_SCANS):
                yield from _frames(page.content)
        else:
            yield from _frames(content)


def first_page(content: bytes) -> Frame:
    """Raises as ``pages_of``."""
    return next(pages_of(content))


@contextmanager
def _named() -> Iterator[None]:
    try:
        yield
    except UnidentifiedImageError as error:
        raise UserError("scan_unreadable") from error
    except Image.DecompressionBombError as error:
        raise UserError("picture_too_large") from error
    except FileNotFoundError as error:
        raise UserError("scan_file_missing") from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise UserError("scan_unreadable") from error


def _frames(content: bytes) -> Iterator[Frame]:
    with Image.open(BytesIO(content)) as opened:
        if opened.width * opened.height > _MOST_PIXELS:
            raise UserError("picture_too_large")
        width = opened.width
        if opened.format in ("JPEG", "MPO"):  # a second picture in it is a preview
            _draft(opened)
            yield _frame(opened, width)
            return
        for frame in ImageSequence.Iterator(opened):
            yield _frame(frame, frame.width)


def _draft(picture: Image.Image) -> None:
    """A JPEG can be decoded in an eighth, a quarter or half of its size at once."""
    by = next((each for each in (1, 2, 4) if picture.width * picture.height <= _READ_PIXELS * each * each), 8)
    if by > 1:
        picture.draft(None, (picture.width // by, picture.height // by))


def _frame(frame: Image.Image, width: int) -> Frame:
    rgb = _plain(frame)
    if rgb.width * rgb.height > _READ_PIXELS:
        rgb = rgb.resize(_bounded(rgb.size), Image.Resampling.BOX, reducing_gap=1.0)
    pixels = np.asarray(rgb, dtype=np.uint8)
    return Frame(np.ascontiguousarray(pixels[:, :, ::-1]), width / rgb.width)


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
