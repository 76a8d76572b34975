"""Sheets drawn with Qt: PDF, printer, pictures."""

from ui.paper.draw import Printed, lacking_words, page_images, pdf_bytes, print_sheet, write_pdf

__all__ = ["Printed", "lacking_words", "page_images", "pdf_bytes", "print_sheet", "write_pdf"]
