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
from station_app.services.desk import Written
from ui.pages.intake.compare_words import with_lines
from ui.pages.intake.pictures import (
    LONGEST_SHOWN,
    PAGED,
    Picked,
    Stored,
    Unread,
    assign,
    check_picture,
    png_of,
    read_files,
    shown_name,
    shrunk,
    stored,
)

if TYPE_CHECKING:
    from station_app.domain.reading import Corners
    from station_app.services.desk import Desk
    from station_app.store.records import ScanRecord
    from ui.pages.intake.draft import CaseHandle, Draft
    from ui.pages.intake.saver import Saver
    from ui.tasks import Failed, Tasks

T = TypeVar("T")
Filed = Callable[[Sequence[Path], Sequence[Path]], None]
_Told = Callable[[Sequence[Path]], None]
_AWAY = ("scan_file_missing", "scan_file_unreadable")  # nothing is wrong with the file: it cannot be reached now
_Read = tuple[list[Picked], list[Unread]]


class Shelf(QObject):
    """Signals: ``changed(Draft, scan id)``: the draft's scans are others now, this one among them unless it is empty;
    ``refused(name, StationError)``: this file or page could not be filed; ``unread(list of Unread)``: these could not
    be read; ``opening(list of str)``: these files may take their time; ``pictured(scan id, QImage)``: a picture."""

    changed = Signal(object, str)
    refused = Signal(str, object)
    unread = Signal(object)
    opening = Signal(object)
    pictured = Signal(str, QImage)

    def __init__(self, desk: Desk, tasks: Tasks, saver: Saver, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._tasks = tasks
        self._saver = saver

    def add_files(
        self, draft: Draft, paths: Sequence[Path], kind: ScanKind | None = None, filed: Filed | None = None
    ) -> None:
        """File these, several at once: the first as ``kind`` if given, the rest by what is missing.

        ``filed``: a device has written them. It is told which could not be reached, and which of them are in the case;
        nothing where the case has refused them.
        """
        self._read(paths, partial(self._file_read, draft, kind, filed=filed))

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

    def add_shot(self, draft: Draft, content: bytes) -> None:
        """File a page from the camera at once."""
        self._file_read(draft, None, ([Picked("拍摄的一页", content, device=True)], []))

    def replace(self, draft: Draft, scan: ScanRecord, path: Path) -> None:
        """Put the file in the page's place."""
        self._read([path], partial(self._replace_read, draft, scan))

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

    def remark(self, draft: Draft, scan: ScanRecord, words: str) -> None:
        """Why the page is kept, for the reviewer; no words take it back."""
        remark = with_lines(words, ()) or None
        work = partial(capture.remark_scan, self._desk, scan.id, remark)
        self._command(draft, "", work, lambda _: self._swap(draft, scan, remark=remark))

    def cut(
        self,
        draft: Draft,
        scan: ScanRecord,
        corners: Corners,
        turn: int,
        done: Callable[[ScanRecord], None],
        failed: Failed,
    ) -> None:
        """Put what lies between these corners of its original in the page's place."""

        def cut(new: ScanRecord) -> None:
            self._exchange(draft, scan, new)
            done(new)

        work = partial(capture.cut_scan, self._desk, scan.id, corners, turn)
        self._tasks.command(self, work, cut, failed, long=True)

    def uncut(self, draft: Draft, scan: ScanRecord, done: Callable[[ScanRecord], None], failed: Failed) -> None:
        """The page that this one was cut out of comes back, and its other parts go."""

        def whole(before: ScanRecord) -> None:
            draft.scans = (*(each for each in draft.scans if each.replaces != scan.replaces), before)
            self.changed.emit(draft, before.id)
            done(before)

        self._tasks.command(self, partial(capture.uncut_scan, self._desk, scan.id), whole, failed)

    def original(self, scan: ScanRecord, done: Callable[[Stored], None], failed: Failed) -> None:
        """Fetch what the page was cut out of, for its corners to be set."""
        self._tasks.query(self, partial(_original, self._desk, scan.id), done, failed, key="whole")

    def picture(self, scan: ScanRecord, box: tuple[int, int]) -> None:
        """Fetch a thumbnail no larger than ``box`` (pixels); it comes as ``pictured``."""
        work = partial(_picture, self._desk, scan.id, scan.rotation, box)
        self._tasks.query(self, work, partial(self.pictured.emit, scan.id), key=f"thumbnail {scan.id}")

    def whole(self, scan: ScanRecord, done: Callable[[QImage], None], failed: Callable[[StationError], None]) -> None:
        """Fetch the page for the viewer, as it lies without turning."""
        work = partial(_picture, self._desk, scan.id, 0, (LONGEST_SHOWN, LONGEST_SHOWN))
        self._tasks.query(self, work, done, failed, key="whole")

    def put(self, draft: Draft, scans: Sequence[ScanRecord]) -> None:
        """Pages that are filed: they stand on the strip of their case."""
        for scan in scans:
            known = [each for each in draft.scans if each.id != scan.id]
            draft.scans = (*known, scan)
            self.changed.emit(draft, scan.id)

    # ---- inside

    def _read(self, paths: Sequence[Path], done: Callable[[_Read], None]) -> None:
        """They may be many pages, or lie on a share that does not answer: neither lookups nor the window's end wait."""
        slow = [shown_name(path) for path in paths if path.suffix.lower() in PAGED]
        if slow:
            self.opening.emit(slow)
        self._tasks.look(self, partial(read_files, list(paths)), done)

    def _file_read(self, draft: Draft, kind: ScanKind | None, read: _Read, filed: Filed | None = None) -> None:
        picked, unread = read
        if unread:
            self.unread.emit(unread)
        present = [scan.kind for scan in draft.scans]
        kinds = assign(len(picked), present, kind, required_scans(draft.content), _of_one_file(picked))
        if picked and not draft.begun:
            draft.autosave.changed(0.0)  # a page is a real input: the case begins with it
        if draft.application_id is None:
            self._saver.save_now(draft)
        tell: _Told | None = None
        if filed is not None:
            tell = partial(filed, [each.path for each in unread if each.path and each.error.code in _AWAY])
            picked = [replace(each, device=True) for each in picked]
        both = list(zip(picked, kinds, strict=True))
        self._file_these(draft, [each for each in both if not each[0].device], None)
        self._file_these(draft, [each for each in both if each[0].device], tell)
        if tell is not None and not picked:
            tell([])

    def _file_these(self, draft: Draft, these: Sequence[tuple[Picked, ScanKind]], filed: _Told | None) -> None:
        """All are from a device, or none is. Of a case that is submitted what is on them is cut out at once, which
        takes its time; else the reading does it later.
        """
        if not these:
            return
        picked = [one for one, _ in these]
        device = picked[0].device
        pages = [(kind, one.content) for one, kind in these]
        work = partial(_file, self._desk, draft.handle, pages, device, once=filed is not None)
        done = partial(self._filed, draft, _paths(picked), filed)
        refused = partial(self.refused.emit, picked[0].name if len(picked) == 1 else "")
        self._tasks.command(self, work, done, refused, long=device and not draft.editable)

    def _replace_read(self, draft: Draft, scan: ScanRecord, read: _Read) -> None:
        picked, unread = read
        if unread:
            self.unread.emit(unread)
        for one in picked[:1]:
            work = partial(capture.replace_scan, self._desk, scan.id, one.content)
            self._command(draft, one.name, work, partial(self._exchange, draft, scan))
        if picked[1:]:  # the further pages of a PDF
            self._file_read(draft, scan.kind, (picked[1:], []))

    def _command(self, draft: Draft, name: str, work: Callable[[], Written[T]], done: Callable[[T], None]) -> None:
        self._tasks.command(self, work, done, partial(self.refused.emit, name))

    def _filed(self, draft: Draft, paths: Sequence[Path], filed: _Told | None, scans: Sequence[ScanRecord]) -> None:
        self.put(draft, scans)
        if filed is not None:
            filed(paths)

    def _exchange(self, draft: Draft, old: ScanRecord, new: ScanRecord) -> None:
        draft.scans = tuple(new if each.id == old.id else each for each in draft.scans)
        self.changed.emit(draft, new.id)

    def _drop(self, draft: Draft, scan: ScanRecord) -> None:
        draft.scans = tuple(each for each in draft.scans if each.id != scan.id)
        self.changed.emit(draft, "")

    def _swap(self, draft: Draft, scan: ScanRecord, **values: Any) -> None:
        draft.scans = tuple(replace(each, **values) if each.id == scan.id else each for each in draft.scans)
        self.changed.emit(draft, scan.id)


def _paths(picked: Sequence[Picked]) -> list[Path]:
    return [one.path for one in picked if one.first and one.path is not None]


def _of_one_file(picked: Sequence[Picked]) -> int:
    """How many of the pages came with the first."""
    return next((at for at, one in enumerate(picked) if at and one.first), len(picked))


def _file(
    desk: Desk, handle: CaseHandle, pages: Sequence[tuple[ScanKind, bytes]], device: bool, *, once: bool
) -> Written[tuple[ScanRecord, ...]]:
    """On the writer thread, behind the write that begins the case; all pages or none. ``once``: of a file that waits in
    its folder until it is put away, which a power cut may come before.
    """
    if handle.application_id is None:
        raise UserError("case_not_begun")
    if not device:
        return capture.add_scans(desk, handle.application_id, pages)
    given = [capture.DevicePage(content, kind, once) for kind, content in pages]
    return capture.add_device_pages(desk, handle.application_id, given)


def _original(desk: Desk, scan_id: str) -> Stored:
    return stored(capture.read_original(desk, scan_id), LONGEST_SHOWN)


def _picture(desk: Desk, scan_id: str, rotation: int, box: tuple[int, int]) -> QImage:
    return shrunk(capture.read_scan(desk, scan_id), rotation, box)
