"""扫描件 in 设置: how long a paid case keeps its scans on this PC, and what has become of those whose days are over."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from station_app.events import Changed, Kind
from station_app.services import retention
from ui.messages import sentence
from ui.widgets.card import Card
from ui.widgets.text import Text

if TYPE_CHECKING:
    from station_app.services.retention import Kept
    from ui.context import Context
    from ui.widgets.field_box import FieldBox


class RetentionCard(Card):
    """``box``: the field of the setting ``keep_scans_days``; the page saves it."""

    def __init__(self, context: Context, box: FieldBox, parent: QWidget | None = None) -> None:
        super().__init__("扫描件", parent)
        self._context = context
        self._state = Text("", "note", wrap=True)
        self.body.addWidget(box)
        self.body.addWidget(Text("满这么多天、中心有回执也有备份的才清除，申报记录都保留。", "note", wrap=True))
        self.body.addWidget(self._state)
        context.bridge.changed.connect(self._on_changed)
        self._read()

    def _read(self) -> None:
        work = partial(retention.state_of, self._context.desk)
        failed = lambda error: self._state.setText(sentence(error))  # noqa: E731
        self._context.tasks.query(self, work, self._show, failed, key="state")

    def _show(self, kept: Kept) -> None:
        self._state.setText(kept_words(kept))

    def _on_changed(self, changed: Changed) -> None:
        if changed.touches(Kind.SCANS, Kind.SETTINGS, Kind.SYNC):
            self._read()


def kept_words(kept: Kept) -> str:
    """What is gone, and what is still here although its days are over, and why."""
    lines = (
        (kept.erased, "已按规定清除 {} 件的扫描件。"),
        (kept.due, "{} 件到期，下次同步时清除。"),
        (kept.unmarked, "{} 件到期，等中心做好备份后清除。"),
        (kept.unsettled, "{} 件到期，但还有内容没送到中心或没有回执，先不清除。"),
    )
    return "".join(words.format(count) for count, words in lines if count) or "还没有到期的扫描件。"
