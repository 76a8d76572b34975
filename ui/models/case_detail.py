"""One case of 台账 in words: who, what both sides judged, what was sent back, all that happened. Qt-free.

Numbers are masked here, before they reach a window; the full ones come only through the audited ``ledger.reveal``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from station_app.domain.application import CLOSED, EDITABLE, FieldReturn, State
from station_app.domain.identity import group_number, mask_id, mask_tail
from station_app.plans import Assessment, Finding, Severity, Verdict
from station_app.services import ledger, passes
from station_app.store.records import OutboxState
from ui.messages import finding_sentence, label, return_sentence, sentence, state_word
from ui.models.times import full_words

if TYPE_CHECKING:
    from station_app.services.desk import Desk
    from station_app.store.records import OutboxRow
    from ui.widgets.text import Tone

_VERDICTS: Mapping[Verdict, tuple[str, Tone]] = {
    Verdict.ELIGIBLE: ("✓ 符合助推条件", "ok"),
    Verdict.INELIGIBLE: ("✕ 不符合助推条件", "wrong"),
    Verdict.NEEDS_REVIEW: ("！ 需要审核后确定", "attention"),
}
_DECIDES = {Verdict.INELIGIBLE: Severity.REFUSE, Verdict.NEEDS_REVIEW: Severity.REVIEW}


@dataclass(frozen=True)
class Judgement:
    """One side's verdict: ``side`` 本站 or 中心, its words, and a sentence for each reason."""

    side: str
    words: str
    tone: Tone
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class CaseDetail:
    """Everything the pane shows. ``numbers``: label and masked value. ``withdrawing``: asked for, not answered yet."""

    application_id: str
    reference: str
    name: str
    state: State
    kind: str
    numbers: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str], ...]
    judgements: tuple[Judgement, ...]
    returned: tuple[str, ...]
    troubles: tuple[str, ...]
    revisions: tuple[str, ...]
    history: tuple[tuple[str, str], ...]
    can_withdraw: bool
    can_hand_over: bool
    holder: str
    withdrawing: bool


def read_detail(desk: Desk, application_id: str) -> CaseDetail:
    """Read one case; on a background thread. Raises UserError ``application_unknown``."""
    shown = ledger.show(desk, application_id)
    ops = [row for row in passes.queue(desk) if row.application_id == application_id]
    return detail_of(shown, ops)


def detail_of(shown: Mapping[str, Any], ops: list[OutboxRow]) -> CaseDetail:
    """``shown`` as ``ledger.show`` gives it; ``ops``: the case's ops that are not done."""
    state = State(shown["state"])
    withdrawing = any(row.kind == "withdraw" for row in ops)
    return CaseDetail(
        application_id=shown["id"],
        reference=shown["reference"],
        name=shown["applicant"].get("name", ""),
        state=state,
        kind=f"{shown['plan']} 年 {label('category.' + shown['category'])}",
        numbers=masked_numbers(shown["applicant"]),
        facts=_facts(shown),
        judgements=_judgements(shown),
        returned=tuple(return_sentence(FieldReturn.from_json(each)) for each in shown["returned"]),
        troubles=tuple(sentence(row.last_code or "result_missing") for row in ops if row.state in _TROUBLED),
        revisions=_revisions(shown),
        history=tuple(_move(each, shown) for each in reversed(shown["history"])),
        can_withdraw=state not in CLOSED and not withdrawing,
        can_hand_over=state in EDITABLE,
        holder=shown["holder"]["name"],
        withdrawing=withdrawing,
    )


_TROUBLED = (OutboxState.QUARANTINED, OutboxState.REFUSED, OutboxState.FORKED)


def masked_numbers(applicant: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """ID number, card and phone as lists may show them."""
    masks = {"id_number": mask_id, "card_no": mask_tail, "phone": mask_tail}
    return tuple((label(name), mask(applicant[name])) for name, mask in masks.items() if applicant.get(name))


def full_numbers(numbers: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The same, whole and in groups; after ``ledger.reveal``."""
    sizes = {"id_number": 6, "card_no": 4, "phone": 4}
    return tuple(
        (label(name), _grouped(name, numbers[name], size)) for name, size in sizes.items() if numbers.get(name)
    )


def _grouped(name: str, value: str, size: int) -> str:
    if name == "id_number" and len(value) == 18:
        return f"{value[:6]} {value[6:14]} {value[14:]}"
    if name == "phone" and len(value) == 11:
        return f"{value[:3]} {value[3:7]} {value[7:]}"
    return group_number(value, size)


def _facts(shown: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    certificate, applicant = shown["certificate"], shown["applicant"]
    what = certificate.get("occupation") or certificate.get("level_name") or certificate.get("competition") or ""
    pairs = (
        (label("employer"), applicant.get("employer", "")),
        (label("certificate"), what),
        (label("applied_on"), shown["applied_on"] or ""),
        ("经办", _handlers(shown)),
        ("身份证芯片", _chip(shown["from_chip"])),
        ("扫描件", _pages(shown["scans"])),
    )
    return tuple((name, value) for name, value in pairs if value)


def _chip(fields: Sequence[str]) -> str:
    return f"✓ {'、'.join(label(name) for name in fields)}来自芯片" if fields else ""


def _pages(scans: list[Mapping[str, Any]]) -> str:
    erased = {each["erased_at"] for each in scans if "erased_at" in each}
    if erased:
        return f"{len(scans)} 页，{full_words(max(erased))[:10]} 已按规定从本机清除"
    return f"{len(scans)} 页" if scans else "还没有"


def _handlers(shown: Mapping[str, Any]) -> str:
    author, holder = shown["author"]["name"], shown["holder"]["name"]
    return str(holder) if holder == author else f"{holder}（{author}受理）"


def _judgements(shown: Mapping[str, Any]) -> tuple[Judgement, ...]:
    judged = [
        _judgement(side, Assessment.from_json(shown[key]))
        for side, key in (("本站", "assessment"), ("中心", "server_assessment"))
        if shown[key]
    ]
    if shown["insisted"]:
        judged.append(Judgement("本人坚持申报", shown["insisted"], ""))
    if shown["amount"] is not None:
        paid = f"，{shown['paid_on']} 划拨" if shown["paid_on"] else ""
        judged.append(Judgement("核定", f"{shown['amount']:,} 元{paid}", "ok"))
    if shown["rejection"]:
        judged.append(Judgement("未通过", _reason(shown["rejection"]), "wrong"))
    return tuple(judged)


def _judgement(side: str, assessment: Assessment) -> Judgement:
    words, tone = _VERDICTS[assessment.verdict]
    amount = assessment.amount if assessment.amount is not None else assessment.amount_if_approved
    severity = _DECIDES.get(assessment.verdict)
    reasons = dict.fromkeys(finding_sentence(each) for each in assessment.findings if each.severity is severity)
    return Judgement(side, f"{words}，{amount:,} 元" if amount is not None else words, tone, tuple(reasons))


def _reason(code: str) -> str:
    return finding_sentence(Finding(code, Severity.REFUSE))


def _revisions(shown: Mapping[str, Any]) -> tuple[str, ...]:
    """``第 1 版　05-15 14:30 提交　✓ 签收 05-15 14:31``."""
    receipts = {each["revision"]: each["received_at"] for each in shown["receipts"]}
    lines = []
    for each in shown["revisions"]:
        got = receipts.get(each["revision"])
        receipt = f"✓ 回执 {full_words(got)}" if got else "○ 还没有回执"
        lines.append(f"第 {each['revision']} 版　{full_words(each['submitted_at'])} 提交\n{receipt}")
    return tuple(lines)


def _move(move: Mapping[str, Any], shown: Mapping[str, Any]) -> tuple[str, str]:
    """When, and what happened."""
    to = State(move["to"])
    if move.get("handed_to"):
        return full_words(move["at"]), f"{move['handed_from']} 移交给 {move['handed_to']}"
    words = {
        State.DRAFT: "建档",
        State.QUEUED: f"提交第 {move['revision']} 版",
        State.RECEIVED: f"中心收到第 {move['revision']} 版",
        State.RETURNED: "退回："
        + "；".join(return_sentence(FieldReturn.from_json(each)) for each in move.get("returned", ())),
        State.REJECTED: "未通过：" + (_reason(move["rejection_code"]) if move.get("rejection_code") else ""),
    }.get(to, state_word(to))
    if to in (State.APPROVED, State.PAID) and move.get("amount") is not None:
        words += f" {move['amount']:,} 元"
    if move["source"] == "station" and move["by"] == shown["author"]["id"]:
        words += f"（{shown['author']['name']}）"
    return full_words(move["at"]), words
