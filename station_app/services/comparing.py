"""录入与扫描件核对: what the clerk typed against what was read off the pages. Pure; nothing is ever filled by it.

A field is spoken for by the documents that prove it, the foremost first: the ID number by the ID card, then by the
certificate. A value that reads as typed settles the field, however unsure; a doubtful one that resembles the typed one
is to be looked at, one that does not says nothing.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from station_app.domain.application import Content, ScanKind
from station_app.domain.fields import SECTIONS, FieldType
from station_app.domain.identity import card_no_doubtful, card_no_problem, id_number_problem, tidy_number
from station_app.plans.text import normalise

if TYPE_CHECKING:
    from station_app.domain.reading import Corners, DocumentReading, ScanReading
    from station_app.store.records import ScanRecord

_FRONT, _CARD, _CERTIFICATE = ScanKind.ID_FRONT, ScanKind.CARD, ScanKind.CERTIFICATE
_ON_CERTIFICATES = (
    "occupation", "level", "level_name", "number", "management_no", "issuer",
    "issue_date", "approval_date", "sign_date",
)  # fmt: skip
SPEAKS: Mapping[str, tuple[ScanKind, ...]] = {
    "name": (_FRONT, _CERTIFICATE),
    "id_number": (_FRONT, _CERTIFICATE),
    "card_no": (_CARD,),
    **dict.fromkeys(_ON_CERTIFICATES, (_CERTIFICATE,)),
}
_NUMBERS = frozenset({"id_number", "card_no", "number", "management_no"})
_WEIGHTY = frozenset({"id_number", "card_no"})  # looked at even where the reading is doubtful
_ID_SIDES = frozenset({ScanKind.ID_FRONT, ScanKind.ID_BACK})  # often on one page
_ALIKE = ("0ODQ", "1IL", "2Z", "5S", "6G", "8B")
_RESEMBLES = 2 / 3
_PRINTED_OVER = frozenset({"occupation", "issuer"})  # a stamp or a mark often stands on them
_OLD_ID_LENGTH = 15
_DOTS = str.maketrans("•‧・．.", "·····")


@dataclass(frozen=True)
class Told:
    """What one document says of one field. ``read`` as the form takes it; ``box``: where it stands, in pixels of the
    page's bytes; ``sure``: nothing speaks against it."""

    field: str
    read: str
    confidence: float
    sure: bool
    kind: ScanKind
    scan_id: str
    box: Corners | None = None
    typed: str = ""

    @property
    def key(self) -> str:
        """Of which document about which field."""
        return f"{self.field}.{self.kind.value}"

    @property
    def claim(self) -> str:
        """Both sides: what the clerk decides of one claim says nothing of another."""
        return json.dumps([self.typed, self.read], ensure_ascii=False)

    @property
    def look(self) -> bool:
        """Whether the clerk is asked to look at the page before taking it; always at names."""
        return not self.sure or self.field == "name"

    @property
    def value(self) -> str | int:
        """What goes into the field."""
        return int(self.read) if _type_of(self.field) is FieldType.INTEGER else self.read


@dataclass(frozen=True)
class Proposal(Told):
    """The field is empty."""


@dataclass(frozen=True)
class Difference(Told):
    """The field says something else. ``typed`` and ``shown`` in the spelling in which they were compared;
    ``typed_places`` and ``read_places``: which of their characters differ. ``second``: the document that proves the
    field says as typed, this is another one, so its value is not for taking.
    """

    shown: str = ""
    typed_places: tuple[int, ...] = ()
    read_places: tuple[int, ...] = ()
    second: bool = False

    @property
    def weighty(self) -> bool:
        """Whether the case waits for the clerk's word."""
        return self.sure or self.field in _WEIGHTY


@dataclass(frozen=True)
class Comparison:
    """In the order of the fields. ``agreed``: fields by page that read as typed; ``kept``: differences that the clerk
    has looked at and let stand."""

    differences: tuple[Difference, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    agreed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    kept: tuple[Difference, ...] = ()

    def without(self, decided: Mapping[str, str]) -> Comparison:
        """Without what the clerk has decided, ``claim`` by ``key``."""
        left = [each for each in self.differences if decided.get(each.key) != each.claim]
        kept = [each for each in self.differences if decided.get(each.key) == each.claim]
        wanted = [each for each in self.proposals if decided.get(each.key) != each.claim]
        return Comparison(tuple(left), tuple(wanted), self.agreed, tuple(kept))

    @property
    def waiting(self) -> tuple[Difference | Proposal, ...]:
        """All that the clerk has not answered, differences first."""
        return (*self.differences, *self.proposals)


def compare(
    content: Content,
    scans: Sequence[ScanRecord],
    readings: Mapping[str, ScanReading],
    names: Sequence[str],
    choices: Mapping[str, Collection[object]] | None = None,
) -> Comparison:
    """``names``: the fields of the form, in order; ``choices``: the only values of a field that has no others."""
    told = [each for scan in scans if scan.id in readings for each in _told_by(scan, readings[scan.id])]
    differences: list[Difference] = []
    proposals: list[Proposal] = []
    agreed: dict[str, set[str]] = {}
    for name in names:
        groups = [
            [each for each in told if each.field == name and each.kind is kind and _offered(each, choices or {})]
            for kind in SPEAKS.get(name, ())
        ]
        typed = spelled(name, content.value(name))
        if not typed:
            proposals += _proposed(groups)
            continue
        for each in (each for group in groups for each in group if _agrees(typed, each)):
            agreed.setdefault(each.scan_id, set()).add(name)
        differences += _differing(typed, groups)
    return Comparison(tuple(differences), tuple(proposals), {page: frozenset(those) for page, those in agreed.items()})


def spelled(name: str, value: Any) -> str:
    """The spelling under which two values are the same: widths and white space set aside."""
    if value is None:
        return ""
    if name in _NUMBERS:
        return tidy_number(str(value))
    plain = normalise(str(value))
    return plain.translate(_DOTS) if name == "name" else plain


def misfiled(scan: ScanKind, reading: ScanReading) -> ScanKind | None:
    """The kind that a page is, where it is filed as another; None where it is right or unknown."""
    kinds = {each.kind for each in reading.documents if each.kind is not None}
    if len(kinds) != 1 or any(_speaks(each, scan) for each in kinds):
        return None
    return kinds.pop()


def _told_by(scan: ScanRecord, reading: ScanReading) -> Iterator[Told]:
    for document in reading.documents:
        if document.kind is not None and _speaks(document.kind, scan.kind):
            yield from _values(document, document.kind, scan.id)


def _values(document: DocumentReading, kind: ScanKind, scan_id: str) -> Iterator[Told]:
    for name, each in document.fields.items():
        if kind in SPEAKS.get(name, ()) and each.value:
            yield Told(name, each.value, each.confidence, document.sure(name), kind, scan_id, each.box)


def _speaks(document: ScanKind, filed: ScanKind) -> bool:
    """A page that is filed as something else is a mistake to be put right first."""
    return filed in (document, ScanKind.OTHER) or {document, filed} <= _ID_SIDES


def _offered(told: Told, choices: Mapping[str, Collection[object]]) -> bool:
    if _type_of(told.field) is FieldType.INTEGER and not told.read.isdecimal():
        return False
    return told.field not in choices or told.value in choices[told.field]


def _type_of(name: str) -> FieldType:
    return next(specs[name].type for specs in SECTIONS.values() if name in specs)


# ---- an empty field


def _proposed(groups: Sequence[Sequence[Told]]) -> Iterator[Proposal]:
    """The best of the foremost document that says anything."""
    for group in groups:
        usable = [each for each in group if _well_formed(each)]
        if usable:
            best = _surest(usable)
            one = all(_same(best.field, spelled(best.field, best.read), each.read) for each in usable if each.sure)
            yield Proposal(best.field, best.read, best.confidence, best.sure and one, best.kind, best.scan_id, best.box)
            return


def _well_formed(told: Told) -> bool:
    """A number that cannot be one is not offered."""
    check = {"id_number": id_number_problem, "card_no": card_no_problem}.get(told.field)
    return check is None or check(tidy_number(told.read)) is None


def _surest(group: Sequence[Told]) -> Told:
    return max(group, key=lambda each: (each.sure, each.confidence))


# ---- a field that says something


def _differing(typed: str, groups: Sequence[Sequence[Told]]) -> Iterator[Difference]:
    settled = False
    for group in groups:
        if any(_agrees(typed, each) for each in group):
            settled = True
        elif group and (found := _difference(typed, _surest(group), second=settled)) is not None:
            yield found
            return


def _difference(typed: str, told: Told, second: bool) -> Difference | None:
    name, shown = told.field, spelled(told.field, told.read)
    ours, theirs = _places(typed, shown)
    sure = told.sure and not (name in ("number", "management_no") and _only_alike(typed, shown))
    if name == "name" and (not sure or differs_only_rarely(typed, shown)):
        return None
    if not sure and (second or not _resembles(typed, shown) or _belied(name, typed, shown)):
        return None
    return Difference(
        name, told.read, told.confidence, sure, told.kind, told.scan_id, told.box, typed, shown, ours, theirs, second
    )


def _agrees(typed: str, told: Told) -> bool:
    """Whether it reads as typed; a doubtful one may have something of a stamp around it."""
    if not told.sure and told.field in _PRINTED_OVER and len(typed) > 1:
        return typed in spelled(told.field, told.read)
    return _same(told.field, typed, told.read)


def _same(name: str, typed: str, read: str) -> bool:
    """Certificates from before 1999 and after carry numbers of 15 digits: without century and check character."""
    other = spelled(name, read)
    if name == "id_number" and len(other) == _OLD_ID_LENGTH and len(typed) == 18:
        return typed[:6] + typed[8:17] == other
    return typed == other


def _places(one: str, other: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Which characters of each are not in the other at that place."""
    if len(one) == len(other):
        places = tuple(at for at, (a, b) in enumerate(zip(one, other, strict=True)) if a != b)
        return places, places
    ours: list[int] = []
    theirs: list[int] = []
    for what, a, b, c, d in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if what != "equal":
            ours += range(a, b)
            theirs += range(c, d)
    return tuple(ours), tuple(theirs)


def _resembles(typed: str, shown: str) -> bool:
    return SequenceMatcher(None, typed, shown, autojunk=False).ratio() >= _RESEMBLES


def _belied(name: str, typed: str, shown: str) -> bool:
    """The typed number has its check character and the doubtful one has not: it was read wrong."""
    if name == "id_number":
        return id_number_problem(typed) is None and id_number_problem(shown) is not None
    if name == "card_no":
        return not _card_fails(typed) and _card_fails(shown)
    return False


def _card_fails(number: str) -> bool:
    return card_no_problem(number) is not None or card_no_doubtful(number)


def _only_alike(typed: str, shown: str) -> bool:
    """Whether they differ only where a letter looks like a digit, which nothing on the page settles."""
    if len(typed) != len(shown):
        return False
    pairs = [(a, b) for a, b in zip(typed, shown, strict=True) if a != b]
    return bool(pairs) and all(any(a in group and b in group for group in _ALIKE) for a, b in pairs)


def differs_only_rarely(typed: str, shown: str) -> bool:
    """Whether the reader has put a common character in a rare one's place: it knows no other. Both as ``spelled``."""
    places, _ = _places(typed, shown)
    return bool(places) and len(typed) == len(shown) and all(is_rare(typed[at]) for at in places)


def is_rare(character: str) -> bool:
    """Beyond the 6,763 characters of GB 2312, which every reader has learnt."""
    if not unicodedata.name(character, "").startswith("CJK UNIFIED"):
        return False
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return True
    return False
