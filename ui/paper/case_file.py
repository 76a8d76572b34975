"""A case as one PDF: form, both sides of the identity card on one page, card, certificate, others, receipt."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from pypdf import PdfReader, PdfWriter

from station_app.domain.application import ScanKind
from station_app.services import copies
from ui.messages import label
from ui.paper.copies import pictures_of, watermarked, words_of
from ui.paper.draw import pdf_bytes, write_whole

if TYPE_CHECKING:
    from station_app.services.copies import CaseCopy
    from station_app.services.desk import Desk

_DPI, _QUALITY = 200, 80
_SIDES = (ScanKind.ID_FRONT, ScanKind.ID_BACK)
_ALONE = (ScanKind.CARD, ScanKind.CERTIFICATE, ScanKind.OTHER)


@dataclass(frozen=True)
class Exported:
    """``pages`` of the file; ``erased``: pages of the case that are not on this PC any more."""

    pages: int
    erased: int


def export_case(desk: Desk, reference: str, purpose: str, path: Path) -> Exported:
    """Write the PDF, whole or not at all; after ``copies.note_export``. Nothing but the file itself touches the disk.

    Raises UserError ``purpose_*``; EnvironmentFault ``scan_*``, ``disk_full``, ``file_not_writable``.
    """
    case = copies.gather(desk, reference, purpose)
    content, pages = case_pdf(case)
    write_whole(path, content)
    return Exported(pages, case.erased)


def case_pdf(case: CaseCopy) -> tuple[bytes, int]:
    """The PDF's bytes and how many pages it has. A bookmark for each kind of page."""
    writer = PdfWriter()
    writer.add_metadata({"/Title": case.reference})
    marked = ""
    for title, page in chain(_scans(case), _receipt(case)):
        at = len(writer.pages)
        writer.append(PdfReader(io.BytesIO(page)), import_outline=False)
        if title != marked:
            writer.add_outline_item(title=title, page_number=at)
        marked = title
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue(), len(writer.pages)


def _scans(case: CaseCopy) -> Iterator[tuple[str, bytes]]:
    """Bookmark and one-page PDF, page by page: no more than one is held as pixels."""
    words = words_of(case.purpose, case.day, case.clerk)
    for title, pictures in _laid(case):
        page = watermarked(pictures, words, f"{case.reference}　{title}")
        out = io.BytesIO()
        page.save(out, "PDF", resolution=_DPI, quality=_QUALITY)
        yield title, out.getvalue()


def _laid(case: CaseCopy) -> Iterator[tuple[str, list[Image.Image]]]:
    yield from ((label("scan.form"), [each]) for each in _of(case, ScanKind.FORM))
    for pair in zip_longest(*(_of(case, kind) for kind in _SIDES)):
        yield label("id_card"), [each for each in pair if each is not None]
    for kind in _ALONE:
        yield from ((label(f"scan.{kind.value}"), [each]) for each in _of(case, kind))


def _of(case: CaseCopy, kind: ScanKind) -> Iterator[Image.Image]:
    for page in case.pages:
        if page.kind is kind:
            yield from pictures_of(page.content, page.rotation)


def _receipt(case: CaseCopy) -> Iterator[tuple[str, bytes]]:
    if case.receipt is not None:
        yield label("receipt"), pdf_bytes(case.receipt)
