"""归档 in words: what became of each page of a stack, what waits and why, what it could be filed as. Qt-free."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from station_app.services import sorting, tray
from ui.messages import label, sentence
from ui.models.lines import Entry, Heading, Line
from ui.models.times import moment_words

if TYPE_CHECKING:
    from station_app.services.desk import Desk
    from station_app.services.sorting import Outcome
    from station_app.services.tray import Added, TrayRow
    from ui.widgets.text import Tone

_SIGNS: Mapping[str, tuple[str, Tone]] = {
    "tray_suggested": ("✓", "attention"),
    "tray_owner_unknown": ("？", "attention"),
    "tray_unreadable": ("？", "attention"),
    "tray_papers_together": ("？", "attention"),
    tray.BLANK: ("□", "soft"),
    tray.UNSORTED: ("…", "soft"),
}
_REFUSED: tuple[str, Tone] = ("！", "wrong")
_LOOK: tuple[str, Tone] = ("！", "attention")
_SHOWN = 3  # names of refused files in a message


@dataclass(frozen=True)
class TrayView:
    """``filed``: pages of the last stack that are in their cases."""

    rows: tuple[TrayRow, ...]
    filed: tuple[Outcome, ...]

    @property
    def unsorted(self) -> int:
        return sum(row.page.reason == tray.UNSORTED for row in self.rows)

    @property
    def blanks(self) -> tuple[str, ...]:
        return tuple(row.page.id for row in self.rows if row.page.reason == tray.BLANK)


def read_view(desk: Desk, outcomes: Sequence[Outcome]) -> TrayView:
    """What the page shows; on a background thread."""
    filed = tuple(each for each in sorting.with_missing(desk, outcomes) if each.problem is None)
    return TrayView(tray.waiting(desk), filed)


def tray_entries(view: TrayView, now: datetime) -> list[Entry]:
    """What waits first, then what the last stack brought home."""
    entries: list[Entry] = []
    if view.rows:
        entries.append(Heading(f"待归档　{len(view.rows)} 页"))
        entries += [_waiting(row, now) for row in view.rows]
    if view.filed:
        entries.append(Heading(f"刚才自动归档　{len(view.filed)} 页"))
        entries += [_filed(each) for each in view.filed]
    return entries


def _waiting(row: TrayRow, now: datetime) -> Line:
    sign, tone = _SIGNS.get(row.page.reason, _REFUSED if row.refused else _LOOK)
    return Line(
        key=row.page.id,
        sign=sign,
        tone=tone,
        title=kind_word(row),
        note=row.name,
        aside=row.reference,
        detail=reason_words(row),
        when=moment_words(row.page.added_at, now),
        data=row,
    )


def _filed(outcome: Outcome) -> Line:
    return Line(
        key=f"filed/{outcome.tray_id}",
        sign="✓",
        tone="attention" if outcome.missing or outcome.defects else "ok",
        title=label("scan.form"),
        note=outcome.name,
        aside=outcome.reference,
        detail=filed_words(outcome),
        when="",
        data=outcome,
    )


def kind_word(row: TrayRow) -> str:
    if row.page.reason == tray.BLANK:
        return "空白页"
    return label(f"scan.{row.page.kind}") if row.page.kind else "未识别的页"


def reason_words(row: TrayRow) -> str:
    """Why it waits, and what to do."""
    return sentence(row.page.reason, **row.page.params)


def filed_words(outcome: Outcome) -> str:
    """``已归档；缺第 2 页；图像模糊``."""
    words = ["已归档"]
    if outcome.missing:
        words.append(f"缺第 {'、'.join(map(str, outcome.missing))} 页，请补扫")
    words += [label(f"defect.{each}") for each in outcome.defects]
    return "；".join(words)


def headline(view: TrayView) -> str:
    """One line over the list."""
    parts = []
    if view.unsorted:
        parts.append(f"正在识读，还有 {view.unsorted} 页")
    if view.filed:
        parts.append(f"自动归档 {len(view.filed)} 页")
    waiting = len(view.rows) - view.unsorted
    if waiting:
        parts.append(f"{waiting} 页待归档")
    return " · ".join(parts)


def added_words(added: Added) -> tuple[str, Tone]:
    """What came of putting files in."""
    if not added.refused:
        read = f"已收下 {added.pages} 页，正在识读。" if added.pages else ""
        again = sentence("tray_again", number=added.again) if added.again else ""
        return read + again, "attention" if added.again else "ok"
    names = "、".join(name for name, _ in added.refused[:_SHOWN])
    more = f" 等 {len(added.refused)} 个文件" if len(added.refused) > _SHOWN else ""
    why = sentence(added.refused[0][1])
    return f"收下 {added.pages} 页；{names}{more}没有收下：{why}", "wrong"


def button_words(pages: int) -> str:
    """On 待办's button."""
    return f"归档（{pages} 页在等）" if pages else "归档"
