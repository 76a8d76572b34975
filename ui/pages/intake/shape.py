"""Where each field of a category stands and what kind of editor it gets. Pure; the fields are the plan's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from station_app.domain.fields import SECTIONS, FieldSpec, FieldType

if TYPE_CHECKING:
    from station_app.domain.application import Content
    from station_app.plans import FormField

COLUMNS = 12


class Editor(StrEnum):
    """The kinds of editors."""

    TEXT = "text"
    NUMBER = "number"  # grouped digits
    DATE = "date"
    INTEGER = "integer"
    CHOICES = "choices"  # a row of buttons
    LIST = "list"  # a closed list that opens
    PICKER = "picker"  # free text with suggestions
    TOGGLE = "toggle"


class Zone(StrEnum):
    """The parts of a card."""

    MAIN = "main"  # label above, line for problems below
    SLIM = "slim"  # one low row for what seldom needs a hand
    EXTRA = "extra"  # the optional ones, out of sight until opened


@dataclass(frozen=True)
class FieldShape:
    """One field as it stands on the page. ``span``: of twelve columns."""

    field: FormField
    editor: Editor
    zone: Zone
    span: int

    @property
    def name(self) -> str:
        return self.field.name


_SPANS: Mapping[str, int] = {
    "name": 4,
    "id_number": 5,
    "phone": 3,
    "card_no": 4,
    "employer": 5,
    "position": 3,
    "occupation": 4,
    "level": 5,
    "issue_date": 3,
    "number": 5,
    "issuer": 7,
    "level_name": 5,
    "management_no": 4,
    "approval_date": 3,
    "sign_date": 3,
    "competition": 5,
    "year": 2,
    "round": 4,
    "rank": 2,
    "entrants": 2,
}
_SPANS_HERE: Mapping[str, Mapping[str, int]] = {  # where a category's rows come out better otherwise
    "social_worker": {"level_name": 8, "management_no": 4, "issuer": 6},
    "competition": {"number": 4, "competition": 6},
}
_SLIM = frozenset({"kind", "first_issue_date", "highest_round"})
_SLIM_HERE: Mapping[str, frozenset[str]] = {"social_worker": frozenset({"number"})}
_NUMBERS = frozenset({"id_number", "card_no", "phone"})
_PICKERS = frozenset({"occupation", "issuer"})
_MOST_BUTTONS = 4
_LONGEST_BUTTON = 8  # characters


def spec_of(field: FormField) -> FieldSpec:
    return SECTIONS[field.section][field.name]


def shapes(fields: Sequence[FormField], section: str, category: str) -> tuple[FieldShape, ...]:
    """The fields of one section, in entry order within each zone."""
    return tuple(_shape(field, category) for field in fields if field.section == section)


def rows(shaped: Sequence[FieldShape], narrow: bool) -> list[list[tuple[FieldShape, int]]]:
    """The fields filled row by row, each with its columns; ``narrow``: two in a row, for large text."""
    lines: list[list[tuple[FieldShape, int]]] = []
    room = 0
    for shape in shaped:
        span = min(2 * shape.span, COLUMNS) if narrow else shape.span
        span = (COLUMNS // 2 if span < COLUMNS else COLUMNS) if narrow else span
        if span > room:
            lines.append([])
            room = COLUMNS
        lines[-1].append((shape, span))
        room -= span
    return lines


def relevant(name: str, content: Content, known_issuers: frozenset[object]) -> bool:
    """Whether a slim field has anything to ask in this case: a first issue of a re-issued certificate, and so on."""
    if content.value(name) is not None:
        return True
    if name == "first_issue_date":
        return content.value("reissued") is True
    if name == "issuer_registered":
        issuer = content.value("issuer")
        return bool(issuer) and issuer not in known_issuers
    return True


def _shape(field: FormField, category: str) -> FieldShape:
    editor = _editor(field)
    return FieldShape(field, editor, _zone(field, editor, category), _span(field, category))


def _editor(field: FormField) -> Editor:
    kind = spec_of(field).type
    if kind is FieldType.BOOLEAN:
        return Editor.TOGGLE
    if kind is FieldType.DATE:
        return Editor.DATE
    if field.name in _NUMBERS:
        return Editor.NUMBER
    if field.name in _PICKERS or field.name == "competition":
        return Editor.PICKER
    shown = [choice for choice in field.choices if choice.shown]
    if len(shown) > 1:
        short = len(shown) <= _MOST_BUTTONS and all(len(each.label) <= _LONGEST_BUTTON for each in shown)
        return Editor.CHOICES if short and field.name not in _SLIM else Editor.LIST
    return Editor.INTEGER if kind is FieldType.INTEGER else Editor.TEXT


def _zone(field: FormField, editor: Editor, category: str) -> Zone:
    if editor is Editor.TOGGLE or field.name in _SLIM or field.name in _SLIM_HERE.get(category, ()):
        return Zone.SLIM
    return Zone.MAIN if field.required or field.name in _SPANS else Zone.EXTRA


def _span(field: FormField, category: str) -> int:
    return _SPANS_HERE.get(category, {}).get(field.name, _SPANS.get(field.name, 4))
