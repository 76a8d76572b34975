"""What the strip shows of a case's scans. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from station_app.domain.application import CLOSED, FieldReturn, ScanKind, required_scans
from ui.messages import table
from ui.models.times import full_words
from ui.widgets.scan_strip import Place

if TYPE_CHECKING:
    from station_app.store.records import ScanRecord
    from ui.pages.intake.draft import Draft
    from ui.pages.intake.gate import ReadNote


def places_of(draft: Draft, notes: Mapping[str, ReadNote] | None = None) -> list[Place]:
    """One place for each page; for each kind that is usual and not there yet, an empty one while it can be filled.

    ``notes``: what reading found, by the page's id.
    """
    returned = {each.field: each for each in draft.returned}
    places: list[Place] = []
    usual = (*required_scans(draft.content), ScanKind.FORM)
    for kind in ScanKind:
        pages = [scan for scan in draft.scans if scan.kind is kind]
        said = returned.get(f"scan.{kind.value}")
        places += [
            _told(_filled(draft, scan, said, number, len(pages)), (notes or {}).get(scan.id))
            for number, scan in enumerate(pages, 1)
        ]
        if not pages and kind in usual and draft.state not in CLOSED:
            places.append(_empty(kind, said))
    return places


def _filled(draft: Draft, scan: ScanRecord, said: FieldReturn | None, number: int, count: int) -> Place:
    fixed = not draft.editable
    if scan.erased_at is not None:
        return Place(scan.kind, scan.id, full_words(scan.erased_at)[:10], "soft", fixed, erased=True)
    if said is not None and scan.added_after_revision < draft.revision:
        return Place(scan.kind, scan.id, "", "wrong", fixed)
    return Place(scan.kind, scan.id, f"第 {number} 页" if count > 1 else "", "ok", fixed)


def _told(place: Place, note: ReadNote | None) -> Place:
    """With what reading found; what the reviewer said of a page stays above it."""
    if note is None or place.erased:
        return place
    tone = place.tone if place.tone == "wrong" else note.tone
    return replace(place, read=note.words, advice=note.advice, short=note.short, tone=tone)


def _empty(kind: ScanKind, said: FieldReturn | None) -> Place:
    if said is not None:
        return Place(kind, None, _words(said), "wrong")
    return Place(kind, None, "签字后补扫" if kind is ScanKind.FORM else "待扫描", "soft")


def _words(said: FieldReturn) -> str:
    return f"退回：{table('states').get(f'return_{said.code}', said.code)}"
