"""The pages of the case on the table: filing, replacing, turning, removing, and fetching pictures of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from station_app.domain.application import ScanKind, required_scans
from station_app.errors import StationError, UserError
from station_app.services import capture
from ui.pages.intake.pictures import LONGEST_SHOWN, Picked, Unread, assign, check_picture, png_of, read_files, shrunk

if TYPE_CHECKING:
    from station_app.services.desk import Desk, Written
    from station_app.store.records import ScanRecord
    from ui.pages.intake.draft import CaseHandle, Draft
    from ui.pages.intake.saver import Saver
    from ui.tasks import Tasks

T = TypeVar("T")
_Read = tuple[list[Picked], list[Unread]]


class Shelf(QObject):
    """Signals: ``changed(Draft, scan id)``: the draft's scans are others now, this one among them unless it is empty;
    ``refused(name, StationError)``: this file or page could not be filed; ``unread(list of Unread)``: these could not
    be read; ``pictured(scan id, QImage)``: a picture."""

    changed = Signal(object, str)
    refused = Signal(str, object)
    unread = Signal(object)
    pictured = Signal(str, QImage)

    def __init__(self, desk: Desk, tasks: Tasks, saver: Saver, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._tasks = tasks
        self._saver = saver

    def add_files(self, draft: Draft, paths: Sequence[Path], kind: ScanKind | None = None) -> None:
        """File these, several at once: the first as ``kind`` if given, the rest by what is missing."""
        self._tasks.query(self, partial(read_files, list(paths)), partial(self._file_read, draft, kind))

    def add_image(self, draft: Draft, image: QImage, kind: ScanKind | None = None) -> None:
        """File a picture from the clipboard, as PNG."""
        picture = image.copy()
        self._tasks.query(
            self,
            lambda: ([Picked("剪贴板图片", png_of(picture))], []),
            partial(self._file_read, draft, kind),
            partial(self.refused.emit, "剪贴板图片"),
        )

    def add_bytes(self, draft: Draft, content: bytes) -> None:
        """File a picture that came as a file's bytes."""
        work = partial(check_picture, "剪贴板图片", content)
        self._tasks.query(self, work, partial(self._file_read, draft, None))

    def replace(self, draft: Draft, scan: ScanRecord, path: Path) -> None:
        """Put the file in the page's place."""
        self._tasks.query(self, partial(read_files, [path]), partial(self._replace_read, draft, scan))

    def remove(self, draft: Draft, scan: ScanRecord) -> None:
        work = partial(capture.remove_scan, self._desk, scan.id)
        self._command(draft, "", work, lambda _: self._drop(draft, scan))

    def rename(self, draft: Draft, scan: ScanRecord, kind: ScanKind) -> None:
        """Say that the page is of another kind."""
        work = partial(capture.rename_scan, self._desk, scan.id, kind)
        self._command(draft, "", work, lambda _: self._swap(draft, scan, kind=kind))

    def rotate(self, draft: Draft, scan: ScanRecord) -> None:
        """A quarter turn clockwise, for the eye; the bytes stay as they came."""
        rotation = (scan.rotation + 90) % 360
        work = partial(capture.rotate_scan, self._desk, scan.id, rotation)
        self._command(draft, "", work, lambda _: self._swap(draft, scan, rotation=rotation))

    def picture(self, scan: ScanRecord, box: tuple[int, int]) -> None:
        """Fetch a thumbnail no larger than ``box`` (pixels); it comes as ``pictured``."""
        work = partial(_picture, self._desk, scan.id, scan.rotation, box)
        self._tasks.query(self, work, partial(self.pictured.emit, scan.id), key=f"thumbnail {scan.id}")

    def whole(self, scan: ScanRecord, done: Callable[[QImage], None], failed: Callable[[StationError], None]) -> None:
        """Fetch the page for the viewer, as it lies without turning."""
        work = partial(_picture, self._desk, scan.id, 0, (LONGEST_SHOWN, LONGEST_SHOWN))
        self._tasks.query(self, work, done, failed, key="whole")

    # ---- inside

    def _file_read(self, draft: Draft, kind: ScanKind | None, read: _Read) -> None:
        picked, unread = read
        if unread:
            self.unread.emit(unread)
        kinds = assign(len(picked), [scan.kind for scan in draft.scans], kind, required_scans(draft.content))
        if picked and not draft.begun:
            draft.autosave.changed(0.0)  # a page is a real input: the case begins with it
        if draft.application_id is None:
            self._saver.save_now(draft)
        for one, its_kind in zip(picked, kinds, strict=True):
            work = partial(_file, self._desk, draft.handle, its_kind, one.content)
            self._command(draft, one.name, work, partial(self._put, draft))

    def _replace_read(self, draft: Draft, scan: ScanRecord, read: _Read) -> None:
        picked, unread = read
        if unread:
            self.unread.emit(unread)
        for one in picked:
            work = partial(capture.replace_scan, self._desk, scan.id, one.content)
            self._command(draft, one.name, work, partial(self._exchange, draft, scan))

    def _command(self, draft: Draft, name: str, work: Callable[[], Written[T]], done: Callable[[T], None]) -> None:
        self._tasks.command(self, work, done, partial(self.refused.emit, name))

    def _put(self, draft: Draft, scan: ScanRecord) -> None:
        known = [each for each in draft.scans if each.id != scan.id]
        draft.scans = (*known, scan)
        self.changed.emit(draft, scan.id)

    def _exchange(self, draft: Draft, old: ScanRecord, new: ScanRecord) -> None:
        draft.scans = tuple(new if each.id == old.id else each for each in draft.scans)
        self.changed.emit(draft, new.id)

    def _drop(self, draft: Draft, scan: ScanRecord) -> None:
        draft.scans = tuple(each for each in draft.scans if each.id != scan.id)
        self.changed.emit(draft, "")

    def _swap(self, draft: Draft, scan: ScanRecord, **values: Any) -> None:
        draft.scans = tuple(replace(each, **values) if each.id == scan.id else each for each in draft.scans)
        self.changed.emit(draft, scan.id)


def _file(desk: Desk, handle: CaseHandle, kind: ScanKind, content: bytes) -> Written[ScanRecord]:
    """On the writer thread, behind the write that begins the case."""
    if handle.application_id is None:
        raise UserError("case_not_begun")
    return capture.add_scan(desk, handle.application_id, kind, content)


def _picture(desk: Desk, scan_id: str, rotation: int, box: tuple[int, int]) -> QImage:
    return shrunk(capture.read_scan(desk, scan_id), rotation, box)
