"""One year's plan as it stands in memory: rules, amounts, the fields to enter, the papers, the plan's own words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from station_app.domain.application import Category, Channel, ScanKind
from station_app.errors import UserError
from station_app.plans.assessment import Clause
from station_app.plans.rules.base import Condition, Outcome, Rule
from station_app.plans.rules.number import NumberLetter


@dataclass(frozen=True)
class Choice:
    """One value a field offers, and how the plan's papers word it. ``shown``: False: enterable, but not offered."""

    value: str | int | bool
    label: str
    shown: bool = True


@dataclass(frozen=True)
class FormField:
    """A field to enter. ``label``: the plan's own wording, or empty. ``default`` stands where nothing was entered."""

    section: str
    name: str
    required: bool
    label: str = ""
    choices: tuple[Choice, ...] = ()
    default: str | int | bool | None = None


@dataclass(frozen=True)
class Amount:
    """What is paid (yuan) when the condition holds; ``label`` is its line in a table."""

    when: Condition
    yuan: int
    label: str
    outcome: Outcome


@dataclass(frozen=True)
class FormCell:
    """A printed label and the bare name of the field whose value stands beside it (None: left empty).

    ``seal``: what stands beside it is a seal, so the row is high enough for one.
    """

    label: str
    field: str | None
    seal: bool = False


@dataclass(frozen=True)
class FormSection:
    """A titled part of a form; each row holds one or two cells, in print order."""

    title: str
    rows: tuple[tuple[FormCell, ...], ...]


@dataclass(frozen=True)
class Form:
    """The paper of a category. ``kind``: ``application_form`` (the plan's own) or ``confirmation_sheet`` (ours).

    ``mark`` stands over the title (附件 1). Line breaks in ``title`` and in labels are those of the printed form.
    """

    kind: str
    title: str
    mark: str = ""
    sections: tuple[FormSection, ...] = ()
    declaration: str = ""
    signature: str = ""
    date_line: str = ""
    remark: str = ""
    seals: tuple[str, ...] = ()


@dataclass(frozen=True)
class ChannelLine:
    """A way to apply, in the plan's words."""

    channel: Channel
    label: str


@dataclass(frozen=True)
class CategoryPlan:
    """One category of one plan.

    ``rules``: everybody's first, then the category's own, in order. ``needs``: the facts without which no verdict can
    be given. ``fields``: in entry order. ``defaults``: facts that stand where nothing was entered.
    """

    category: Category
    label: str
    certificate_label: str
    rules: tuple[Rule, ...]
    needs: tuple[str, ...]
    amounts: tuple[Amount, ...]
    fields: tuple[FormField, ...]
    defaults: Mapping[str, str | int | bool]
    materials: tuple[str, ...]
    scans: tuple[ScanKind, ...]
    channels: tuple[ChannelLine, ...]
    form: Form

    @property
    def begins_with_a_letter(self) -> bool:
        """Whether the plan wants a certificate's number to begin with a capital letter."""
        return any(isinstance(rule.check, NumberLetter) for rule in self.rules)

    def prints(self, name: str) -> bool:
        """Whether the paper has a place for this field."""
        return any(cell.field == name for part in self.form.sections for row in part.rows for cell in row)

    def field(self, name: str) -> FormField | None:
        return next((each for each in self.fields if each.name == name), None)


@dataclass(frozen=True)
class Contact:
    """Whom to ask, as the plan prints it."""

    body: str
    name: str
    phone: str
    address: str


@dataclass(frozen=True)
class Plan:
    """某年实施方案. ``deadline`` None: the plan prints no last day. Months of ``review_months`` and
    ``payment_months`` are targets (原则上) and None where not printed; ``sms``: whether the plan promises a message.
    ``everybody``: the rules that hold whatever the category; ``not_covered``: the finding for a category outside it.
    """

    year: int
    version: int
    title: str
    source: str
    text: str
    deadline: date | None
    contact: Contact
    notices: tuple[str, ...]
    review_months: int | None
    payment_months: int | None
    sms: bool
    categories: Mapping[Category, CategoryPlan]
    everybody: tuple[Rule, ...]
    not_covered: Outcome
    clauses: Mapping[str, Clause]
    issuers: tuple[str, ...]
    occupations: tuple[str, ...]

    def category(self, category: Category) -> CategoryPlan:
        """Raises UserError ``category_not_in_plan``."""
        if category not in self.categories:
            raise UserError("category_not_in_plan", "category", plan=self.year)
        return self.categories[category]


@dataclass(frozen=True)
class PlanBook:
    """The plans a program knows: of each year the newest version; ``earlier``: what they replaced, by year, version."""

    plans: Mapping[int, Plan]
    earlier: Mapping[tuple[int, int], Plan] = field(default_factory=dict)

    @classmethod
    def of(cls, versions: Iterable[Plan]) -> PlanBook:
        """A book of all these versions; the first of two that say they are the same counts."""
        known: dict[tuple[int, int], Plan] = {}
        for plan in versions:
            known.setdefault((plan.year, plan.version), plan)
        newest = {year: known[year, version] for year, version in sorted(known)}
        return cls(newest, {key: plan for key, plan in known.items() if plan is not newest[plan.year]})

    @property
    def years(self) -> tuple[int, ...]:
        return tuple(sorted(self.plans))

    @property
    def versions(self) -> tuple[Plan, ...]:
        """Every version, by year and version."""
        return tuple(sorted((*self.plans.values(), *self.earlier.values()), key=lambda each: (each.year, each.version)))

    def has(self, year: int, version: int) -> bool:
        return (year, version) in self.earlier or (year in self.plans and self.plans[year].version == version)

    def get(self, year: int, version: int | None = None) -> Plan:
        """The version an application was filed under; the newest where none is named or that one is not here.

        Raises UserError ``plan_unknown``.
        """
        if year not in self.plans:
            raise UserError("plan_unknown", "plan", year=year)
        newest = self.plans[year]
        return newest if version is None else self.earlier.get((year, version), newest)
