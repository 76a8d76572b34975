"""质量检查: what is wrong with the pages of a case, where the case is known. Pure; a page is never changed by it.

Codes are those of ``papers.reading.quality.Defect``. Of a page that nobody could read nothing is
known, so it has no trouble.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from station_app.domain.application import Content, ScanKind
from station_app.domain.identity import id_number_problem, tidy_number
from station_app.errors import UserError
from station_app.papers.code import PaperCode, read_code
from station_app.services.comparing import differs_only_rarely, spelled

if TYPE_CHECKING:
    from station_app.domain.reading import DocumentReading, ScanReading
    from station_app.store.records import ScanRecord

_SIDES = frozenset({ScanKind.ID_FRONT, ScanKind.ID_BACK})
_OF_PERSONS = frozenset({ScanKind.ID_FRONT, ScanKind.CERTIFICATE, ScanKind.FORM})
_OLD_ID_LENGTH = 15
_EXPIRED, _BLANK = "expired", "blank"


@dataclass(frozen=True)
class ScanTrouble:
    """``code`` of what is wrong with one page. ``remark``: the clerk's reason for keeping it all the same.

    ``pages``: of a paper with a missing page, which are missing.
    """

    scan_id: str
    kind: ScanKind
    code: str
    remark: str | None = None
    pages: tuple[int, ...] = ()


def scan_troubles(
    content: Content, scans: Sequence[ScanRecord], readings: Mapping[str, ScanReading], today: date
) -> tuple[ScanTrouble, ...]:
    """In the order of the pages, each code once for a page. ``today``: what the card's term is compared with."""
    found = [
        ScanTrouble(scan.id, scan.kind, code, _reason(scan, code))
        for scan in scans
        if scan.id in readings
        for code in dict.fromkeys(_codes(content, scan, readings[scan.id].documents, today))
    ]
    missing = missing_pages(scans, readings)
    order = {scan.id: place for place, scan in enumerate(scans)}
    return tuple(sorted([*found, *missing], key=lambda each: order[each.scan_id]))


def _codes(content: Content, scan: ScanRecord, documents: Sequence[DocumentReading], today: date) -> Iterator[str]:
    if documents and all(_BLANK in each.defects for each in documents):
        yield _BLANK
        return
    if scan.kind is ScanKind.OTHER:
        return
    own = [each for each in documents if _belongs(each.kind, scan.kind)]
    yield from _misplaced(scan.kind, {each.kind for each in documents if each.kind is not None})
    if any(_is_of_another(content, each) for each in own):
        yield "wrong_person"
    for each in own or documents:
        yield from (defect for defect in each.defects if defect not in (_EXPIRED, _BLANK))
        if _is_over(each, today):
            yield _EXPIRED


def _belongs(kind: ScanKind | None, filed: ScanKind) -> bool:
    """Both sides of the card may lie on one page."""
    return kind is filed or (kind is not None and {kind, filed} <= _SIDES)


def _misplaced(filed: ScanKind, known: set[ScanKind]) -> Iterator[str]:
    if not known or filed in known:
        return
    yield "wrong_side" if filed in _SIDES and known <= _SIDES else "wrong_document"


def _is_over(document: DocumentReading, today: date) -> bool:
    until = document.value("valid_to") if document.kind is ScanKind.ID_BACK else None
    return until is not None and until[:1].isdigit() and until < today.isoformat()


def _reason(scan: ScanRecord, code: str) -> str | None:
    return scan.remark if scan.excuses(code) else None


# ---- whose paper it is


def _is_of_another(content: Content, document: DocumentReading) -> bool:
    """Only where it is sure: a number and a name that are both not the applicant's, or the one where the other was not
    read. One of the two alone is a slip of typing, or a rare character.
    """
    if document.kind not in _OF_PERSONS:
        return False
    number = _number_differs(str(content.value("id_number") or ""), document)
    name = _name_differs(str(content.value("name") or ""), document)
    told = [each for each in (number, name) if each is not None]
    return bool(told) and all(told)


def _number_differs(typed: str, document: DocumentReading) -> bool | None:
    """None: it cannot be said."""
    ours, theirs = tidy_number(typed), tidy_number(document.value("id_number") or "")
    if not document.sure("id_number") or id_number_problem(ours) is not None:
        return None
    if len(theirs) == _OLD_ID_LENGTH and len(ours) == 18:
        ours = ours[:6] + ours[8:17]
    return ours != theirs


def _name_differs(typed: str, document: DocumentReading) -> bool | None:
    """None also where all that differs is a character that the reader cannot know."""
    ours, theirs = spelled("name", typed), spelled("name", document.value("name"))
    if not ours or not document.sure("name") or differs_only_rarely(ours, theirs):
        return None
    return ours != theirs


# ---- papers of several pages


def missing_pages(scans: Sequence[ScanRecord], readings: Mapping[str, ScanReading]) -> list[ScanTrouble]:
    """By the codes of our own papers: of each print of which a page is here, the pages that are not. Nothing lacks
    where another print of the same paper is here whole.
    """
    prints: defaultdict[PaperCode, list[tuple[int, ScanRecord]]] = defaultdict(list)
    for scan in scans:
        for code in codes_of(readings[scan.id].documents if scan.id in readings else ()):
            prints[code.on(1, code.pages)].append((code.page, scan))
    lacking = {one: set(range(1, one.pages + 1)) - {page for page, _ in there} for one, there in prints.items()}
    whole = {(one.reference, one.paper) for one, missing in lacking.items() if not missing}
    found = []
    for one, there in prints.items():
        missing = tuple(sorted(lacking[one]))
        if missing and (one.reference, one.paper) not in whole:
            first = there[0][1]
            found.append(ScanTrouble(first.id, first.kind, "page_missing", _reason(first, "page_missing"), missing))
    return found


def codes_of(documents: Sequence[DocumentReading]) -> Iterator[PaperCode]:
    """The codes of our own papers on them."""
    for text in (text for document in documents for text in document.codes):
        try:
            yield read_code(text)
        except UserError:
            continue
