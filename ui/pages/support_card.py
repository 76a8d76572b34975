"""技术支持: what goes to the association when something is wrong, shown before it is written.

In 设置, of the open home; beside the words that say why a home cannot be opened, of what can be seen from outside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from station_app.services import support
from ui.messages import label, sentence
from ui.models.times import size_words
from ui.widgets.buttons import SmallButton
from ui.widgets.card import Card
from ui.widgets.text import Text

if TYPE_CHECKING:
    from station_app.errors import StationError
    from station_app.services.desk import Clock, Desk, Written
    from station_app.services.support import SupportBundle
    from sync.support import SupportEntry
    from ui.tasks import Tasks
    from ui.widgets.text import Tone

_ABOUT = "程序出了问题，可以生成一个支持包发给技协：日志、自检结果和版本，不含姓名和号码，加密后只有技协能打开。"


class Source(Protocol):
    """Where a bundle comes from. Both calls take a while and belong in the background."""

    def collect(self) -> SupportBundle: ...

    def write(self, bundle: SupportBundle, target: Path) -> Written[Path]: ...


@dataclass(frozen=True)
class OpenHome:
    """Sealed so that the server opens it."""

    desk: Desk

    def collect(self) -> SupportBundle:
        return support.collect(self.desk)

    def write(self, bundle: SupportBundle, target: Path) -> Written[Path]:
        return support.write(self.desk, bundle, target)


@dataclass(frozen=True)
class ClosedHome:
    """Sealed so that the keeper of the recovery key opens it."""

    home: Path
    clock: Clock

    def collect(self) -> SupportBundle:
        return support.collect_closed(self.home, self.clock())

    def write(self, bundle: SupportBundle, target: Path) -> Written[Path]:
        return support.write_closed(self.home, bundle, target)


class SupportCard(Card):
    """First the list of what goes in, then the file. Attributes: ``collect``, ``save`` (buttons)."""

    def __init__(self, source: Source, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__("技术支持", parent)
        self._source = source
        self._tasks = tasks
        self._bundle: SupportBundle | None = None
        self.collect = SmallButton("生成支持包", "Alt+U", "collect_support")
        self.collect.clicked.connect(self._collect)
        self.header.addWidget(self.collect)
        self._words = Text(_ABOUT, "note", wrap=True)
        self.save = SmallButton("存为文件…", "Alt+V", "save_support")
        self.save.clicked.connect(self._ask_file)
        self.save.hide()
        self.body.addWidget(self._words)
        self.body.addWidget(self.save, 0, Qt.AlignmentFlag.AlignLeft)

    def write_to(self, path: Path) -> None:
        """Write what was listed."""
        if self._bundle is not None:
            work = partial(self._source.write, self._bundle, path)
            self._tasks.command(self, work, self._written, self._failed, long=True)

    def _collect(self) -> None:
        self._say("正在收集…", "soft")
        self._tasks.query(self, self._source.collect, self._show, self._failed, key="collect")

    def _show(self, bundle: SupportBundle) -> None:
        self._bundle = bundle
        self._say(f"将装入：{entry_words(bundle.entries)}。")
        self.save.show()
        self.save.setFocus()

    def _ask_file(self) -> None:
        if self._bundle is None:
            return
        manifest = self._bundle.manifest
        name = "-".join(each for each in ("支持包", manifest.station_no, manifest.made_at[:10]) if each) + ".age"
        file, _ = QFileDialog.getSaveFileName(self, "支持包存到哪里", name)
        if file:
            self.write_to(Path(file))

    def _written(self, path: Path) -> None:
        self._bundle = None
        self.save.hide()
        self._say(f"已存为 {path.name}，请发给技协。", "ok")

    def _failed(self, error: StationError) -> None:
        self._say(sentence(error), "wrong")

    def _say(self, words: str, tone: Tone = "") -> None:
        self._words.setText(words)
        self._words.set_tone(tone)


def entry_words(entries: Sequence[SupportEntry]) -> str:
    """``系统和版本 1 KB、日志 120 KB、错误报告 3 份 12 KB``."""
    sizes: dict[str, list[int]] = {}
    for each in entries:
        sizes.setdefault(support.kind_of(each.name), []).append(each.size)
    return "、".join(
        f"{label(f'support.{kind}')}{f' {len(some)} 份' if len(some) > 1 else ''} {size_words(sum(some))}"
        for kind, some in sizes.items()
    )
