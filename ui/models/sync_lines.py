"""同步 in words: the queue row by row, the last pass, what is under way. Qt-free."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from station_app.domain.application import State
from station_app.domain.identity import mask_id
from station_app.services import ledger, passes, sending_hours
from station_app.services.sending_hours import ScansWhen, SendingHours
from station_app.store.records import LedgerQuery, OutboxState
from ui.messages import sentence
from ui.models.lines import Entry, Heading, Line
from ui.models.times import duration_words, moment_words, size_words
from ui.queue_truth import QueueTruth, queue_words, read_truth

if TYPE_CHECKING:
    from station_app.services.desk import Desk
    from station_app.services.passes import PassReport
    from station_app.store.records import LedgerRow, OutboxRow
    from sync.progress import Progress
    from ui.context import SyncHandle
    from ui.widgets.text import Tone

_ASIDE = (OutboxState.QUARANTINED, OutboxState.REFUSED, OutboxState.FORKED)
_GROUPS: tuple[tuple[str, tuple[OutboxState, ...]], ...] = (
    ("要人处理", _ASIDE),
    ("已到中心，等回执", (OutboxState.ACCEPTED,)),
    ("等待发送", (OutboxState.WAITING,)),
)
_SIGNS: Mapping[OutboxState, tuple[str, Tone]] = {
    OutboxState.QUARANTINED: ("！", "wrong"),
    OutboxState.REFUSED: ("✕", "wrong"),
    OutboxState.FORKED: ("！", "wrong"),
    OutboxState.ACCEPTED: ("↑", "ok"),
    OutboxState.WAITING: ("○", "attention"),
}
_KINDS = {"submit": "提交第 {revision} 版", "withdraw": "撤回", "add_scans": "补充扫描件"}
_STEPS = {"asking": "正在与中心交换消息", "plans": "正在取新的方案", "roster": "正在更新会员名册"}
_TONE_SIGNS = {"ok": "✓ ", "wrong": "✕ ", "attention": "● "}
_MANY = 2000
_WITH_OPS = frozenset({State.QUEUED, State.RECEIVED, State.RETURNED, State.APPROVED})


@dataclass(frozen=True)
class SyncView:
    """What 同步 shows. ``people``: application id to its ledger line, for names."""

    truth: QueueTruth
    report: PassReport | None
    rows: tuple[OutboxRow, ...]
    people: Mapping[str, LedgerRow]
    hours: SendingHours


@dataclass(frozen=True)
class OpDetail:
    """The pane beside the queue: which op, why it is where it is, what to do."""

    title: str
    subtitle: str
    heading: str
    tone: Tone
    sentences: tuple[str, ...]
    next_step: str
    can_retry: bool


def read_view(desk: Desk, sync: SyncHandle | None) -> SyncView:
    """Ask the store; on a background thread."""
    rows = passes.queue(desk)
    people = people_of(desk, {row.application_id: row.reference for row in rows})
    hours = sending_hours.sending_hours(desk)
    return SyncView(read_truth(desk, sync), passes.last_pass(desk), rows, people, hours)


def people_of(desk: Desk, wanted: Mapping[str, str]) -> dict[str, LedgerRow]:
    """Names for the queue, ``wanted`` being references by application id: one query for all, one more for each that
    it did not bring.
    """
    if not wanted:
        return {}
    found = {each.id: each for each in ledger.find(desk, LedgerQuery(states=_WITH_OPS, limit=_MANY))}
    for application_id, reference in wanted.items():
        if application_id not in found:
            found.update({each.id: each for each in ledger.find(desk, LedgerQuery(text=reference, limit=1))})
    return {each: found[each] for each in wanted if each in found}


def queue_entries(view: SyncView, now: datetime) -> list[Entry]:
    """The queue: what needs a person first."""
    entries: list[Entry] = []
    for words, states in _GROUPS:
        group = [row for row in view.rows if row.state in states]
        if group:
            entries.append(Heading(f"{words}　{len(group)} 件"))
            entries += [_line(row, view.people.get(row.application_id), now) for row in group]
    return entries


def op_detail(row: OutboxRow, person: LedgerRow | None, now: datetime) -> OpDetail:
    """Everything about one op."""
    aside = row.state in _ASIDE
    return OpDetail(
        title=_name(person),
        subtitle=f"{_kind(row)}\n{row.reference}",
        heading=next(words for words, states in _GROUPS if row.state in states),
        tone=_SIGNS[row.state][1],
        sentences=(_why(row, now),),
        next_step=_next_step(row),
        can_retry=aside and row.state is not OutboxState.FORKED,
    )


def headline(truth: QueueTruth) -> tuple[Tone, str]:
    """How we stand with the centre, in a few words; sign first."""
    tone, words = queue_words(truth)
    if truth.stuck:
        words = f"{truth.stuck} 件没有发出去，要您处理"
    return tone, f"{_TONE_SIGNS.get(tone, '')}{words}"


def report_words(report: PassReport | None, now: datetime) -> str:
    """``上次 14:32：送出 2 件，扫描件 8 页（3.2 MB），收到回执 2 件。``"""
    if report is None:
        return "程序会自动同步，也可以现在按 F10。"
    parts = []
    if report.sent:
        parts.append(f"送出 {report.sent} 件")
    if report.blobs:
        parts.append(f"扫描件 {report.blobs} 页（{size_words(report.bytes)}）")
    if report.received:
        parts.append(f"收到回执 {report.received} 件")
    what = "，".join(parts) or ("没有新内容" if report.code is None else "没有送出内容")
    return f"上次 {moment_words(report.at, now)}：{what}。"


def trouble_words(view: SyncView) -> tuple[str, ...]:
    """What is wrong and what to do, one sentence each; nothing when nothing is."""
    codes = [view.truth.failure] if view.truth.failure else []
    report = view.report
    if report is not None:
        codes += report.warnings
        codes += ["clock_skew"] if report.skew_seconds else []
    return tuple(dict.fromkeys(sentence(code) for code in codes))


def held_words(view: SyncView, now: datetime) -> str:
    """What waits for its hour or for the clerk's word, and why; empty where nothing does."""
    report, hours = view.report, view.hours
    if report is None or not (report.held or report.roster_held) or hours.open_at(now):
        return ""
    pages = f"扫描件 {report.held} 页（{size_words(report.held_bytes)}）" if report.held else ""
    what = "和".join(each for each in (pages, "会员名册的更新" if report.roster_held else "") if each)
    if hours.when is ScansWhen.NIGHT:
        return f"{what}等到 {hours.begins}:00 再传（设置为夜间传送，到 {hours.ends}:00）。申报内容和状态照常收发。"
    return f"{what}没有传：设置为按流量计费，等您按“现在就传”。申报内容和状态照常收发。"


def progress_words(progress: Progress | None) -> tuple[str, int]:
    """What is under way, and how far in thousandths (-1: it cannot be said)."""
    if progress is None:
        return "正在同步…", -1
    if progress.step.value in _STEPS or not progress.bytes_total:
        return f"{_STEPS.get(progress.step.value, '正在同步')}…", -1
    done = min(progress.bytes_done, progress.bytes_total)
    left = size_words(progress.bytes_total - done)
    words = f"正在送扫描件：{progress.scans_done} / {progress.scans_total} 页，还剩 {left}"
    if progress.seconds_left is not None:
        words = f"{words}，{duration_words(progress.seconds_left)}"
    return words, 1000 * done // progress.bytes_total


def _line(row: OutboxRow, person: LedgerRow | None, now: datetime) -> Line:
    sign, tone = _SIGNS[row.state]
    masked = mask_id(person.id_number) if person else ""
    return Line(
        key=row.op_id,
        sign=sign,
        tone=tone,
        title=_name(person),
        note=f"{masked}　{_kind(row)}" if masked else _kind(row),
        aside=row.reference,
        detail=_why(row, now),
        when=moment_words(row.created_at, now),
        data=(row, person),
    )


def _name(person: LedgerRow | None) -> str:
    return (person.name if person else "") or "（未填姓名）"


def _kind(row: OutboxRow) -> str:
    return _KINDS.get(row.kind, row.kind).format(revision=row.revision)


def _why(row: OutboxRow, now: datetime) -> str:
    if row.state is OutboxState.ACCEPTED:
        return "内容已到中心；扫描件传完就有签字回执。"
    if row.state in _ASIDE:
        return sentence(row.last_code or row.state.value)
    if not row.last_code:
        return "在本机排队，联网后自动发送。"
    later = row.next_try_at if passes.is_put_off(row, now) else None
    again = f"；{moment_words(later, now)} 后自动再送" if later else ""
    return f"{sentence(row.last_code).rstrip('。')}{again}。"


def _next_step(row: OutboxRow) -> str:
    if row.state is OutboxState.FORKED:
        return "请把受理号告诉技协，由他们核对两份内容。其他申报照常送出。"
    if row.state in _ASIDE:
        return "按 Alt+R 重发；仍不行，请把受理号告诉技协。其他申报照常送出。"
    return "不用管它，程序会自动送。"
