"""技术支持 in 设置: what goes to the association when something is wrong, shown before it is written."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

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
    from station_app.services.support import SupportBundle
    from sync.support import SupportEntry
    from ui.context import Context
    from ui.widgets.text import Tone

_ABOUT = "程序出了问题，可以生成一个支持包发给技协：日志、自检结果和版本，不含姓名和号码，加密后只有技协能打开。"


class SupportCard(Card):
    """First the list of what goes in, then the file. Attributes: ``collect``, ``save`` (buttons)."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__("技术支持", parent)
        self._context = context
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
            work = partial(support.write, self._context.desk, self._bundle, path)
            self._context.tasks.command(self, work, self._written, self._failed)

    def _collect(self) -> None:
        self._say("正在收集…", "soft")
        work = partial(support.collect, self._context.desk)
        self._context.tasks.query(self, work, self._show, self._failed, key="collect")

    def _show(self, bundle: SupportBundle) -> None:
        self._bundle = bundle
        self._say(f"将装入：{entry_words(bundle.entries)}。")
        self.save.show()
        self.save.setFocus()

    def _ask_file(self) -> None:
        if self._bundle is None:
            return
        name = f"支持包-{self._bundle.manifest.station_no}-{self._bundle.manifest.made_at[:10]}.age"
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
