"""What the strip says under each page after it was read: one finding, the gravest, and what to do about it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from station_app.domain.application import ScanKind
from station_app.services.comparing import misfiled
from station_app.services.scan_checks import scan_troubles
from ui.messages import fill, sentence, table
from ui.pages.intake.compare_words import own_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from station_app.domain.reading import ScanReading
    from station_app.services.comparing import Comparison
    from station_app.store.records import ScanRecord
    from ui.pages.intake.draft import Draft
    from ui.widgets.text import Tone

_GRAVEST = (
    "blank", "wrong_person", "wrong_document", "wrong_side", "page_missing", "signature_missing", "expired",
    "cut_edge", "glare", "blur", "too_small",
)  # fmt: skip
_READ_BY_EYE = (ScanKind.OTHER, ScanKind.FORM)  # nothing is expected to be read there


@dataclass(frozen=True)
class ReadNote:
    """``words``: a few, for the line below a page; ``advice``: what to do, and in ``short`` where there is no room."""

    words: str
    tone: Tone = "ok"
    advice: str = ""
    short: str = ""


def notes_of(draft: Draft, comparison: Comparison, enabled: bool, today: date) -> dict[str, ReadNote]:
    """By the page's id, while the case is being written."""
    if not draft.editable:
        return {}
    known: dict[str, set[str]] = {}
    for trouble in scan_troubles(draft.content, draft.scans, draft.readings, today):
        known.setdefault(trouble.scan_id, set()).add(trouble.code)
    notes = (
        (scan.id, _note(scan, draft.readings, comparison, enabled, known.get(scan.id, set())))
        for scan in draft.scans
        if not scan.erased_at
    )
    return {scan_id: note for scan_id, note in notes if note is not None}


def _note(
    scan: ScanRecord, readings: Mapping[str, ScanReading], comparison: Comparison, enabled: bool, known: set[str]
) -> ReadNote | None:
    reading = readings.get(scan.id)
    if own_words(scan.remark):
        return ReadNote(
            _say("state.remarked"), "ok", f"已说明：{own_words(scan.remark)}　按 N 修改", _say("short.remarked")
        )
    if reading is None:
        return ReadNote(_say("state.reading"), "soft") if enabled else None
    return next(_findings(scan, reading, comparison, known))


def _findings(scan: ScanRecord, reading: ScanReading, comparison: Comparison, known: set[str]) -> Iterator[ReadNote]:
    """The gravest first; the last one is always there."""
    if reading.failure is not None:
        why = sentence(reading.failure)
        yield ReadNote(_say("state.unread"), "soft", _say("advice.unread", why=why), _say("short.unread"))
    yield from _defects(known & {"wrong_person"})  # more than that something differs
    if any(each.scan_id == scan.id and each.sure for each in comparison.differences):
        yield ReadNote(
            _say("state.differs"), "wrong", "右边的卡片上有原图：采用 Alt+A，保留 Alt+K", _say("short.differs")
        )
    if (kind := misfiled(scan.kind, reading)) is not None:
        key = list(ScanKind).index(kind) + 1
        yield ReadNote(
            _say("state.misfiled", kind=f"scan.{kind.value}"),
            "attention",
            _say("advice.misfiled", kind=f"scan.{kind.value}", key=key),
            _say("short.misfiled", key=key),
        )
    yield from _defects({*reading.defects, *known})
    yield _good(scan, reading, comparison)


def _defects(codes: set[str]) -> Iterator[ReadNote]:
    """What was seen while reading, and what the case says of it."""
    found = [each for each in _GRAVEST if each in codes]
    if found:
        advice = "；".join(_say(f"advice.{each}") for each in found)
        yield ReadNote(
            _say(f"defect.{found[0]}"), "attention", f"{advice}。{_say('advice.remark')}", _say(f"short.{found[0]}")
        )


def _good(scan: ScanRecord, reading: ScanReading, comparison: Comparison) -> ReadNote:
    until = next((found for each in reading.documents if (found := each.value("valid_to"))), None)
    if all(each.kind is None for each in reading.documents) and scan.kind not in _READ_BY_EYE:
        return ReadNote(_say("state.unknown"), "soft", _say("advice.unknown"), _say("short.unread"))
    if any(each.scan_id == scan.id for each in comparison.kept):
        return ReadNote(_say("state.kept"), "ok")
    if comparison.agreed.get(scan.id):
        return ReadNote(_say("state.agrees"), "ok")
    if scan.kind is ScanKind.ID_BACK and until is not None:
        dated = until[:4].isdigit()
        return ReadNote(_say("state.until", year=until[:4]) if dated else _say("state.until_long"), "ok")
    return ReadNote(_say("state.read"), "ok")


def _say(code: str, **values: object) -> str:
    return fill(table("reading")[code], values)
