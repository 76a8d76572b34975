"""A file's pages as pictures. Pixels as they are stored: corners are told in them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageSequence, UnidentifiedImageError

from station_app.errors import UserError

Picture: TypeAlias = NDArray[Any]  # uint8, height x width x 3, blue green red
_MOST_PIXELS = 120_000_000  # A3 at 600 dpi has 70 million


def pages_of(file: Path) -> Iterator[Picture]:
    """Raises UserError ``scan_file_missing``, ``scan_unreadable``, ``picture_too_large``."""
    try:
        with Image.open(file) as opened:
            if opened.width * opened.height > _MOST_PIXELS:
                raise UserError("picture_too_large")
            for frame in ImageSequence.Iterator(opened):
                yield _bgr(frame)
    except UnidentifiedImageError as error:
        raise UserError("scan_unreadable") from error
    except Image.DecompressionBombError as error:
        raise UserError("picture_too_large") from error
    except FileNotFoundError as error:
        raise UserError("scan_file_missing") from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise UserError("scan_unreadable") from error


def _bgr(frame: Image.Image) -> Picture:
    """Transparent parts are white, as paper is."""
    if frame.mode in ("RGBA", "LA", "PA") or "transparency" in frame.info:
        with_alpha = frame.convert("RGBA")
        white = Image.new("RGBA", frame.size, "white")
        frame = Image.alpha_composite(white, with_alpha)
    return np.ascontiguousarray(np.asarray(frame.convert("RGB"), dtype=np.uint8)[:, :, ::-1])
