"""One page out of a file of several, as a picture that can be filed."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass

from PIL import Image

from station_app.papers.paging.long_jpeg import jpeg_of

_QUALITY = 92  # of a page that has to be encoded anew
PDF_MAGIC = b"%PDF-"
_HEAD = 1024  # bytes: junk that real files have before it
MOST_PIXELS = 40_000_000  # of a rendered page: A3 at 300 dpi has 17 million


@dataclass(frozen=True)
class FilePage:
    """The bytes of a whole picture."""

    content: bytes
    media_type: str


def is_pdf(content: bytes) -> bool:
    return PDF_MAGIC in content[:_HEAD]


def encoded(picture: Image.Image) -> FilePage:
    """Black and white as PNG, all else as JPEG, grey where there is no colour; what is transparent is white."""
    data = io.BytesIO()
    if picture.mode == "1":
        picture.save(data, "PNG")
        return FilePage(data.getvalue(), "image/png")
    _plain(picture).save(data, "JPEG", quality=_QUALITY, dpi=picture.info.get("dpi", (0, 0)))
    return FilePage(data.getvalue(), "image/jpeg")


def encoded_in_bands(bands: Iterable[Image.Image], picture: Image.Image) -> FilePage:
    """The same for a picture that is not decoded whole, nor black and white."""
    dpi = picture.info.get("dpi", (0, 0))
    return FilePage(jpeg_of((_plain(each) for each in bands), picture.size, _QUALITY, dpi), "image/jpeg")


def _plain(picture: Image.Image) -> Image.Image:
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        white = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(white, picture.convert("RGBA"))
    if picture.mode.startswith("I") or picture.mode == "F":
        picture = picture.point(lambda value: value / 256)  # sixteen bits
    mode = "L" if picture.mode in ("L", "I", "I;16", "F") else "RGB"
    return picture if picture.mode == mode else picture.convert(mode)  # another copy of it may be half a gigabyte
