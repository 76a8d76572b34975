"""The pages of a TIFF of several; one of a single page is a picture like any other and stays as it is."""

from __future__ import annotations

import io
from collections.abc import Iterator

from PIL import Image, ImageSequence

from station_app.errors import UserError
from station_app.papers.bands import BROKEN, MOST_PIXELS, WHOLE_BYTES, bands_of
from station_app.papers.paging.page import FilePage, encoded, encoded_in_bands

_MAGICS = (b"II*\x00", b"MM\x00*")
_ELSE_WHOLE = 280_000_000  # bytes of a page that cannot be had in parts: A3 at 600 dpi, in colour
_BROKEN = (*BROKEN, Image.DecompressionBombError)


def has_several(content: bytes) -> bool:
    """Whether a second page begins in it; what is broken is not looked at further."""
    if content[:4] not in _MAGICS:
        return False
    try:
        with Image.open(io.BytesIO(content), formats=("TIFF",)) as file:
            file.seek(1)
    except _BROKEN:
        return False
    return True


def pages(content: bytes, most: int) -> Iterator[FilePage]:
    """Raises UserError ``scan_unreadable``, ``picture_too_large``, ``picture_too_heavy``, ``scans_too_many``."""
    try:
        with Image.open(io.BytesIO(content), formats=("TIFF",)) as file:
            number = getattr(file, "n_frames", 1)
            if number > most:
                raise UserError("scans_too_many", number=number, most=most)
            for frame in ImageSequence.Iterator(file):
                yield _page(content, frame)
    except _BROKEN as error:
        raise UserError("scan_unreadable") from error


def _page(content: bytes, frame: Image.Image) -> FilePage:
    pixels = frame.width * frame.height
    if pixels > MOST_PIXELS:
        raise UserError("picture_too_large")
    if frame.mode in ("1", "L") or 4 * pixels <= WHOLE_BYTES:  # as it is, or made one of colours
        return encoded(frame)
    return encoded_in_bands(bands_of(content, frame, _ELSE_WHOLE), frame)
