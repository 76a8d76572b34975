"""A JPEG (ITU-T T.81) written in bands, for a picture that is not to be had whole.

Each band is encoded by itself, with a restart marker behind each row of blocks: there every decoder begins anew, so
that the bands' data behind one head are one picture, in the same pixels as if it had been encoded at once.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterable, Iterator

from PIL import Image

from station_app.errors import UserError

_ROWS = 256  # 16 rows of blocks, or 32 of a grey picture: the markers' numbers, 0 to 7, come out even
_MOST_ROWS = 65_500  # what libjpeg writes
_LAST_RESTART, _END = b"\xff\xd7", b"\xff\xd9"
_FRAME, _SCAN = 0xC0, 0xDA


def jpeg_of(bands: Iterable[Image.Image], size: tuple[int, int], quality: int, dpi: tuple[float, float]) -> bytes:
    """``bands``: grey or in colours (L, RGB), all alike, of any height. Raises UserError ``picture_too_large``."""
    if max(size) > _MOST_ROWS:
        raise UserError("picture_too_large")
    files = (_encoded(each, quality, dpi) for each in _even(bands, size))
    head, data = _parted(next(files))
    parts = [_with_height(head, size[1]), data]
    for each in files:
        parts += [_LAST_RESTART, _parted(each)[1]]
    return b"".join([*parts, _END])


def _encoded(band: Image.Image, quality: int, dpi: tuple[float, float]) -> bytes:
    data = io.BytesIO()
    band.save(data, "JPEG", quality=quality, dpi=dpi, restart_marker_rows=1)
    return data.getvalue()


def _even(bands: Iterable[Image.Image], size: tuple[int, int]) -> Iterator[Image.Image]:
    """The same picture in bands of ``_ROWS``, but for the last. What is missing at the end raises SyntaxError."""
    width, height = size
    top = filled = 0
    whole: Image.Image | None = None
    for band in bands:
        done = 0
        while done < band.height:
            if whole is None:
                whole, filled = Image.new(band.mode, (width, min(_ROWS, height - top))), 0
            some = min(band.height - done, whole.height - filled)
            whole.paste(band.crop((0, done, width, done + some)), (0, filled))
            done, filled = done + some, filled + some
            if filled == whole.height:
                yield whole
                top, whole = top + filled, None
    if top != height:
        raise SyntaxError("rows are missing")


def _parted(file: bytes) -> tuple[bytes, bytes]:
    """Its head, and its data without the end mark."""
    start = _segment(file, _SCAN)
    start += 2 + int.from_bytes(file[start + 2 : start + 4])
    return file[:start], file[start : -len(_END)]


def _with_height(head: bytes, height: int) -> bytes:
    at = _segment(head, _FRAME) + 5
    return head[:at] + struct.pack(">H", height) + head[at + 2 :]


def _segment(file: bytes, marker: int) -> int:
    """Where it begins, behind the start mark and other segments."""
    at = 2
    while file[at + 1] != marker:
        at += 2 + int.from_bytes(file[at + 2 : at + 4])
    return at
