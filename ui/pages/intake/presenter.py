"""What the intake page knows and decides, without any widget: values in, judgement out. Pure; no I/O.

The page tells it every keystroke and asks ``judge`` after each; plans are pure too, so that takes microseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from station_app.domain.application import Category, Channel, Content, State, of_the_card, required_scans
from station_app.domain.chip import FIELDS, differing
from station_app.domain.fields import SECTIONS, FieldProblem, FieldType
from station_app.domain.identity import whole_id_number
from station_app.papers.confirmation import notice_version
from station_app.plans import preview
from station_app.services.comparing import Comparison, compare
from ui.pages.intake.checks import field_problem, still_typing
from ui.pages.intake.chip import signs
from ui.pages.intake.draft import INSISTENCE, Draft
from ui.pages.intake.judgement import Judgement, Step, hints_of, notes_of

if TYPE_CHECKING:
    from station_app.domain.member import Member
    from station_app.plans import CategoryPlan, Grant, Plan, PlanBook
    from station_app.services.comparing import Told

_SECTION_OF = {name: section for section, specs in SECTIONS.items() for name in specs}
_CLOSED = frozenset({"level", "level_name"})  # no other value than the plan's choices
_OWN = frozenset({"kind", "level"})  # mean another thing in another category
_UNREAD = {FieldType.DATE: "not_a_date", FieldType.INTEGER: "not_a_whole_number"}
_TEXTS = frozenset({"name", "occupation", "issuer", "number", "management_no"})  # never whole before they are left
CONSENT = "consent"
DIFFERS = "differs"  # the code of a field that a page speaks against


class IntakePresenter:
    """Holds the draft on the table. ``today``: the day in Beijing; ``steady``: any steady clock, in seconds."""

    def __init__(self, plans: Callable[[], PlanBook], today: Callable[[], date], steady: Callable[[], float]) -> None:
        self._plans = plans
        self._today = today
        self._steady = steady
        self._aside: dict[Category, Mapping[str, Any]] = {}  # certificates of categories chosen before
        self.draft = self.blank(plans().years[-1])

    # ---- which case

    def start(self, draft: Draft) -> None:
        """Put another case on the table; the one before is the saver's business."""
        self.draft = draft
        self._aside = {}

    def blank(self, year: int) -> Draft:
        """A new case of that plan, or of the newest when the station has none of that year."""
        years = self._plans().years
        draft = Draft.blank(year if year in years else years[-1], self._today())
        draft.content = self._with_defaults(draft.content)
        return draft

    @property
    def plan(self) -> Plan:
        """The newest version; of what was filed the one that it was filed under."""
        return self._plans().get(self.draft.content.plan, self.draft.filed_under)

    @property
    def category_plan(self) -> CategoryPlan | None:
        """What the plan says of the category on the table; None when the plan does not know that category."""
        return self.plan.categories.get(self.draft.content.category)

    def field_labels(self) -> Mapping[str, str]:
        """The plan's own words for the fields of this category, where it has any."""
        fields = self.category_plan.fields if self.category_plan else ()
        return {each.name: each.label for each in fields if each.label}

    def materials(self) -> tuple[str, ...]:
        """What the worker must bring, until its pages are all there."""
        wanted = self.draft.editable and self._missing_scans()
        return self.category_plan.materials if self.category_plan and wanted else ()

    # ---- values

    def set_value(self, name: str, value: object, unfinished: str = "") -> None:
        """One field as the clerk has it now. ``unfinished``: the text when it is no value yet."""
        if unfinished:
            self.draft.unfinished[name] = unfinished
        else:
            self.draft.unfinished.pop(name, None)
        self._put(name, value)
        if name == "id_number" and self.draft.rostered and whole_id_number(value) != self.draft.rostered:
            self._unstand()
        if name == "card_no" and value and field_problem(name, value) is None:
            self._put_if_unknown("has_card", True)
        self._touch()

    def set_category(self, category: Category) -> None:
        """Another category: its certificate as it was left, else what both kinds of certificate have."""
        content = self.draft.content
        if category is content.category:
            return
        self._aside[content.category] = content.certificate
        category_plan = self.plan.categories.get(category)
        names = {each.name for each in category_plan.fields} if category_plan else set()
        common = {name: value for name, value in content.certificate.items() if name in names - _OWN}
        content = replace(content, category=category, certificate=self._aside.pop(category, common))
        self.draft.content = self._with_defaults(content)
        self._touch()

    def set_facts(
        self, year: int | None = None, channel: Channel | None = None, applied_on: date | None = None
    ) -> None:
        """The plan's year, how the worker came, the day of applying (which a later revision keeps)."""
        if self.draft.revision:
            year = applied_on = None
        if year is not None and year != self.draft.content.plan:
            self._set_year(year)
        content = self.draft.content
        self.draft.content = replace(
            content, channel=channel or content.channel, applied_on=applied_on or content.applied_on
        )
        self._touch()

    def restore(self, content: Content) -> None:
        """Put back what stood in the form before."""
        self.draft.content = content
        self._touch()

    def take_member(self, member: Member) -> None:
        """Fill the applicant from the roster; what the roster leaves empty stays as it is."""
        for name in ("name", "id_number", "card_no", "phone", "employer"):
            if getattr(member, name):
                self._put(name, getattr(member, name))
        self._stand(member, self._put)
        self.draft.left |= {"name", "id_number", "card_no", "phone"}
        self._touch()

    def complete_from(self, member: Member) -> tuple[str, ...]:
        """The roster's row for the number that was typed by hand: fill only what is empty; the names filled."""
        if member.id_number != whole_id_number(self.draft.content.value("id_number")):
            return ()
        filled = [
            name
            for name in ("name", "card_no", "phone", "employer")
            if getattr(member, name) and self.draft.content.value(name) is None and not self.draft.locked(name)
        ]
        for name in filled:
            self._put(name, getattr(member, name))
        before = dict(self.draft.content.member)
        self._stand(member, self._put_if_unknown)
        if filled or dict(self.draft.content.member) != before:
            self._touch()
        return tuple(filled)

    def take_chip(self, chip: Mapping[str, str]) -> dict[str, str]:
        """What an ID card's chip says, kept beside the case; answers what is to be filled in: only what is empty."""
        self.draft.chip = chip
        self.draft.left |= set(FIELDS)
        self._touch()
        empty = [name for name in FIELDS if not self.draft.content.value(name) and not self.draft.locked(name)]
        return {name: chip[name] for name in empty if chip.get(name)}

    def fits(self, member: Member) -> bool:
        """Whether this member can be taken into the case on the table without overwriting another person."""
        here = self.draft.content.value("id_number")
        return not here or whole_id_number(here) == member.id_number

    def keep_typed(self, told: Told) -> None:
        """The clerk has looked: what stands in the field stays, until either side changes."""
        self.draft.decided[told.key] = told.claim
        self._touch()

    def leave(self, *names: str) -> None:
        """The clerk has left these fields, all when none is named: from now on their problems show."""
        content = self.draft.content
        self.draft.left |= set(names or (*content.applicant, *content.certificate))

    def confirm_consent(self, given: bool) -> Mapping[str, Any]:
        """What is recorded of the worker's consent: the notice's version and the day; empty when taken back."""
        consent = {"notice": notice_version(), "given_on": self._today().isoformat(), "how": "counter"}
        self.draft.consent = consent if given else {}
        self._touch()
        return self.draft.consent

    def set_insistence(self, reason: str) -> None:
        self.draft.insisted = reason
        self._touch()

    # ---- judgement

    def history_known(self, id_number: str, history: tuple[Grant, ...]) -> bool:
        """Take the person's earlier grants, if the question still stands."""
        if id_number != self.id_number():
            return False
        self.draft.history = history
        return True

    def id_number(self) -> str | None:
        """The ID number once it is whole and sound."""
        return whole_id_number(self.draft.content.value("id_number"))

    def judge(self) -> Judgement:
        draft = self.draft
        seen = preview(self.plan, draft.content, draft.history or ())
        problems = self._problems()
        missing = [each for each in seen.missing if each.field not in problems]
        missing.extend(FieldProblem(name, code) for name, code in problems.items())
        compared = self.compared()
        missing.extend(
            FieldProblem(each.field, DIFFERS)
            for each in compared.differences
            if each.weighty and each.field not in problems
        )
        missing.sort(key=lambda each: self._place(each.field))
        missing.extend(self._missing_scans())
        if draft.content.cardless:
            missing = [each for each in missing if not of_the_card(each.field)]
        if not draft.consent:
            missing.append(FieldProblem(CONSENT, "missing"))
        today = self._today()
        differs = dict.fromkeys(differing(draft.content, draft.chip), "chip_differs")
        deadline, applied_on = self.plan.deadline, draft.content.applied_on or today
        return Judgement(
            problems={name: code for name, code in problems.items() if self._shows(name)},
            hints={**hints_of(draft.content, self.category_plan, seen.assessment, today), **differs},
            missing=tuple(missing) if draft.editable else (),
            assessment=seen.assessment if draft.editable else draft.judged,
            deadline=deadline,
            days_left=(deadline - today).days if deadline else None,
            days_early=(deadline - applied_on).days if deadline else None,
            notes={**notes_of(draft.content, self.category_plan), **signs(draft.content, draft.chip)},
            compared=compared,
        )

    def compared(self) -> Comparison:
        """What the pages say of the fields that can be changed, without what the clerk has answered or still types."""
        draft = self.draft
        if not draft.editable or not draft.readings or self.category_plan is None:
            return Comparison()
        fields = self.category_plan.fields
        names = [each.name for each in fields if not self._being_typed(each.name)]
        closed = {each.name: {choice.value for choice in each.choices} for each in fields if each.name in _CLOSED}
        return compare(draft.content, draft.scans, draft.readings, names, closed).without(draft.decided)

    def next_step(self, judged: Judgement) -> tuple[Step, str]:
        """What submitting asks for now, and the field it concerns."""
        if judged.missing:
            return Step.MEND, judged.missing[0].field or ""
        if judged.ineligible and not self.draft.insisted.strip():
            return Step.INSIST, INSISTENCE
        return Step.SUBMIT, ""

    def open_fields(self) -> None:
        """Open the fields of a returned case that the reviewer did not name."""
        self.draft.opened = True

    def first_returned(self) -> str | None:
        """Where a returned case opens."""
        returned = self.draft.returned
        return returned[0].field if self.draft.state is State.RETURNED and returned else None

    def first_missing(self) -> str | None:
        """Where work goes on in a draft."""
        missing = self.judge().missing
        return missing[0].field if missing else None

    # ---- inside

    def _set_year(self, year: int) -> None:
        """Another plan: a category that it has, and its own defaults in place of the other's."""
        offered = self._plans().get(year).categories
        if self.draft.content.category not in offered:
            self.set_category(next(iter(offered)))
        content = self.draft.content
        for field in self.category_plan.fields if self.category_plan else ():
            if field.default is not None and content.value(field.name) == field.default:
                content = content.with_value(field.section, field.name, None)
        self.draft.content = self._with_defaults(replace(content, plan=year))

    def _with_defaults(self, content: Content) -> Content:
        """What the plan takes for granted is stated, so that the record says it whatever a later pack takes."""
        category_plan = self._plans().get(content.plan).categories.get(content.category)
        for field in category_plan.fields if category_plan else ():
            if field.default is not None and content.value(field.name) is None:
                content = content.with_value(field.section, field.name, field.default)
        return content

    def _put(self, name: str, value: object) -> None:
        self.draft.content = self.draft.content.with_value(_SECTION_OF[name], name, value)

    def _put_if_unknown(self, name: str, value: object) -> None:
        if self.draft.content.value(name) is None:
            self._put(name, value)

    def _unstand(self) -> None:
        """Another person's number: what the roster said of the one before says nothing of this one."""
        self.draft.rostered = ""
        for name in ("is_member", "beijing_union", "has_card", "full_time_union_social_worker"):
            self._put(name, None)

    def _stand(self, member: Member, put: Callable[[str, object], None]) -> None:
        """The standing that a row of the roster gives."""
        self.draft.rostered = member.id_number
        put("is_member", True)
        put("beijing_union", True)
        put("has_card", member.has_card or bool(self.draft.content.value("card_no")))
        put("full_time_union_social_worker", member.full_time_union_social_worker)

    def _touch(self) -> None:
        self.draft.autosave.changed(self._steady())

    def _problems(self) -> dict[str, str]:
        found = {name: _UNREAD[_type_of(name)] for name in self.draft.unfinished if name in _SECTION_OF}
        for name, value in self.draft.content.applicant.items():
            code = field_problem(name, value)
            if code:
                found[name] = code
        return found

    def _shows(self, name: str) -> bool:
        if name in self.draft.left:
            return True
        return name not in self.draft.unfinished and not still_typing(name, self.draft.content.value(name))

    def _being_typed(self, name: str) -> bool:
        """Half a value differs from everything."""
        if name in self.draft.unfinished:
            return True
        value = self.draft.content.value(name)
        if not value or name in self.draft.left:
            return False
        return name in _TEXTS or still_typing(name, value)

    def _place(self, name: str | None) -> int:
        order = list(_SECTION_OF)
        category_plan = self.category_plan
        if category_plan:
            order = [each.name for each in category_plan.fields]
        return order.index(name) if name in order else len(order)

    def _missing_scans(self) -> list[FieldProblem]:
        kinds = {scan.kind for scan in self.draft.scans}
        needed = required_scans(self.draft.content)
        return [FieldProblem(f"scan.{kind.value}", "missing") for kind in needed if kind not in kinds]


def _type_of(name: str) -> FieldType:
    return SECTIONS[_SECTION_OF[name]][name].type
