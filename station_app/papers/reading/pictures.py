"""A file's pages as pictures. Pixels as they are stored: corners are told in them."""

from __future__ import annotations

from collections.abc import Iterator
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


def pages_of(file: Path) -> Iterator[Picture]:
    """Of a picture, of a TIFF of several pages, of a PDF.

    Raises UserError ``scan_file_missing``, ``scan_unreadable``, ``picture_too_large``, ``pdf_*``, ``scans_too_many``.
    """
    try:
        content = file.read_bytes()
        if is_pdf(content):
            for page in pdf.pages(content, MAX_SCANS):
                yield from _frames(page.content)
        else:
            yield from _frames(content)
    except UnidentifiedImageError as error:
        raise UserError("scan_unreadable") from error
    except Image.DecompressionBombError as error:
        raise UserError("picture_too_large") from error
    except FileNotFoundError as error:
        raise UserError("scan_file_missing") from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise UserError("scan_unreadable") from error


def _frames(content: bytes) -> Iterator[Picture]:
    with Image.open(BytesIO(content)) as opened:
        if opened.width * opened.height > _MOST_PIXELS:
            raise UserError("picture_too_large")
        for frame in ImageSequence.Iterator(opened):
            yield _bgr(frame)


def _bgr(frame: Image.Image) -> Picture:
    """Transparent parts are white, as paper is."""
    if frame.mode in ("RGBA", "LA", "PA") or "transparency" in frame.info:
        with_alpha = frame.convert("RGBA")
        white = Image.new("RGBA", frame.size, "white")
        frame = Image.alpha_composite(white, with_alpha)
    return np.ascontiguousarray(np.asarray(frame.convert("RGB"), dtype=np.uint8)[:, :, ::-1])
