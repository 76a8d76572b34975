"""Choosing files: a line for a path, the pictures of a folder below. Our own, because Qt's dialog writes the folders
that were visited (and with them people's names) in clear into the user's settings."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QStandardPaths, QStorageInfo, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QLineEdit, QListWidget, QListWidgetItem, QWidget

from ui.pages.intake.pictures import SUFFIXES, is_there, shown_name, typed_paths
from ui.theme import px
from ui.widgets.buttons import PrimaryButton, SmallButton
from ui.widgets.field_box import FieldBox
from ui.widgets.overlay import Overlay
from ui.widgets.text import Text

if TYPE_CHECKING:
    from ui.tasks import Tasks

_PATH = Qt.ItemDataRole.UserRole
_MOST = 2000
_LONGEST_NAME = 40  # of a file in a message
_HELP = "↓ 进入列表　Shift+↓ 多选　Enter 添加或进入文件夹　Backspace 上一级　Esc 取消"
_STICKS = ("/media/*", "/media/*/*", "/mnt/*", "/run/media/*/*")  # where Linux mounts what is plugged in


@dataclass(frozen=True)
class Entry:
    """A folder or a picture of a folder."""

    path: Path
    folder: bool
    size: int


def list_folder(folder: Path) -> list[Entry]:
    """Folders first, then pictures, the newest first; nothing for a folder that cannot be read."""
    found: list[tuple[bool, float, Entry]] = []
    try:
        for path in folder.iterdir():
            if path.name.startswith("."):
                continue
            is_folder = path.is_dir()
            if is_folder or path.suffix.lower() in SUFFIXES:
                known = path.stat()
                found.append((not is_folder, -known.st_mtime, Entry(path, is_folder, known.st_size)))
    except OSError:
        return [entry for *_, entry in sorted(found, key=lambda each: each[:2])]
    return [entry for *_, entry in sorted(found, key=lambda each: each[:2])][:_MOST]


@dataclass(frozen=True)
class Typed:
    """What a typed line means: ``lacking`` is the first that is not there; or one folder, or files."""

    paths: tuple[Path, ...]
    lacking: Path | None
    is_folder: bool


def find_typed(text: str, folder: Path) -> Typed:
    """Asks the disk, hence never on the main thread."""
    paths = tuple(typed_paths(text, folder))
    lacking = next((path for path in paths if not is_there(path)), None)
    return Typed(paths, lacking, len(paths) == 1 and lacking is None and paths[0].is_dir())


def places() -> list[tuple[str, Path]]:
    """Where scans usually lie: the desktop, pictures, downloads, and every stick that is plugged in."""
    kinds = QStandardPaths.StandardLocation
    usual = [
        ("桌面", kinds.DesktopLocation),
        ("图片", kinds.PicturesLocation),
        ("文档", kinds.DocumentsLocation),
        ("下载", kinds.DownloadLocation),
    ]
    known = [(word, Path(QStandardPaths.writableLocation(kind))) for word, kind in usual]
    sticks = [Path(each.rootPath()) for each in QStorageInfo.mountedVolumes() if each.isReady() and not each.isRoot()]
    known += [(path.name or str(path), path) for path in sticks if _is_stick(path)]
    return [(word, path) for word, path in known if path.is_dir()]


def _is_stick(path: Path) -> bool:
    return sys.platform == "win32" or any(path.match(each) for each in _STICKS)


class FileChooser(Overlay):
    """F6. Signal: ``chosen(list of Path)``.

    Enter in the line takes the files typed (several in quotes), or opens the folder typed. Down goes into the list:
    Shift and arrow keys mark several, Enter takes what is marked (or the current one), Backspace goes one folder up.
    """

    chosen = Signal(object)

    def __init__(self, host: QWidget, tasks: Tasks) -> None:
        super().__init__(host, "选择扫描件", 760, 540)
        self.setObjectName("file_chooser")
        self._tasks = tasks
        self._folder = Path.home()
        self._single = False
        self._line = QLineEdit()
        self._box = FieldBox("scan_path", self._line, "文件路径（可粘贴；多个文件各加引号）")
        self._list = QListWidget()
        self._list.setObjectName("scan_files")
        self._list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self._list.itemDoubleClicked.connect(self._open)
        self._shortcuts = QHBoxLayout()
        take = PrimaryButton("添加  Enter", "", "scan_take")
        take.clicked.connect(self._take)
        bottom = QHBoxLayout()
        bottom.addLayout(self._shortcuts, 1)
        bottom.addWidget(take)
        self.card.body.addWidget(self._box)
        self.card.body.addWidget(self._list, 1)
        self.card.body.addWidget(Text(_HELP, "note"))
        self.closed.connect(partial(tasks.forget, self, "folder"))
        self.card.body.addLayout(bottom)

    def ask(self, title: str, single: bool = False) -> None:
        """Open; with ``single`` one file is wanted (to replace a page)."""
        self._single = single
        self.card.set_title(title)
        self._line.clear()
        self._box.set_problem(None)
        self._tasks.look(self, places, self._show_places, key="places")
        self.open_over(self._line)
        self._go_to(self._folder)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        in_list = self._list.hasFocus()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._take()
            event.accept()
        elif key == Qt.Key.Key_Down and not in_list and self._list.count():
            self._list.setFocus()
            self._list.setCurrentRow(max(self._list.currentRow(), 0))
            event.accept()
        elif key == Qt.Key.Key_Backspace and in_list:
            self._go_to(self._folder.parent)
            event.accept()
        else:
            super().keyPressEvent(event)

    def _take(self) -> None:
        if self._line.text().strip() and not self._list.hasFocus():
            self._take_typed()
            return
        items = self._list.selectedItems() or ([self._list.currentItem()] if self._list.currentItem() else [])
        if len(items) == 1 and items[0].data(_PATH).folder:
            self._go_to(items[0].data(_PATH).path)
        else:
            self._give([item.data(_PATH).path for item in items if not item.data(_PATH).folder])

    def _take_typed(self) -> None:
        self._box.set_problem(None)
        work = partial(find_typed, self._line.text(), self._folder)
        self._tasks.look(self, work, self._give_typed, key="folder")

    def _give_typed(self, found: Typed) -> None:
        if found.lacking is not None:
            self._box.set_problem(f"没有找到文件：{found.lacking.name[:_LONGEST_NAME]}")
        elif found.is_folder:
            self._line.clear()
            self._go_to(found.paths[0])
        else:
            self._give(found.paths)

    def _give(self, paths: Sequence[Path]) -> None:
        if not paths:
            self._box.set_problem("请先选择文件，或输入文件路径")
            return
        self._folder = paths[0].parent
        self.dismiss()
        self.chosen.emit(list(paths[:1] if self._single else paths))

    def _open(self, item: QListWidgetItem) -> None:
        entry: Entry = item.data(_PATH)
        if entry.folder:
            self._go_to(entry.path)
        else:
            self._give([entry.path])

    def _go_to(self, folder: Path) -> None:
        self._folder = folder
        self._box.set_hint(f"{folder}：正在看里面有什么…")
        self._tasks.look(self, partial(list_folder, folder), partial(self._show, folder), key="folder")

    def _show(self, folder: Path, entries: list[Entry]) -> None:
        if folder != self._folder:
            return
        self._list.clear()
        for entry in entries:
            name = shown_name(entry.path)
            words = f"📁 {name}" if entry.folder else f"{name}　　{max(entry.size // 1024, 1):,} KB"
            item = QListWidgetItem(words)
            item.setData(_PATH, entry)
            self._list.addItem(item)
        self._box.set_hint(f"{folder}：{len(entries)} 项" if entries else f"{folder}：没有图片")

    def _show_places(self, known: Sequence[tuple[str, Path]]) -> None:
        while self._shortcuts.count():
            widget = self._shortcuts.takeAt(0).widget()
            if widget is not None:
                widget.deleteLater()
        for word, path in known[:6]:
            button = SmallButton(word)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(partial(self._go_to, path))
            self._shortcuts.addWidget(button)
        self._shortcuts.addStretch(1)
        self._list.setMinimumHeight(px(160))
