"""Draws a ``Sheet``: to a PDF file, to a printer, to pictures for the screen.

All three draw the same laid-out pages, so what the preview shows is what is printed. A QGuiApplication must exist
(``QT_QPA_PLATFORM=offscreen`` will do); PDF and pictures may then be made on any thread, a printer is used on Qt's own.
"""

from __future__ import annotations

import errno
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, Qt
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter, QPdfWriter

from station_app import durable
from station_app.durable import Point
from station_app.errors import EnvironmentFault
from ui.paper.faces import UNITS_PER_MM
from ui.paper.pages import HEIGHT, WIDTH, Pages, lay_out
from ui.paper.pdf_text import GlyphLog, mended

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter

    from station_app.papers import Sheet

_MM_PER_INCH = 25.4
_PDF_DPI = 1200


@dataclass(frozen=True)
class Printed:
    """What came out. ``missing``: characters no font has; they stand as ``〓`` and must be written in by hand."""

    pages: int
    missing: str


def lacking_words(printed: Printed) -> str:
    """What the clerk is told of characters that no font has; empty when there are none."""
    return f"这些字字库里没有，印为〓，请手写：{printed.missing}" if printed.missing else ""


def write_pdf(sheet: Sheet, path: Path) -> Printed:
    """Write the sheet as a PDF with its fonts inside, whole or not at all.

    Raises EnvironmentFault ``disk_full``, ``file_not_writable``.
    """
    laid_out = lay_out(sheet)
    write_whole(path, _pdf(laid_out))
    return Printed(len(laid_out.pages), laid_out.missing)


def write_whole(path: Path, content: bytes) -> None:
    """A file that the clerk asked for, whole or not at all. Raises as ``write_pdf`` does."""
    try:
        durable.write_file(path, content, Point.OUTPUT_FILE)
    except OSError as error:
        code = "disk_full" if error.errno == errno.ENOSPC else "file_not_writable"
        raise EnvironmentFault(code, file=path.name) from error


def pdf_bytes(sheet: Sheet) -> bytes:
    """The PDF's bytes."""
    return _pdf(lay_out(sheet))


def print_sheet(sheet: Sheet, printer: QPrinter) -> Printed:
    """Send the sheet to a printer. Raises EnvironmentFault ``printer_failed``."""
    laid_out = lay_out(sheet)
    printer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    printer.setPageOrientation(QPageLayout.Orientation.Portrait)
    printer.setFullPage(True)
    printer.setDocName(sheet.name)
    painter = QPainter()
    if not painter.begin(printer):
        raise EnvironmentFault("printer_failed")
    _paint(laid_out, painter, printer)
    if not painter.end() or printer.printerState() == printer.PrinterState.Error:
        raise EnvironmentFault("printer_failed")
    return Printed(len(laid_out.pages), laid_out.missing)


def page_images(sheet: Sheet, dpi: float) -> list[QImage]:
    """The pages as pictures, black on white."""
    laid_out = lay_out(sheet)
    return [_image(laid_out, number, dpi) for number in range(1, len(laid_out.pages) + 1)]


def _pdf(laid_out: Pages) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setPageLayout(
        QPageLayout(QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0))
    )
    writer.setResolution(_PDF_DPI)
    writer.setTitle(laid_out.sheet.name)
    painter = QPainter(writer)
    _paint(laid_out, painter, writer)
    painter.end()
    log = GlyphLog()
    for number in range(1, len(laid_out.pages) + 1):
        log.note(laid_out.marks(number))
    return mended(bytes(buffer.data().data()), log)


def _paint(laid_out: Pages, painter: QPainter, device: QPdfWriter | QPrinter) -> None:
    """All pages on a paged device."""
    for number in range(1, len(laid_out.pages) + 1):
        if number > 1:
            device.newPage()
        painter.save()
        painter.scale(
            device.logicalDpiX() / (_MM_PER_INCH * UNITS_PER_MM), device.logicalDpiY() / (_MM_PER_INCH * UNITS_PER_MM)
        )
        laid_out.draw(painter, number)
        painter.restore()


def _image(laid_out: Pages, number: int, dpi: float) -> QImage:
    scale = dpi / (_MM_PER_INCH * UNITS_PER_MM)
    image = QImage(round(WIDTH * scale), round(HEIGHT * scale), QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    painter.scale(scale, scale)
    laid_out.draw(painter, number)
    painter.end()
    return image
