"""待办 in words: one line a case, grouped by why it waits, and everything about it for the pane beside. Qt-free."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from station_app.services.todo import Need, TodoRow
from station_app.store.records import OutboxState
from ui.messages import label, return_sentence, sentence
from ui.models.lines import Entry, Heading, Line
from ui.models.times import moment_words

if TYPE_CHECKING:
    from ui.widgets.text import Tone

_GROUPS: Mapping[Need, str] = {
    Need.RETURNED: "退回补正",
    Need.UNDELIVERED: "没有送到中心",
    Need.READY: "填好了，还没提交",
    Need.DRAFT: "没填完",
}
_SIGNS: Mapping[Need, tuple[str, Tone]] = {
    Need.RETURNED: ("↩", "wrong"),
    Need.UNDELIVERED: ("！", "wrong"),
    Need.READY: ("✓", "ok"),
    Need.DRAFT: ("○", "attention"),
}
_NO_NAME = "（未填姓名）"
_SHOWN = 3  # missing fields named in a line; the pane names all


@dataclass(frozen=True)
class TodoDetail:
    """The pane: what is wrong, one sentence each, and what to do next. ``can_retry``: the op may be sent again."""

    title: str
    subtitle: str
    heading: str
    tone: Tone
    sentences: tuple[str, ...]
    next_step: str
    can_retry: bool = False


def todo_entries(rows: Sequence[TodoRow], now: datetime) -> list[Entry]:
    """The list: groups in the order of urgency, each with its count."""
    entries: list[Entry] = []
    for need, words in _GROUPS.items():
        group = [row for row in rows if row.need is need]
        if group:
            entries.append(Heading(f"{words}　{len(group)} 件"))
            entries += [_line(row, now) for row in group]
    return entries


def summary(rows: Iterable[TodoRow]) -> str:
    """``退回 1 · 未送达 2 · 待提交 1 · 草稿 3``; empty when nothing waits."""
    words = {Need.RETURNED: "退回", Need.UNDELIVERED: "未送达", Need.READY: "待提交", Need.DRAFT: "草稿"}
    needs = [row.need for row in rows]
    return " · ".join(f"{word} {needs.count(need)}" for need, word in words.items() if need in needs)


def detail(row: TodoRow) -> TodoDetail:
    """Everything about one case that waits."""
    tone = _SIGNS[row.need][1]
    return TodoDetail(
        title=row.name or _NO_NAME,
        subtitle=f"{row.id_masked}\n{_kind(row)}　{row.reference}",
        heading=_GROUPS[row.need],
        tone=tone,
        sentences=_sentences(row),
        next_step=_next_step(row),
        can_retry=row.op_state is OutboxState.QUARANTINED,
    )


def _line(row: TodoRow, now: datetime) -> Line:
    sign, tone = _SIGNS[row.need]
    return Line(
        key=f"{row.application_id}/{row.op_id or ''}",
        sign=sign,
        tone=tone,
        title=row.name or _NO_NAME,
        note=f"{row.id_masked}　{_kind(row)}" if row.id_masked else _kind(row),
        aside=row.reference,
        detail=_short(row),
        when=moment_words(row.updated_at, now),
        data=row,
    )


def _kind(row: TodoRow) -> str:
    return f"{row.plan} 年 {label(f'category.{row.category}')}"


def _short(row: TodoRow) -> str:
    if row.need is Need.RETURNED:
        return "；".join(return_sentence(each) for each in row.returned)
    if row.need is Need.UNDELIVERED:
        return sentence(row.code or "result_missing")
    if row.need is Need.READY:
        return "打印、签字后提交"
    names = [label(each.field or "reference") for each in row.missing]
    more = f" 等 {len(names)} 项" if len(names) > _SHOWN else ""
    return f"还差 {'、'.join(names[:_SHOWN])}{more}"


def _sentences(row: TodoRow) -> tuple[str, ...]:
    if row.need is Need.RETURNED:
        return tuple(return_sentence(each) for each in row.returned)
    if row.need is Need.UNDELIVERED:
        return (sentence(row.code or "result_missing"),)
    if row.need is Need.READY:
        return ("必填项和扫描件都齐了。",)
    return tuple(_lack(each.field, each.code) for each in row.missing)


def _lack(field: str | None, code: str) -> str:
    if code == "missing":
        return f"缺 {label(field or 'reference')}"
    return f"{label(field or 'reference')}：{sentence(code, field=field)}"


def _next_step(row: TodoRow) -> str:
    if row.need is Need.RETURNED:
        first = label(row.returned[0].field) if row.returned else ""
        return f"按 Enter 打开，直接到“{first}”，改好后重新提交。" if first else "按 Enter 打开，改好后重新提交。"
    if row.need is Need.UNDELIVERED and row.op_state is OutboxState.QUARANTINED:
        return "按 Alt+R 重发；仍不行，请把受理号告诉技协。其他申报照常送出。"
    if row.need is Need.UNDELIVERED:
        return "请把受理号告诉技协，由他们核对。材料都在本机。"
    if row.need is Need.READY:
        return "按 Enter 打开，核对后按 Ctrl+Enter 提交。"
    return "按 Enter 打开，接着填。填了的都在。"
