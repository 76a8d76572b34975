"""The pages of the case on the table: filing, replacing, turning, removing, and fetching pictures of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from station_app.domain.application import ScanKind, required_scans
from station_app.errors import StationError, UserError
from station_app.events import Changed
from station_app.papers.pager import Pager
from station_app.papers.reader import Reader
from station_app.services import capture
from station_app.services.desk import Written
from station_app.services.page_work import to_the_end
from ui.pages.intake.compare_words import with_lines
from ui.pages.intake.pictures import (
    LONGEST_SHOWN,
    PAGED,
    Picked,
    Read,
    Stored,
    assign,
    check_picture,
    open_files,
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


@dataclass(frozen=True)
class Ends:
    """Whom the device's files came from hears: ``filed``, which of them are in the case now, none where none could be
    opened, and which it had before; or ``refused``, the case has taken none of them.
    """

    filed: Callable[[Sequence[Path], Sequence[Path]], None]
    refused: Callable[[], None]


class Shelf(QObject):
    """Signals: ``changed(Draft, scan id)``: the draft's scans are others now, this one among them unless it is empty;
    ``refused(name, StationError)``: this file or page could not be filed; ``unread(list of Unread)``: these could not
    be read; ``opening(list of str)``: these files may take their time; ``pictured(scan id, QImage)``: a picture;
    ``known(list of str)``: the case had these files before, and they were not put in again."""

    changed = Signal(object, str)
    refused = Signal(str, object)
    unread = Signal(object)
    opening = Signal(object)
    pictured = Signal(str, QImage)
    known = Signal(object)

    def __init__(self, desk: Desk, tasks: Tasks, saver: Saver, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._tasks = tasks
        self._saver = saver

    def add_files(self, draft: Draft, paths: Sequence[Path], kind: ScanKind | None = None) -> None:
        """File these, several at once: the first as ``kind`` if given, the rest by what is missing."""
        self._read(paths, partial(self._file_read, draft, kind))

    def add_arrived(self, draft: Draft, files: Sequence[tuple[Path, bytes]], ends: Ends) -> None:
        """File what a device has written, by what is missing."""
        pager = Pager()
        work = partial(open_files, list(files), pager)
        self._open([path for path, _ in files], work, pager, partial(self._file_read, draft, None, ends=ends))

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
        pager = Pager()
        work = partial(check_picture, "剪贴板图片", content, pager)
        self._tasks.look(self, work, partial(self._file_read, draft, None), stop=pager.close)

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

    def remark(self, draft: Draft, scan: ScanRecord, words: str, stands: tuple[str, ...]) -> None:
        """Why the page is kept although this is wrong with it, for the reviewer; no words take it back."""
        remark = with_lines(words, ()) or None
        excused = stands if remark else None
        work = partial(capture.remark_scan, self._desk, scan.id, remark, excused)
        self._command(draft, "", work, lambda _: self._swap(draft, scan, remark=remark, excused=excused))

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

        reader = Reader()
        work = partial(capture.cut_scan, self._desk, scan.id, corners, turn, reader)
        self._tasks.command(self, partial(to_the_end, work, reader), cut, failed, stop=reader.close)

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

    def _read(self, paths: Sequence[Path], done: Callable[[Read], None]) -> None:
        pager = Pager()
        self._open(paths, partial(read_files, list(paths), pager), pager, done)

    def _open(
        self, paths: Sequence[Path], work: Callable[[], Read], pager: Pager, done: Callable[[Read], None]
    ) -> None:
        """Neither lookups nor the window's end wait for a share or for files of many pages."""
        slow = [shown_name(path) for path in paths if path.suffix.lower() in PAGED]
        if slow:
            self.opening.emit(slow)
        self._tasks.look(self, work, done, stop=pager.close)

    def _file_read(self, draft: Draft, kind: ScanKind | None, read: Read, ends: Ends | None = None) -> None:
        picked, unread = read
        if unread:
            self.unread.emit(unread)
        present = [scan.kind for scan in draft.scans]
        kinds = assign(len(picked), present, kind, required_scans(draft.content), _of_one_file(picked))
        if picked and not draft.begun:
            draft.autosave.changed(0.0)  # a page is a real input: the case begins with it
        if draft.application_id is None:
            self._saver.save_now(draft)
        if ends is not None:
            picked = [replace(each, device=True) for each in picked]
        both = list(zip(picked, kinds, strict=True))
        asked = kind is not None
        self._file_these(draft, [each for each in both if not each[0].device], None, asked=asked)
        self._file_these(draft, [each for each in both if each[0].device], ends, asked=asked)
        if ends is not None and not picked:
            ends.filed([], [])

    def _file_these(
        self, draft: Draft, these: Sequence[tuple[Picked, ScanKind]], ends: Ends | None, *, asked: bool
    ) -> None:
        """All are from a device, or none is. Of a case that is submitted what is on them is cut out at once, which
        takes its time; else the reading does it later.
        """
        if not these:
            return
        picked, reader = [one for one, _ in these], Reader()
        batch = _Batch(picked, [kind for _, kind in these], ends is not None, asked)
        work = partial(_file, self._desk, draft.handle, batch, reader)
        done = partial(self._filed, draft, picked, ends)
        refused = partial(self._refused, picked[0].name if len(picked) == 1 else "", ends)
        if batch.device and not draft.editable:
            self._tasks.command(self, partial(to_the_end, work, reader), done, refused, stop=reader.close)
        else:
            self._tasks.command(self, work, done, refused)

    def _refused(self, name: str, ends: Ends | None, error: StationError) -> None:
        if ends is not None:
            ends.refused()
        self.refused.emit(name, error)

    def _replace_read(self, draft: Draft, scan: ScanRecord, read: Read) -> None:
        picked, unread = read
        if unread:
            self.unread.emit(unread)
        for one in picked[:1]:
            work = partial(capture.replace_scan, self._desk, scan.id, one.content, _file_of(one))
            self._command(draft, one.name, work, partial(self._exchange, draft, scan))
        if picked[1:]:  # the further pages of a PDF
            self._file_read(draft, scan.kind, (picked[1:], []))

    def _command(self, draft: Draft, name: str, work: Callable[[], Written[T]], done: Callable[[T], None]) -> None:
        self._tasks.command(self, work, done, partial(self.refused.emit, name))

    def _filed(self, draft: Draft, picked: Sequence[Picked], ends: Ends | None, filed: _Filed) -> None:
        self.put(draft, filed.scans)
        if filed.known:
            self.known.emit([shown_name(one.path) if one.path else one.name for one in filed.known if one.first])
        if ends is not None:
            ends.filed(_paths([one for one in picked if one not in filed.known]), _paths(filed.known))

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


def _file_of(one: Picked) -> list[bytes]:
    return [] if one.file is None else [one.file]


def _of_one_file(picked: Sequence[Picked]) -> int:
    """How many of the pages came with the first."""
    return next((at for at, one in enumerate(picked) if at and one.first), len(picked))


@dataclass(frozen=True)
class _Batch:
    """Pages that are filed together, as these kinds. ``arrived``: a device has written their files, which wait in their
    folder until they are put away. ``asked``: the clerk has said where they go.
    """

    picked: Sequence[Picked]
    kinds: Sequence[ScanKind]
    arrived: bool
    asked: bool

    @property
    def device(self) -> bool:
        return self.picked[0].device

    @property
    def shot(self) -> bool:
        """From the camera: each is a page of its own, whatever is on it."""
        first = self.picked[0]
        return first.device and first.path is None and first.file is None

    @property
    def files(self) -> list[bytes]:
        return [file for one in self.picked if one.first for file in _file_of(one)]

    def without(self, known: Sequence[Picked]) -> _Batch:
        """The places go to those that are left."""
        left = [one for one in self.picked if one not in known]
        return replace(self, picked=left, kinds=self.kinds[: len(left)])


@dataclass(frozen=True)
class _Filed:
    """``known``: pages of files that the case had before, page for page; they were not put in again."""

    scans: Sequence[ScanRecord]
    known: Sequence[Picked]


def _file(desk: Desk, handle: CaseHandle, batch: _Batch, reader: Reader) -> Written[_Filed]:
    """On the writer thread, behind the write that begins the case; all pages or none."""
    if handle.application_id is None:
        raise UserError("case_not_begun")
    known = [] if batch.asked or batch.shot else _known(desk, handle.application_id, batch.picked)
    left = batch.without(known)
    if not left.picked:
        return Written(_Filed((), known), Changed())
    written = _add(desk, handle.application_id, left, reader)
    return Written(_Filed(written.value, known), written.changed)


def _add(desk: Desk, application_id: str, batch: _Batch, reader: Reader) -> Written[tuple[ScanRecord, ...]]:
    both = list(zip(batch.kinds, batch.picked, strict=True))
    if not batch.device:
        return capture.add_scans(desk, application_id, [(kind, one.content) for kind, one in both], batch.files)
    given = [capture.DevicePage(one.content, kind, once=batch.arrived or one.file is not None) for kind, one in both]
    return capture.add_device_pages(desk, application_id, given, batch.files, reader)


def _known(desk: Desk, application_id: str, picked: Sequence[Picked]) -> list[Picked]:
    """All pages of those files of which the case has every page already. What the camera shoots is a page each time."""
    there = capture.page_hashes(desk, application_id)
    files: list[list[Picked]] = []
    for one in picked:
        if one.first:
            files.append([])
        files[-1].append(one)
    again = [file for file in files if not _is_shot(file[0]) and there.issuperset(map(_sha256, file))]
    return [one for file in again for one in file]


def _is_shot(one: Picked) -> bool:
    return one.device and one.path is None and one.file is None


def _sha256(one: Picked) -> str:
    return sha256(one.content).hexdigest()


def _original(desk: Desk, scan_id: str) -> Stored:
    return stored(capture.read_original(desk, scan_id), LONGEST_SHOWN)


def _picture(desk: Desk, scan_id: str, rotation: int, box: tuple[int, int]) -> QImage:
    return shrunk(capture.read_scan(desk, scan_id), rotation, box)
