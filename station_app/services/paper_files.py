"""Files of the clerk's: a picture stays as it is, a PDF or TIFF of several pages becomes the pictures in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from station_app.errors import UserError
from station_app.papers.pager import LARGEST_FILE, is_paged, pages_of
from station_app.services.capture import media_type_of
from sync.wire import MAX_SCANS


@dataclass(frozen=True)
class Pictures:
    """``pages``: what can be filed. ``own``: it is the file's own bytes, and there is only that one."""

    pages: list[bytes]
    own: bool


def pictures_of(content: bytes) -> Pictures:
    """The pages of a file, each looked at to its end.

    Raises UserError ``scan_*``, ``pdf_*``, ``picture_too_large``, ``scans_too_many``, ``file_too_slow``,
    EnvironmentFault ``paging_failed``.
    """
    own = not is_paged(content)
    found = [content] if own else [page.content for page in pages_of(content, MAX_SCANS)]
    for each in found:
        media_type_of(each)
    return Pictures(found, own)


def read_file(path: Path) -> Pictures:
    """The same for a file. Raises also UserError ``scan_is_folder``, ``scan_file_missing``, ``scan_file_unreadable``,
    ``scan_too_large``.
    """
    try:
        if path.is_dir():
            raise UserError("scan_is_folder")
        if path.stat().st_size > LARGEST_FILE:
            raise UserError("scan_too_large", megabytes=LARGEST_FILE // 2**20)
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise UserError("scan_file_missing") from error
    except OSError as error:
        raise UserError("scan_file_unreadable") from error
    return pictures_of(content)
