"""The hands on the scans: choosing, pasting, dropping, viewing; between strip, viewer, chooser and shelf."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QObject, Signal
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QWidget

from station_app.domain.application import ScanKind
from station_app.errors import StationError
from ui.messages import label, sentence
from ui.pages.intake.arrivals import Arrivals
from ui.pages.intake.page_hands import PageHands
from ui.pages.intake.pictures import Unread
from ui.pages.intake.places import places_of
from ui.pages.intake.shooting import Shooting
from ui.widgets.scan_strip import ScanStrip, ScanTile
from ui.widgets.scan_viewer import ScanViewer

if TYPE_CHECKING:
    from station_app.store.records import ScanRecord
    from ui.context import Context
    from ui.pages.intake.draft import Draft
    from ui.pages.intake.files import FileChooser
    from ui.pages.intake.form import FormPane
    from ui.pages.intake.gate import ReadNote
    from ui.pages.intake.shelf import Shelf

_KNOWN = "：这一件里已经有了，没有再放一次"
_NAMED = 3  # files named in a message, before the rest are counted
_FORMATS = ("image/png", "image/jpeg", "image/tiff", "image/bmp", "image/webp")


class ScanDesk(QObject):
    """Signals: ``changed()``: the case on the table has other scans now; ``said(words, tone)``, for the banner;
    ``settled(words)``: what was said of a file that could not be filed is over, since one was filed.
    """

    changed = Signal()
    said = Signal(str, str)
    settled = Signal(str)

    def __init__(self, host: QWidget, shelf: Shelf, strip: ScanStrip, chooser: FileChooser, context: Context) -> None:
        super().__init__(host)
        self._shelf = shelf
        self._strip = strip
        self._chooser = chooser
        self.shooting = shooting = Shooting(host, context)
        self.shoot = shooting.ask
        self._viewer = ScanViewer(host)
        self._draft: Draft | None = None
        self._wanted_kind: ScanKind | None = None
        self._replaced: ScanRecord | None = None
        self._doomed = ""  # the page whose removal was asked for once
        self._notes: Mapping[str, ReadNote] = {}
        self._complaint = self._past = ""
        strip.opened.connect(self._open)
        strip.add_wanted.connect(self.ask_files)
        strip.moved.connect(self._spare)
        strip.picture_wanted.connect(self._fetch)
        strip.kind_wanted.connect(self._rename)
        for source in (strip, self._viewer):
            source.replace_wanted.connect(self._ask_replacement)
            source.remove_wanted.connect(self._remove)
            source.rotate_wanted.connect(self._rotate)
        self._viewer.step_wanted.connect(self._step)
        self._hands = PageHands(host, shelf, strip, self._viewer, lambda: self._draft, self._stands, context.desk.today)
        self._hands.opened.connect(self._open)
        self._hands.said.connect(self.said)
        chooser.chosen.connect(self._chosen)
        self.arrivals = arrivals = Arrivals(host, context, shelf.add_arrived)
        arrivals.said.connect(self.said)
        shooting.shot.connect(self._shot)
        shooting.failed.connect(partial(self._refused, ""))
        shelf.changed.connect(self._shelf_changed)
        shelf.refused.connect(self._refused)
        for each in (shelf, arrivals):
            each.unread.connect(lambda unread: self._complain(words_of_unread(unread)))
        shelf.known.connect(lambda names: self.said.emit(f"{_listed(names)}{_KNOWN}", "attention"))
        shelf.opening.connect(lambda names: self.said.emit(f"正在打开{_listed(names)}，一页一页加进来…", ""))
        shelf.pictured.connect(strip.show_picture)

    def serve(self, form: FormPane) -> None:
        """The buttons over the strip, and Ctrl+V in its lines."""
        form.files_wanted.connect(self.ask_files)
        form.camera_wanted.connect(self.shoot)
        form.arrived_wanted.connect(self.arrivals.take)
        self.arrivals.waiting.connect(form.show_arrived)
        form.paste_wanted.connect(self.paste)
        form.paste_picture = self.paste

    def show_case(self, draft: Draft) -> None:
        """Another case, or the same with other scans."""
        if draft is not self._draft:
            self._viewer.dismiss()
            self._strip.set_places(())
            self._notes = {}
        self._draft = draft
        self.arrivals.show_case(draft)
        self._strip.set_places(places_of(draft, self._notes))

    def tell(self, notes: Mapping[str, ReadNote]) -> None:
        """What reading found, by the page's id."""
        self._notes = notes
        if self._draft is not None:
            self._strip.set_places(places_of(self._draft, notes))

    def _stands(self, scan_id: str) -> tuple[str, ...]:
        """Codes of what is wrong with a page now."""
        note = self._notes.get(scan_id)
        return note.stands if note is not None else ()

    # ---- adding

    def ask_files(self, kind: ScanKind | None = None) -> None:
        """Let the clerk choose files; the first is of ``kind``, if given, the rest go where something is missing."""
        self._wanted_kind, self._replaced = kind, None
        words = f"添加扫描件：{label(f'scan.{kind.value}')}" if kind else "添加扫描件（按缺少的顺序自动归类）"
        self._chooser.ask(words)

    def takes(self, mime: QMimeData) -> bool:
        """Whether there is a picture in what is dragged or pasted."""
        return bool(_files_of(mime)) or _holds_picture(mime)

    def take(self, mime: QMimeData, kind: ScanKind | None = None) -> None:
        """File what was dropped or pasted."""
        if self._draft is None:
            return
        self._begin()
        paths = _files_of(mime)
        if paths:
            self._shelf.add_files(self._draft, paths, kind)
            return
        for form in _FORMATS:
            if mime.hasFormat(form):
                self._shelf.add_bytes(self._draft, bytes(mime.data(form).data()))
                return
        image = mime.imageData()
        if isinstance(image, QImage):
            self._shelf.add_image(self._draft, image, kind)

    def paste(self) -> bool:
        """File the picture or the files on the clipboard; False when there is only text or nothing."""
        mime = QGuiApplication.clipboard().mimeData()
        if not self.takes(mime):
            return False
        self.take(mime)
        return True

    # ---- one page

    def _scan(self, scan_id: str) -> ScanRecord | None:
        scans = self._draft.scans if self._draft else ()
        return next((scan for scan in scans if scan.id == scan_id), None)

    def _fetch(self, scan_id: str) -> None:
        scan = self._scan(scan_id)
        if scan is not None:
            box = ScanTile.picture_box()
            self._shelf.picture(scan, (box.width() - 4, box.height() - 4))

    def _open(self, scan_id: str) -> None:
        scan = self._scan(scan_id)
        if scan is None or self._draft is None:
            return
        if scan.erased_at is not None:
            self.said.emit(sentence("scan_erased"), "attention")
            return
        at = self._draft.scans.index(scan) + 1
        title = label(f"scan.{scan.kind.value}")
        count, is_cut = f"{at}/{len(self._draft.scans)}", scan.replaces is not None
        self._viewer.show_page(scan.id, title, count, not self._draft.editable, is_cut)
        self._shelf.whole(scan, partial(self._show_whole, scan.id), partial(self._refused, title))

    def _show_whole(self, scan_id: str, image: QImage) -> None:
        scan = self._scan(scan_id)
        if scan is not None and self._viewer.scan_id == scan_id:
            self._viewer.view.show_image(image, scan.rotation)

    def _step(self, by: int) -> None:
        scan = self._scan(self._viewer.scan_id)
        if scan is not None and self._draft is not None:
            scans = self._draft.scans
            self._open(scans[(scans.index(scan) + by) % len(scans)].id)

    def _rotate(self, scan_id: str) -> None:
        scan = self._scan(scan_id)
        if scan is not None and self._draft is not None:
            self._shelf.rotate(self._draft, scan)

    def _rename(self, scan_id: str, kind: ScanKind) -> None:
        scan = self._scan(scan_id)
        if scan is not None and scan.kind is not kind and self._draft is not None:
            self._shelf.rename(self._draft, scan, kind)

    def _ask_replacement(self, scan_id: str) -> None:
        scan = self._scan(scan_id)
        if scan is not None:
            self._viewer.dismiss()
            self._replaced = scan
            self._chooser.ask(f"替换：{label(f'scan.{scan.kind.value}')}", single=True)

    def _remove(self, scan_id: str) -> None:
        """Asked twice: the first Delete only says what the second one does."""
        scan = self._scan(scan_id)
        if scan is None or self._draft is None:
            return
        if self._doomed != scan_id:
            self._doomed = scan_id
            self.said.emit(f"再按一次 Delete，移除“{label(f'scan.{scan.kind.value}')}”", "attention")
            return
        self._spare()
        self._viewer.dismiss()
        self._shelf.remove(self._draft, scan)

    def _spare(self) -> None:
        self._doomed = ""

    # ---- answers

    def _chosen(self, paths: Sequence[Path]) -> None:
        if self._draft is None:
            return
        self._begin()
        if self._replaced is not None:
            self._shelf.replace(self._draft, self._replaced, paths[0])
        else:
            self._shelf.add_files(self._draft, paths, self._wanted_kind)

    def _shot(self, content: bytes) -> None:
        if self._draft is not None:
            self._begin()
            self._shelf.add_shot(self._draft, content)

    def _shelf_changed(self, draft: Draft, scan_id: str) -> None:
        if draft is not self._draft:
            return
        self.changed.emit()  # the page says what it makes of it, which is when the strip shows it
        scan = self._scan(scan_id)
        if scan is not None and self._past:
            self.settled.emit(self._past)
            self._past = ""
        if scan is not None:
            self._strip.refresh_picture(scan_id)
            if self._viewer.isVisible() and self._viewer.scan_id == scan_id:
                self._viewer.view.turn(scan.rotation)

    def _refused(self, name: str, error: StationError) -> None:
        self._complain(f"{name}：{sentence(error)}" if name else sentence(error))

    def _complain(self, words: str) -> None:
        self._complaint = words
        self.said.emit(words, "wrong")

    def _begin(self) -> None:
        """Pages are about to be added: with the first of them, what was said of an earlier handful is over."""
        self._past = self._complaint


def words_of_unread(unread: Sequence[Unread]) -> str:
    """One sentence for each thing that is wrong, with the files it is true of: none is left unsaid."""
    names: dict[str, list[str]] = {}
    for each in unread:
        names.setdefault(sentence(each.error), []).append(each.name)
    return "\n".join(f"{_listed(those)}：{words}" for words, those in names.items())


def _listed(names: Sequence[str]) -> str:
    more = f" 等 {len(names)} 个文件" if len(names) > _NAMED else ""
    return "、".join(names[:_NAMED]) + more


def _files_of(mime: QMimeData) -> list[Path]:
    """Local files among the addresses, whatever they are: one that is no picture is refused by name."""
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()] if mime.hasUrls() else []


def _holds_picture(mime: QMimeData) -> bool:
    return mime.hasImage() or any(mime.hasFormat(form) for form in _FORMATS)
