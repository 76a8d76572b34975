"""Files, clipboard pictures and thumbnails. Everything here runs on the reader thread: no QPixmap, no widget."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QImage, QImageIOHandler, QImageReader, QTransform

from station_app.domain.application import REQUIRED_SCANS, ScanKind
from station_app.errors import StationError, UserError
from station_app.papers.pager import Pager
from station_app.services.paper_files import Pictures, pictures_of, read_file

PAGED = (".pdf", ".tif", ".tiff")  # may hold many pages, which takes its time
SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".webp", *PAGED)
LONGEST_SHOWN = 4000  # pixels of a picture in the viewer; more is not worth the memory of an old PC
_QUOTED = re.compile(r'"([^"]+)"|(\S+)')


@dataclass(frozen=True)
class Picked:
    """A picture that can be filed: the bytes as they came, and what to call it in a message.

    ``first``: it is no further page of the file of the picture before it. ``path``: of the file it came from.
    ``device``: out of a PDF or from a device: kept as the original, what is on it is cut out; else it stays as it is.
    ``file``: the PDF or TIFF that it was taken out of.
    """

    name: str
    content: bytes
    first: bool = True
    path: Path | None = None
    device: bool = False
    file: bytes | None = None


@dataclass(frozen=True)
class Unread:
    """A file that cannot be filed, and why."""

    name: str
    error: StationError


Read = tuple[list[Picked], list[Unread]]


def shown_name(path: Path) -> str:
    """A file's name for the eye: devices and sticks write names in GBK too, which the system keeps as bytes."""
    raw = os.fsencode(path.name)
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")


def read_files(paths: Iterable[Path], pager: Pager) -> Read:
    """Read and check each file; one that is no picture, too large or gone does not stop the others.

    For ``Tasks.look`` alone: the files may lie on a share that does not answer.
    """
    return _picked((path, partial(read_file, path, pager)) for path in paths)


def open_files(files: Iterable[tuple[Path, bytes]], pager: Pager) -> Read:
    """The same for files that have been read."""
    return _picked((path, partial(pictures_of, content, pager)) for path, content in files)


def _picked(opening: Iterable[tuple[Path, Callable[[], Pictures]]]) -> Read:
    picked: list[Picked] = []
    unread: list[Unread] = []
    for path, opened in opening:
        try:
            picked += [replace(each, path=path) for each in _named(shown_name(path), opened())]
        except StationError as error:
            unread.append(Unread(shown_name(path), error))
    return picked, unread


def _named(name: str, found: Pictures) -> list[Picked]:
    if len(found.pages) == 1:
        return [Picked(name, found.pages[0], device=found.file is not None, file=found.file)]
    return [
        Picked(f"{name} 第 {number} 页", page, number == 1, device=True, file=found.file)
        for number, page in enumerate(found.pages, 1)
    ]


def check_picture(name: str, content: bytes, pager: Pager) -> Read:
    """The same for bytes from elsewhere."""
    try:
        return _named(name, pictures_of(content, pager)), []
    except StationError as error:
        return [], [Unread(name, error)]


def typed_paths(text: str, folder: Path) -> list[Path]:
    """The files a typed line means: one path as it is, or several, each in quotes or without blanks.

    Relative ones count from ``folder``; ``~`` is the user's own folder.
    """
    whole = text.strip()
    if not whole:
        return []
    if '"' not in whole:
        single = _resolved(whole, folder)
        if is_there(single):
            return [single]
    return [_resolved(quoted or bare, folder) for quoted, bare in _QUOTED.findall(whole)]


def is_there(path: Path) -> bool:
    """Whether the path leads to something; one too long, or not ours to look at, does not."""
    try:
        return path.exists()
    except OSError:
        return False


def _resolved(text: str, folder: Path) -> Path:
    path = Path(text)
    with suppress(RuntimeError):  # nobody has an account of that name
        path = path.expanduser()
    return path if path.is_absolute() else folder / path


def assign(
    count: int,
    present: Sequence[ScanKind],
    first: ScanKind | None = None,
    needed: Sequence[ScanKind] = REQUIRED_SCANS,
    together: int = 1,
) -> list[ScanKind]:
    """Kinds for ``count`` new pages: ``first`` if given, for the ``together`` pages of the first file; then the missing
    ones in order, the form, then others.
    """
    taken = set(present)
    wanted = [first] * together if first else []
    order = (*needed, ScanKind.FORM)
    wanted += [kind for kind in order if kind not in taken and kind is not first]
    return [*wanted, *[ScanKind.OTHER] * count][:count]


def png_of(image: QImage) -> bytes:
    """The picture from the clipboard as a file's bytes."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not image.save(buffer, "PNG"):  # type: ignore[call-overload]
        raise UserError("scan_unreadable")
    return bytes(data.data())


@dataclass(frozen=True)
class Stored:
    """A picture as its bytes store it, whatever they say of turning; ``factor``: its pixels to one of ``image``."""

    image: QImage
    factor: float


def stored(content: bytes, longest: int) -> Stored:
    """No longer than ``longest`` pixels; a null image when Qt cannot show it."""
    data = QByteArray(content)
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setAutoTransform(False)
    size = reader.size()
    fitting = size.scaled(QSize(longest, longest), Qt.AspectRatioMode.KeepAspectRatio)
    if size.isValid() and fitting.width() < size.width():
        reader.setScaledSize(fitting)
    image = reader.read()
    del reader  # before its buffer
    return Stored(image, size.width() / image.width() if size.isValid() and image.width() else 1.0)


def shrunk(content: bytes, rotation: int, box: tuple[int, int]) -> QImage:
    """The picture turned and no larger than ``box`` (pixels); a null image when Qt cannot show it."""
    data = QByteArray(content)
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    image = _read_within(reader, box if rotation % 180 == 0 else box[::-1])
    del reader  # before its buffer: some formats still read when they close
    return image.transformed(QTransform().rotate(rotation)) if rotation and not image.isNull() else image


def _read_within(reader: QImageReader, box: tuple[int, int]) -> QImage:
    reader.setAutoTransform(True)
    size = reader.size()
    if size.isValid():
        quarter = bool(reader.transformation() & QImageIOHandler.Transformation.TransformationRotate90)
        fitting = size.scaled(QSize(*(box[::-1] if quarter else box)), Qt.AspectRatioMode.KeepAspectRatio)
        if fitting.width() < size.width():
            reader.setScaledSize(fitting)
    return reader.read()
