"""Files of the clerk's: a picture stays as it is, a PDF or TIFF of several pages becomes the pictures in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from station_app.errors import UserError
from station_app.papers.pager import LARGEST_FILE, Pager, is_paged
from station_app.services.capture import media_type_of
from sync.wire import MAX_SCANS


@dataclass(frozen=True)
class Pictures:
    """``pages``: what can be filed. ``file``: what they were taken out of; None: the file is the one page."""

    pages: list[bytes]
    file: bytes | None = None


def pictures_of(content: bytes, pager: Pager) -> Pictures:
    """The pages of a file, each looked at to its end; ``pager`` ends it early where it is closed.

    Raises UserError ``scan_*``, ``pdf_*``, ``picture_too_large``, ``picture_too_heavy``, ``scans_too_many``,
    ``file_too_slow``, EnvironmentFault ``paging_failed``.
    """
    if not is_paged(content):
        media_type_of(content)
        return Pictures([content])
    found = [page.content for page in pager.pages_of(content, MAX_SCANS)]
    for each in found:
        media_type_of(each)
    return Pictures(found, content)


def read_file(path: Path, pager: Pager) -> Pictures:
    """The same for a file. Raises also as ``bytes_of``."""
    return pictures_of(bytes_of(path), pager)


def bytes_of(path: Path) -> bytes:
    """All of a file; on a share that does not answer this takes for ever.

    Raises UserError ``scan_is_folder``, ``scan_file_missing``, ``scan_file_unreadable``, ``scan_too_large``.
    """
    try:
        if path.is_dir():
            raise UserError("scan_is_folder")
        if path.stat().st_size > LARGEST_FILE:
            raise UserError("scan_too_large", megabytes=LARGEST_FILE // 2**20)
        return path.read_bytes()
    except FileNotFoundError as error:
        raise UserError("scan_file_missing") from error
    except OSError as error:
        raise UserError("scan_file_unreadable") from error
