"""待办 in words: one line a case, grouped by why it waits, and everything about it for the pane beside. Qt-free."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from station_app.domain.application import State
from station_app.plans import Assessment, Severity, Verdict
from station_app.services.todo import Need, TodoRow
from station_app.store.records import OutboxState
from ui.messages import finding_sentence, label, return_sentence, sentence, state_word
from ui.models.lines import Entry, Heading, Line
from ui.models.times import moment_words
from ui.plan_words import answer_words

if TYPE_CHECKING:
    from station_app.services.plan_flips import ChangedAnswer
    from ui.widgets.text import Tone

_GROUPS: Mapping[Need, str] = {
    Need.RETURNED: "退回补正",
    Need.UNDELIVERED: "没有送到中心",
    Need.ANSWER_CHANGED: "方案有新版本，结果变了",
    Need.ELSEWHERE: "中心有，本机没有或较旧",
    Need.READY: "填好了，还没提交",
    Need.DRAFT: "没填完",
}
_SIGNS: Mapping[Need, tuple[str, Tone]] = {
    Need.RETURNED: ("↩", "wrong"),
    Need.UNDELIVERED: ("！", "wrong"),
    Need.ANSWER_CHANGED: ("≠", "attention"),
    Need.ELSEWHERE: ("⇅", "attention"),
    Need.READY: ("✓", "ok"),
    Need.DRAFT: ("○", "attention"),
}
_NO_NAME = "（未填姓名）"
_CAN_BE_NOTED = frozenset({Need.ANSWER_CHANGED, Need.ELSEWHERE})
_SHOWN = 3  # missing fields named in a line; the pane names all


@dataclass(frozen=True)
class TodoDetail:
    """The pane: what is wrong, one sentence each, and what to do next. ``can_retry``: the op may be sent again;
    ``can_acknowledge``: the clerk may take note of it, and the line goes.
    """

    title: str
    subtitle: str
    heading: str
    tone: Tone
    sentences: tuple[str, ...]
    next_step: str
    can_retry: bool = False
    can_open: bool = True
    can_acknowledge: bool = False


def todo_entries(rows: Sequence[TodoRow], now: datetime, me: str) -> list[Entry]:
    """The list: groups in the order of urgency, each with its count; whose a case is, where not all are of ``me``
    (an operator's id)."""
    whose = any(row.holder_id not in ("", me) for row in rows)
    entries: list[Entry] = []
    for need, words in _GROUPS.items():
        group = [row for row in rows if row.need is need]
        if group:
            entries.append(Heading(f"{words}　{len(group)} 件"))
            entries += [_line(row, now, whose=whose) for row in group]
    return entries


def summary(rows: Iterable[TodoRow]) -> str:
    """``退回 1 · 未送达 2 · 待提交 1 · 草稿 3``; empty when nothing waits."""
    words = {
        Need.RETURNED: "退回",
        Need.UNDELIVERED: "未送达",
        Need.ANSWER_CHANGED: "结果变了",
        Need.ELSEWHERE: "与中心有出入",
        Need.READY: "待提交",
        Need.DRAFT: "草稿",
    }
    needs = [row.need for row in rows]
    return " · ".join(f"{word} {needs.count(need)}" for need, word in words.items() if need in needs)


def detail(row: TodoRow) -> TodoDetail:
    """Everything about one case that waits."""
    tone = _SIGNS[row.need][1]
    return TodoDetail(
        title=row.name or _no_name(row),
        subtitle=f"{row.id_masked}\n{_kind(row)}　{row.reference}{_holder(row)}",
        heading=_GROUPS[row.need],
        tone=tone,
        sentences=_sentences(row),
        next_step=_next_step(row),
        can_retry=row.op_state is OutboxState.QUARANTINED,
        can_open=bool(row.application_id),
        can_acknowledge=row.need in _CAN_BE_NOTED,
    )


def _line(row: TodoRow, now: datetime, *, whose: bool) -> Line:
    sign, tone = _SIGNS[row.need]
    return Line(
        key=f"{row.need}/{row.reference}" if row.need in _CAN_BE_NOTED else f"{row.application_id}/{row.op_id or ''}",
        sign=sign,
        tone=tone,
        title=row.name or _no_name(row),
        note="　".join(each for each in (row.id_masked, _kind(row), row.holder_name if whose else "") if each),
        aside=row.reference,
        detail=_short(row),
        when=moment_words(row.updated_at, now),
        data=row,
    )


def _holder(row: TodoRow) -> str:
    return f"\n经办 {row.holder_name}" if row.holder_name else ""


def _no_name(row: TodoRow) -> str:
    return _NO_NAME if row.application_id else "（本机没有这一件）"


def _kind(row: TodoRow) -> str:
    if row.category is None:
        return f"{row.plan} 年" if row.plan else ""
    return f"{row.plan} 年 {label(f'category.{row.category}')}"


def _short(row: TodoRow) -> str:
    if row.need is Need.RETURNED:
        return "；".join(return_sentence(each) for each in row.returned)
    if row.need is Need.UNDELIVERED:
        return sentence(row.code or "result_missing")
    if row.need is Need.ELSEWHERE:
        return f"中心：{state_word(row.state or '')}"
    if row.change is not None:
        return f"{answer_words(row.change.before)} → {answer_words(row.change.after)}"
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
    if row.need is Need.ELSEWHERE:
        here = "本机的内容比中心的旧" if row.application_id else "本机没有这一件"
        return (f"{here}：是在本机所用的备份之后办的。材料都在中心，现在是“{state_word(row.state or '')}”。",)
    if row.change is not None:
        return _change_sentences(row, row.change)
    if row.need is Need.READY:
        return ("必填项和扫描件都齐了。",)
    return tuple(_lack(each.field, each.code) for each in row.missing)


def _change_sentences(row: TodoRow, change: ChangedAnswer) -> tuple[str, ...]:
    filed = f"这一件已按第 {change.earlier} 版提交，仍按第 {change.earlier} 版办理。"
    return (
        f"原来（第 {change.earlier} 版）：{_answer(change.before)}",
        f"现在（第 {change.version} 版）：{_answer(change.after)}",
        "草稿已按新版本重新判断。" if row.state == State.DRAFT else filed,
    )


def _answer(assessment: Assessment | None) -> str:
    """The answer and what decided it, unless it is a plain yes."""
    if assessment is None or assessment.verdict is Verdict.ELIGIBLE:
        return f"{answer_words(assessment)}。"
    decides = Severity.REFUSE if assessment.verdict is Verdict.INELIGIBLE else Severity.REVIEW
    why = dict.fromkeys(finding_sentence(each) for each in assessment.findings if each.severity is decides)
    return f"{answer_words(assessment)}。{''.join(why)}"


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
    if row.need is Need.ELSEWHERE:
        return "记下受理号，请不要重新受理；要看内容或补正，请联系技协。记下后按 Alt+K，这一行就不再提示。"
    if row.need is Need.ANSWER_CHANGED:
        what = "按 Enter 打开核对，把变化告诉职工" if row.state == State.DRAFT else "不用改，也不用重新提交"
        return f"{what}。记下后按 Alt+K，这一行就不再提示。"
    if row.need is Need.READY:
        return "按 Enter 打开，核对后按 Ctrl+Enter 提交。"
    return "按 Enter 打开，接着填。填了的都在。"
