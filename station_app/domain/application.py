"""The application (助推申报): its states, the moves between them, and what it holds while it is being written.

Pure. Used by the station and by the server, so that both allow the same moves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from station_app.domain.fields import SECTIONS, FieldProblem, read_date, read_section
from station_app.errors import UserError

_T = TypeVar("_T", bound=StrEnum)


class Category(StrEnum):
    """助推类别."""

    VOCATIONAL = "vocational"
    SOCIAL_WORKER = "social_worker"
    COMPETITION = "competition"


class Channel(StrEnum):
    """渠道: how the worker came."""

    SELF = "self"
    HOTLINE = "hotline"
    STATION = "station"
    WORKPLACE = "workplace"
    ASSOCIATION = "association"


class ScanKind(StrEnum):
    """扫描件的种类."""

    ID_FRONT = "id_front"
    ID_BACK = "id_back"
    CARD = "card"
    CERTIFICATE = "certificate"
    FORM = "form"
    OTHER = "other"


REQUIRED_SCANS = (ScanKind.ID_FRONT, ScanKind.ID_BACK, ScanKind.CARD, ScanKind.CERTIFICATE)


class ReturnCode(StrEnum):
    """Why a field or a scan was sent back (退回补正)."""

    MISSING = "missing"
    MISMATCH = "mismatch"
    UNREADABLE = "unreadable"
    INVALID = "invalid"
    EXPIRED = "expired"
    OTHER = "other"


class State(StrEnum):
    """Where a case stands. The station never moves a case beyond ``queued`` on its own word, withdrawal excepted."""

    DRAFT = "draft"
    QUEUED = "queued"
    RECEIVED = "received"
    RETURNED = "returned"
    APPROVED = "approved"
    REJECTED = "rejected"
    PAID = "paid"
    WITHDRAWN = "withdrawn"


MOVES: Mapping[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.QUEUED, State.WITHDRAWN}),
    State.QUEUED: frozenset({State.RECEIVED, State.WITHDRAWN}),
    State.RECEIVED: frozenset({State.APPROVED, State.RETURNED, State.REJECTED, State.WITHDRAWN}),
    State.RETURNED: frozenset({State.QUEUED, State.WITHDRAWN}),
    # the bank can send a case back for its card number
    State.APPROVED: frozenset({State.PAID, State.RETURNED, State.WITHDRAWN}),
    State.REJECTED: frozenset(),
    State.PAID: frozenset(),
    State.WITHDRAWN: frozenset(),
}

EDITABLE = frozenset({State.DRAFT, State.RETURNED})
CLOSED = frozenset(state for state, onward in MOVES.items() if not onward)


def check_move(now: State, to: State) -> None:
    """Raise ``UserError("move_not_allowed")`` when the table has no such move."""
    if to not in MOVES[now]:
        raise UserError("move_not_allowed", now=now.value, to=to.value)


@dataclass(frozen=True)
class FieldReturn:
    """One thing to put right: a field's bare name or ``scan.KIND``, a code, the reviewer's note."""

    field: str
    code: ReturnCode
    note: str = ""

    def to_json(self) -> dict[str, str]:
        return {"field": self.field, "code": self.code.value, "note": self.note}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> FieldReturn:
        return cls(str(raw["field"]), ReturnCode(raw["code"]), str(raw.get("note", "")))

    @classmethod
    def parse(cls, text: str) -> FieldReturn:
        """Read ``FIELD:CODE[:NOTE]``; raises UserError ``return_unreadable``, ``field_unknown``, ``code_unknown``."""
        name, _, rest = text.partition(":")
        code, _, note = rest.partition(":")
        if not name or not code:
            raise UserError("return_unreadable", text=text)
        if not is_returnable(name):
            raise UserError("field_unknown", name)
        if code not in set(ReturnCode):
            raise UserError("code_unknown", name, given=code)
        return cls(name, ReturnCode(code), note)


def is_returnable(name: str) -> bool:
    """Whether a case can be sent back for this field or scan."""
    if name.startswith("scan."):
        return name.removeprefix("scan.") in set(ScanKind)
    return any(name in SECTIONS[section] for section in ("applicant", "certificate"))


@dataclass(frozen=True)
class Content:
    """What the clerk has entered, complete or not.

    ``applicant``, ``member`` and ``certificate`` hold JSON values (text, whole numbers, true/false; dates as
    ``YYYY-MM-DD`` text) under the names of ``domain.fields.SECTIONS``; a value not yet entered is absent.
    """

    plan: int
    category: Category
    channel: Channel = Channel.STATION
    applied_on: date | None = None
    applicant: Mapping[str, Any] = field(default_factory=dict)
    member: Mapping[str, Any] = field(default_factory=dict)
    certificate: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, raw: object) -> Content:
        """Read a draft; every value is typed, none is required but ``plan`` and ``category``.

        Raises ``UserError`` with the first problem's code and field; ``problems_of`` lists them all.
        """
        content, problems = read_content(raw)
        if problems:
            raise UserError(problems[0].code, problems[0].field, problems=[each.to_json() for each in problems])
        return content

    def to_json(self) -> dict[str, Any]:
        return {
            "plan": self.plan,
            "category": self.category.value,
            "channel": self.channel.value,
            "applied_on": self.applied_on.isoformat() if self.applied_on else None,
            "applicant": dict(self.applicant),
            "member": dict(self.member),
            "certificate": dict(self.certificate),
        }

    def value(self, name: str) -> Any:
        """A field's value by its bare name, or None."""
        for section in (self.applicant, self.certificate, self.member):
            if name in section:
                return section[name]
        return None

    @property
    def cardless(self) -> bool:
        """The worker holds no service card yet: none to show, none to number; payment waits for it."""
        return self.member.get("has_card") is False

    @property
    def certificate_year(self) -> int | None:
        """所属年度: the year of the date on the certificate."""
        day = self.certificate.get("issue_date")
        return date.fromisoformat(day).year if day else None

    def with_value(self, section: str, name: str, value: Any) -> Content:
        """The same content with one value set, or taken out when ``value`` is None or empty."""
        values = dict(getattr(self, section))
        if value is None or value == "":
            values.pop(name, None)
        else:
            values[name] = value
        if section == "applicant":
            return replace(self, applicant=values)
        if section == "member":
            return replace(self, member=values)
        return replace(self, certificate=values)

    def merged(self, patch: Mapping[str, Any]) -> Content:
        """A patch of the same shape laid over this content; null takes a value out. Raises UserError."""
        merged = self.to_json()
        for key, value in patch.items():
            if key in SECTIONS and isinstance(value, Mapping):
                section = {**merged[key], **value}
                merged[key] = {name: each for name, each in section.items() if each is not None}
            else:
                merged[key] = value
        return Content.from_json(merged)


def of_the_card(name: str | None) -> bool:
    """Whether this field or scan is one that a worker without a card cannot give."""
    return name in ("card_no", f"scan.{ScanKind.CARD.value}")


def required_scans(content: Content) -> tuple[ScanKind, ...]:
    """What must be shown with this case."""
    return tuple(kind for kind in REQUIRED_SCANS if not (content.cardless and kind is ScanKind.CARD))


_TOP = frozenset({"plan", "category", "channel", "applied_on", *SECTIONS})


def read_content(raw: object) -> tuple[Content, list[FieldProblem]]:
    """Read a draft leniently: the content that could be read, and everything that could not."""
    if not isinstance(raw, Mapping):
        return Content(0, Category.VOCATIONAL), [FieldProblem(None, "not_an_object")]
    problems = [FieldProblem(str(key), "field_unknown") for key in raw if key not in _TOP]
    plan = raw.get("plan")
    if not isinstance(plan, int) or isinstance(plan, bool):
        problems.append(FieldProblem("plan", "missing" if plan is None else "not_a_whole_number"))
        plan = 0
    category = _choice(Category, raw.get("category"), "category", problems) or Category.VOCATIONAL
    channel = _choice(Channel, raw.get("channel", Channel.STATION.value), "channel", problems) or Channel.STATION
    applied_on = None
    if raw.get("applied_on") is not None:
        applied_on = read_date(raw["applied_on"], "applied_on", problems)
    sections = {name: read_section(name, raw.get(name), problems) for name in SECTIONS}
    return Content(plan, category, channel, applied_on, **sections), problems


def _choice(kind: type[_T], raw: object, name: str, problems: list[FieldProblem]) -> _T | None:
    if isinstance(raw, str) and raw in set(kind):
        return kind(raw)
    problems.append(FieldProblem(name, "missing" if raw is None else "not_a_choice"))
    return None
