"""Where a PDF is to go. Both ask the disk, which may be a share that does not answer: only by ``Tasks.look``."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QStandardPaths

from station_app.errors import UserError


def usual_folder() -> Path:
    """The user's documents, or their home where there are none."""
    known = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    folder = Path(known) if known else Path.home()
    return folder if folder.is_dir() else Path.home()


def checked_target(text: str) -> Path:
    """The file that a typed line means, with the suffix of a PDF. Raises UserError ``pdf_target_unclear``."""
    try:
        path = Path(text.strip()).expanduser()
        if text.strip() and path.is_absolute() and not path.is_dir() and path.parent.is_dir():
            return path.with_suffix(".pdf")
    except (OSError, RuntimeError, ValueError):  # too long, nobody's home, no name of a file
        pass
    raise UserError("pdf_target_unclear")
