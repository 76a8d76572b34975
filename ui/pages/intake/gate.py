"""What the strip says under each page after it was read: one finding, the gravest, and what to do about it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from station_app.domain.application import CLOSED, ScanKind
from station_app.services.comparing import misfiled
from station_app.services.scan_checks import ScanTrouble, missing_pages, scan_troubles
from ui.messages import fill, sentence, table
from ui.pages.intake.cards import NoteCard
from ui.pages.intake.compare_words import own_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from station_app.domain.reading import ScanReading
    from station_app.services.comparing import Comparison
    from station_app.store.records import ScanRecord
    from ui.pages.intake.draft import Draft
    from ui.widgets.text import Tone

_GRAVEST = (
    "blank", "wrong_person", "paper_of_other_case", "paper_is_receipt", "wrong_document", "wrong_side",
    "page_missing", "paper_of_other_revision", "paper_changed_since", "signature_missing",
    "expired", "cut_edge", "glare", "blur", "too_small",
)  # fmt: skip
_UNREAD, _DIFFERS, _MISFILED = "unread", "differs.", "misfiled."
_READ_BY_EYE = (ScanKind.OTHER, ScanKind.FORM)  # nothing is expected to be read there


@dataclass(frozen=True)
class ReadNote:
    """``words``: a few, for the line below a page; ``advice``: what to do, and in ``short`` where there is no room.

    ``stands``: codes of all that is wrong, for which a reason that is given now is given.
    """

    words: str
    tone: Tone = "ok"
    advice: str = ""
    short: str = ""
    stands: tuple[str, ...] = ()


def notes_of(draft: Draft, comparison: Comparison, enabled: bool, today: date) -> dict[str, ReadNote]:
    """By the page's id, while the case is being written; later only which pages of a paper have not come."""
    if not draft.editable:
        return {each.scan_id: _lacking(each) for each in missing_pages(draft.scans, draft.readings)}
    known: dict[str, dict[str, ScanTrouble]] = {}
    for trouble in scan_troubles(draft.content, draft.scans, draft.readings, today):
        known.setdefault(trouble.scan_id, {})[trouble.code] = trouble
    notes = (
        (scan.id, _note(scan, draft.readings, comparison, enabled, known.get(scan.id, {})))
        for scan in draft.scans
        if not scan.erased_at
    )
    return {scan_id: note for scan_id, note in notes if note is not None}


def cards_of(draft: Draft) -> list[NoteCard]:
    """Beside the assessment, as long as it is true and the case is open: pages of a paper that have not come."""
    if draft.state in CLOSED:
        return []
    return [_card(each) for each in missing_pages(draft.scans, draft.readings)]


def _card(trouble: ScanTrouble) -> NoteCard:
    values = {"kind": f"scan.{trouble.kind.value}", "pages": trouble.pages}
    words = _say("card.page_missing", **values)
    return NoteCard(
        f"！{_say('title.page_missing', **values)}", words, "" if own_words(trouble.remark) else "attention"
    )


def advice_of(draft: Draft, scan_id: str, today: date) -> str:
    """All that is wrong with this page, and what to do."""
    reading = draft.readings.get(scan_id)
    troubles = scan_troubles(draft.content, draft.scans, draft.readings, today)
    known = {each.code: each for each in troubles if each.scan_id == scan_id}
    return _advice({*(reading.defects if reading else ()), *known}, known)


def _lacking(trouble: ScanTrouble) -> ReadNote:
    return next(_defects({trouble.code}, {trouble.code: trouble}))


def _note(
    scan: ScanRecord,
    readings: Mapping[str, ScanReading],
    comparison: Comparison,
    enabled: bool,
    known: Mapping[str, ScanTrouble],
) -> ReadNote | None:
    reading = readings.get(scan.id)
    reason = _reason(scan)
    if reading is None:
        return reason or (ReadNote(_say("state.reading"), "soft") if enabled else None)
    stands = tuple(_stands(scan, reading, comparison, known))
    left = [code for code in stands if reason is None or not scan.excuses(code)]
    note = next(_findings(scan, reading, left, known), None) or reason or _good(scan, reading, comparison)
    return replace(note, stands=stands)


def _reason(scan: ScanRecord) -> ReadNote | None:
    words = own_words(scan.remark)
    if not words:
        return None
    return ReadNote(_say("state.remarked"), "ok", f"已说明：{words}　按 N 修改", _say("short.remarked"))


def _stands(
    scan: ScanRecord, reading: ScanReading, comparison: Comparison, known: Mapping[str, ScanTrouble]
) -> Iterator[str]:
    """Codes of all that is wrong with a page; of a difference and of a wrong kind also which it is."""
    if reading.failure is not None:
        yield _UNREAD
    yield from (f"{_DIFFERS}{each.field}" for each in comparison.differences if each.scan_id == scan.id and each.sure)
    if (kind := misfiled(scan.kind, reading)) is not None:
        yield f"{_MISFILED}{kind.value}"
    yield from sorted({*reading.defects, *known})


def _findings(
    scan: ScanRecord, reading: ScanReading, left: Sequence[str], known: Mapping[str, ScanTrouble]
) -> Iterator[ReadNote]:
    """What is wrong and has no reason yet, the gravest first."""
    if _UNREAD in left and reading.failure is not None:
        why = sentence(reading.failure)
        yield ReadNote(_say("state.unread"), "soft", _say("advice.unread", why=why), _say("short.unread"))
    yield from _defects({*left} & {"wrong_person"}, known)  # more than that something differs
    if any(code.startswith(_DIFFERS) for code in left):
        yield ReadNote(
            _say("state.differs"), "wrong", "右边的卡片上有原图：采用 Alt+A，保留 Alt+K", _say("short.differs")
        )
    kind = misfiled(scan.kind, reading)
    if kind is not None and f"{_MISFILED}{kind.value}" in left:
        key = list(ScanKind).index(kind) + 1
        yield ReadNote(
            _say("state.misfiled", kind=f"scan.{kind.value}"),
            "attention",
            _say("advice.misfiled", kind=f"scan.{kind.value}", key=key),
            _say("short.misfiled", key=key),
        )
    yield from _defects({*left}, known)


def _defects(codes: set[str], known: Mapping[str, ScanTrouble]) -> Iterator[ReadNote]:
    """What was seen while reading, and what the case says of it."""
    gravest = next((each for each in _GRAVEST if each in codes), None)
    if gravest is not None:
        words = _say(f"defect.{gravest}", pages=_pages(known, gravest))
        advice = f"{_advice(codes, known)}。{_say('advice.remark')}"
        yield ReadNote(words, "attention", advice, _say(f"short.{gravest}", pages=_pages(known, gravest)))


def _advice(codes: set[str], known: Mapping[str, ScanTrouble]) -> str:
    return "；".join(_say(f"advice.{each}", pages=_pages(known, each)) for each in _GRAVEST if each in codes)


def _pages(known: Mapping[str, ScanTrouble], code: str) -> tuple[int, ...]:
    return known[code].pages if code in known else ()


def _good(scan: ScanRecord, reading: ScanReading, comparison: Comparison) -> ReadNote:
    until = next((found for each in reading.documents if (found := each.value("valid_to"))), None)
    if all(each.kind is None for each in reading.documents) and scan.kind not in _READ_BY_EYE:
        return ReadNote(_say("state.unknown"), "soft", _say("advice.unknown"), _say("short.unread"))
    if any(each.scan_id == scan.id for each in comparison.kept):
        return ReadNote(_say("state.kept"), "ok")
    if comparison.agreed.get(scan.id) and not any(each.scan_id == scan.id for each in comparison.waiting):
        return ReadNote(_say("state.agrees"), "ok")
    if scan.kind is ScanKind.ID_BACK and until is not None:
        dated = until[:4].isdigit()
        return ReadNote(_say("state.until", year=until[:4]) if dated else _say("state.until_long"), "ok")
    return ReadNote(_say("state.read"), "ok")


def _say(code: str, **values: object) -> str:
    return fill(table("reading")[code], values)
