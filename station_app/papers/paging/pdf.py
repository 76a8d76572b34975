"""The pages of a PDF. A page that is one scanned picture gives that picture's own bytes, any other is drawn."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image, ImageChops, ImageOps, ImageStat, UnidentifiedImageError

from station_app.errors import UserError
from station_app.papers.paging.page import MOST_PIXELS, FilePage, encoded

_END = b"%%EOF"
_TAIL = 2048  # bytes: junk that real files have behind it
_OPENING = {
    pdfium.FPDF_ERR_SUCCESS: "pdf_empty",  # nothing wrong with it, and not a page
    pdfium.FPDF_ERR_PASSWORD: "pdf_locked",
    pdfium.FPDF_ERR_SECURITY: "pdf_locked",
}
_DPI, _LOWEST, _HIGHEST = 300.0, 100.0, 600.0
_POINTS = 72.0  # to the inch
_LOOK = 160  # pixels of the longer side of a page while it is compared
_UNLIKE = 12.0  # mean difference of 255 above which a picture is not what the page shows
_STRAIGHT = 1e-3
_A_HAIR_LESS = 1 - 1e-5  # sizes are rounded upwards: 1240.0001 pixels would become 1241


def pages(content: bytes, most: int) -> Iterator[FilePage]:
    """Raises UserError ``pdf_locked``, ``pdf_damaged``, ``pdf_empty``, ``scans_too_many``.

    A file whose end is missing is damaged, although most of its pages could be guessed.
    """
    if _END not in content[-_TAIL:]:
        raise UserError("pdf_damaged")
    with closing(_opened(content)) as document:
        number = len(document)
        if number > most:
            raise UserError("scans_too_many", number=number, most=most)
        document.init_forms()  # seals are fields
        for at in range(number):
            yield _page(document, at)


def _opened(content: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        raise UserError(_OPENING.get(error.err_code, "pdf_damaged")) from error


def _page(document: pypdfium2.PdfDocument, at: int) -> FilePage:
    try:
        with closing(document[at]) as page:
            image = _only_picture(page)
            own = None if image is None else _own_bytes(page, image)
            return own or _drawn(page, image)
    except pypdfium2.PdfiumError as error:
        raise UserError("pdf_damaged") from error


def _only_picture(page: pypdfium2.PdfPage) -> Any | None:
    """The picture where the page shows nothing else; text that is only there to be searched does not count."""
    found = None
    for each in page.get_objects(max_depth=1):
        if _is_unseen(each):
            continue
        if found is not None or each.type != pdfium.FPDF_PAGEOBJ_IMAGE:
            return None
        found = each
    return found if not pdfium.FPDFPage_GetAnnotCount(page) else None


def _is_unseen(each: Any) -> bool:
    if each.type != pdfium.FPDF_PAGEOBJ_TEXT:
        return False
    return bool(pdfium.FPDFTextObj_GetTextRenderMode(each) == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE)


def _own_bytes(page: pypdfium2.PdfPage, image: Any) -> FilePage | None:
    """A JPEG that stands upright on the page and looks as the page does: no mask, no other colours, no turn."""
    if image.get_filters() != ["DCTDecode"] or not _is_upright(page, image):
        return None
    content = bytes(image.get_data())
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG",)) as picture:
            return FilePage(content, "image/jpeg") if _looks_like(page, picture) else None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        return None


def _is_upright(page: pypdfium2.PdfPage, image: Any) -> bool:
    a, b, c, d, *_ = image.get_matrix().get()
    return not page.get_rotation() and a > 0 and d > 0 and abs(b) < _STRAIGHT * a and abs(c) < _STRAIGHT * d


def _looks_like(page: pypdfium2.PdfPage, picture: Image.Image) -> bool:
    shown = page.render(scale=_LOOK / max(page.get_size())).to_pil().convert("RGB")
    picture.draft("RGB", (2 * _LOOK, 2 * _LOOK))
    turned = ImageOps.exif_transpose(picture).convert("RGB")
    unlike = ImageChops.difference(shown, turned.resize(shown.size, Image.Resampling.BOX))
    return max(ImageStat.Stat(unlike).mean) < _UNLIKE


def _drawn(page: pypdfium2.PdfPage, image: Any | None) -> FilePage:
    black_and_white = image is not None and image.get_metadata().bits_per_pixel == 1
    scale = _scale(page, image)
    picture = page.render(scale=scale, rev_byteorder=True).to_pil()
    if _is_grey(picture):
        picture = picture.convert("L")
    picture = picture.point(lambda value: 255 * (value > 127), "1") if black_and_white else picture
    picture.info["dpi"] = (round(scale * _POINTS), round(scale * _POINTS))
    return encoded(picture)


def _scale(page: pypdfium2.PdfPage, image: Any | None) -> float:
    """Pixels for a point: those of the scanned picture, else 300 dpi; fewer where the sheet is enormous."""
    scale = _DPI / _POINTS
    if image is not None:
        left, bottom, right, top = image.get_bounds()
        across, down = image.get_px_size()
        own = max(across, down) / max(right - left, top - bottom, 1.0) * _A_HAIR_LESS
        scale = min(max(own, _LOWEST / _POINTS), _HIGHEST / _POINTS)
    width, height = page.get_size()
    return min(scale, math.sqrt(MOST_PIXELS / max(width * height, 1.0)))


def _is_grey(picture: Image.Image) -> bool:
    if picture.mode == "L":
        return True
    red, green, blue = picture.split()[:3]
    return all(not ImageChops.difference(red, other).getbbox() for other in (green, blue))
