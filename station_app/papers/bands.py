"""What is read of large pictures at all, and those that cannot be had whole, decoded downwards in bands of a few rows.

No library at hand decodes a part of a PNG or TIFF; but a band of either is a small file of its own: of a PNG the rows
as they come out of the deflate stream, behind the row above them, which their filters refer to; of a TIFF its strips.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from itertools import chain

from PIL import Image, TiffImagePlugin
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile

from station_app.errors import UserError

WHOLE_BYTES = 120_000_000  # of a decoded picture: what a child has beside its models, under 600 MB
MOST_PIXELS = 120_000_000  # A3 at 600 dpi has 70 million
_MOST_COEFFICIENTS = 240_000_000  # bytes of a progressive JPEG's, beside the models under 600 MB
BROKEN = (  # what Pillow raises of a file that is hurt, and never means anything else there
    *(OSError, SyntaxError, ValueError, EOFError, KeyError, IndexError, TypeError, ArithmeticError),
    *(struct.error, zlib.error),
)
_ROWS = 256
_BYTES_OF_PIXEL = {"1": 1, "L": 1, "P": 1, "I;16": 2}  # Pillow keeps all others in four
_PNG = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # of a PNG's colour types
_STRIP_TAGS = (258, 259, 262, 266, 277, 284, 292, 317, 320, 338, 339, 347, 529, 530, 531, 532)
_WIDTH, _HEIGHT, _OFFSETS, _ROWS_PER_STRIP, _COUNTS = 256, 257, 273, 278, 279
_BITS, _COMPRESSION, _ORIENTATION, _SAMPLES, _PLANAR = 258, 259, 274, 277, 284


def fits(picture: Image.Image, most: int | None = None) -> bool:
    """Whether it can be decoded whole; ``most``: within so many bytes."""
    size = picture.width * picture.height * _BYTES_OF_PIXEL.get(picture.mode, 4)
    return size <= (WHOLE_BYTES if most is None else most)


def check_readable(content: bytes, picture: Image.Image) -> None:
    """Whether it will be read: asked at the counter, where the paper is, and again by who reads. Decodes nothing.

    ``picture``: as ``content`` was opened, at its page. Raises UserError ``picture_too_large``, ``picture_too_heavy``:
    it can neither be had whole nor in parts, or is a progressive JPEG, of which all coefficients are held.
    """
    if isinstance(picture, JpegImageFile):  # decoded in an eighth of its size at once, if it is as large as that
        if picture.info.get("progressive") and _coefficients(picture) > _MOST_COEFFICIENTS:
            raise UserError("picture_too_heavy")
        return
    if picture.width * picture.height > MOST_PIXELS:
        raise UserError("picture_too_large")
    if not fits(picture) and not _is_had_in_bands(content, picture):
        raise UserError("picture_too_heavy")


def _coefficients(picture: JpegImageFile) -> int:
    """Bytes, two for each."""
    parts = [(across, down) for _, across, down, _ in picture.layer]
    largest = max((across * down for across, down in parts), default=1)
    return sum(2 * picture.width * picture.height * across * down // largest for across, down in parts)


def bands_of(content: bytes, picture: Image.Image, else_whole: int = 0) -> Iterator[Image.Image]:
    """The picture in bands of its whole width, from above. ``picture``: as ``content`` was opened, at its page.

    ``else_whole``: bytes within which one is had whole that cannot be had in parts. Raises UserError
    ``picture_too_heavy``: neither will do. What is hurt raises as Pillow does.
    """
    if fits(picture):
        return _crops(picture)
    if not _is_had_in_bands(content, picture):
        if not fits(picture, else_whole):
            raise UserError("picture_too_heavy")
        return _crops(picture)
    return _bands_of_tiff(content, picture) if isinstance(picture, TiffImageFile) else _bands_of_png(content)


def _is_had_in_bands(content: bytes, picture: Image.Image) -> bool:
    if isinstance(picture, TiffImageFile):
        return _is_in_strips(picture) and _strips(picture)[0] * picture.width * 4 <= WHOLE_BYTES
    return isinstance(picture, PngImageFile) and content[24] == 8 and not content[28]  # eight bits, not interlaced


def _crops(picture: Image.Image) -> Iterator[Image.Image]:
    for top in range(0, picture.height, _ROWS):
        yield picture.crop((0, top, picture.width, min(top + _ROWS, picture.height)))


# ---- PNG: ISO/IEC 15948


def _bands_of_png(content: bytes) -> Iterator[Image.Image]:
    head = content[16:29]
    width, height, depth, colour = struct.unpack(">IIBB", head[:10])
    length = 1 + (width * depth * _CHANNELS[colour]) // 8
    others = b"".join(_chunk(name, body) for name, body in _chunks(content) if name in (b"PLTE", b"tRNS"))
    rows, above = _Inflating(body for name, body in _chunks(content) if name == b"IDAT"), b""
    for top in range(0, height, _ROWS):
        count = min(_ROWS, height - top)
        data = (b"\0" + above if above else b"") + rows.read(count * length)
        file = _PNG + _chunk(b"IHDR", struct.pack(">II", width, count + bool(above)) + head[8:]) + others
        file += _chunk(b"IDAT", zlib.compress(data, 0)) + _chunk(b"IEND", b"")
        with Image.open(io.BytesIO(file), formats=("PNG",)) as opened:
            opened.load()
            yield opened.crop((0, bool(above), width, opened.height))
            above = opened.crop((0, opened.height - 1, width, opened.height)).tobytes()


class _Inflating:
    """Raises SyntaxError where the stream ends too early."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts
        self._stream = zlib.decompressobj()
        self._left = b""

    def read(self, size: int) -> bytes:
        found = bytearray()
        while len(found) < size:
            data = self._left or next(self._parts, None)
            if data is None:
                raise SyntaxError("no picture data")
            found += self._stream.decompress(data, size - len(found))
            self._left = self._stream.unconsumed_tail
        return bytes(found)


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_PNG)
    while at + 8 <= len(content):
        size = int.from_bytes(content[at : at + 4])
        yield content[at + 4 : at + 8], content[at + 8 : at + 8 + size]
        at += 12 + size


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


# ---- TIFF 6.0


def _is_in_strips(picture: TiffImageFile) -> bool:
    tags = picture.tag_v2
    samples = tags.get(_BITS, (1,))
    upright = tags.get(_ORIENTATION, 1) == 1
    return _OFFSETS in tags and _COUNTS in tags and set(samples) == {8} and tags.get(_PLANAR, 1) == 1 and upright


def _bands_of_tiff(content: bytes, picture: TiffImageFile) -> Iterator[Image.Image]:
    high, strips = _strips(picture)
    if len(strips) * high < picture.height:
        raise SyntaxError("strips are missing")
    together = max(1, _ROWS // high)
    for first in range(0, len(strips), together):
        some = strips[first : first + together]
        rows = min(len(some) * high, picture.height - first * high)
        with Image.open(io.BytesIO(_tiff_of(content, picture, some, (high, rows))), formats=("TIFF",)) as opened:
            opened.load()
            yield opened


def _strips(picture: TiffImageFile) -> tuple[int, list[tuple[int, int]]]:
    """Rows of each, and where each begins and how long it is (bytes); what is not packed can be parted anywhere."""
    tags = picture.tag_v2
    high = min(int(tags.get(_ROWS_PER_STRIP, picture.height)), picture.height)
    strips = list(zip(tags[_OFFSETS], tags[_COUNTS], strict=True))
    if tags.get(_COMPRESSION, 1) != 1 or len(strips) > 1:
        return high, strips
    length = picture.width * int(tags.get(_SAMPLES, 1))
    (start, _), tops = strips[0], range(0, picture.height, _ROWS)
    return _ROWS, [(start + top * length, min(_ROWS, picture.height - top) * length) for top in tops]


def _tiff_of(content: bytes, picture: TiffImageFile, strips: list[tuple[int, int]], size: tuple[int, int]) -> bytes:
    """A file of these strips alone; ``size``: rows of a strip, rows of all."""
    tags = TiffImagePlugin.ImageFileDirectory_v2(prefix=b"II")
    for tag in _STRIP_TAGS:
        if tag in picture.tag_v2:
            tags.tagtype[tag] = picture.tag_v2.tagtype[tag]
            tags[tag] = picture.tag_v2[tag]
    tags[_WIDTH], tags[_ROWS_PER_STRIP], tags[_HEIGHT] = picture.width, *size
    counts = [count for _, count in strips]
    tags[_COUNTS] = tuple(counts)
    tags[_OFFSETS] = tuple(sum(counts[:at]) for at in range(len(counts)))  # moved behind the tags by ``tobytes``
    head = b"II*\0" + struct.pack("<I", 8)
    body = b"".join(content[start : start + count] for start, count in strips)
    return b"".join(chain((head, tags.tobytes(8)), (body,)))
