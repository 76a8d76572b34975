"""Reading one category of a pack: the fields to enter, the amounts, the materials, the paper."""

from __future__ import annotations

from station_app.domain.application import Category, Channel, ScanKind
from station_app.domain.fields import SECTIONS, FieldProblem, read_value
from station_app.plans.assessment import Severity
from station_app.plans.plan import (
    Amount,
    CategoryPlan,
    ChannelLine,
    Choice,
    Form,
    FormCell,
    FormField,
    FormSection,
)
from station_app.plans.rules.base import Outcome, Pack, Rule, read_condition
from station_app.plans.tables import Table

_FORM_KINDS = ("application_form", "confirmation_sheet")


def read_category(
    table: Table, category: Category, rules: tuple[Rule, ...], before: tuple[FormField, ...], pack: Pack
) -> CategoryPlan:
    """``[categories.NAME]``; ``before``: the fields of every category, asked for first.

    Every fact the rules need must be a field that is required or has a default.
    """
    amounts = tuple(_read_amount(row, pack) for row in table.tables("amounts"))
    fields = before + read_fields(table, "fields")
    needs = _needs(rules, amounts)
    sure = {each.name for each in fields if each.required or each.default is not None} | {"applied_on"}
    lacking = [each for each in needs if each not in sure]
    if lacking:
        raise table.wrong(f"fields.{lacking[0]}", "fact_not_asked_for")
    if not amounts:
        raise table.wrong("amounts", "missing")
    plan = CategoryPlan(
        category=category,
        label=table.text("label"),
        certificate_label=table.text("certificate_label"),
        rules=rules,
        needs=needs,
        amounts=amounts,
        fields=fields,
        defaults={each.name: each.default for each in fields if each.default is not None},
        materials=table.texts("materials"),
        scans=_read_scans(table),
        channels=tuple(_read_channel(row) for row in table.tables("channels")),
        form=_read_form(table.table("form")),
    )
    table.end()
    return plan


def _needs(rules: tuple[Rule, ...], amounts: tuple[Amount, ...]) -> tuple[str, ...]:
    facts = [fact for rule in rules for fact in rule.needs]
    facts += [fact for amount in amounts for fact in amount.when.facts]
    return tuple(dict.fromkeys(facts))


def _read_amount(table: Table, pack: Pack) -> Amount:
    outcome = Outcome("amount", Severity.INFO, table.text("field"), pack.clause(table))
    amount = Amount(read_condition(table.table("when")), table.whole("yuan"), table.text("label"), outcome)
    table.end()
    return amount


def read_fields(table: Table, key: str) -> tuple[FormField, ...]:
    """A list of fields to enter, in order."""
    return tuple(_read_field(row) for row in table.tables(key))


def _read_field(table: Table) -> FormField:
    section, name = table.text("section"), table.text("name")
    if section not in SECTIONS or name not in SECTIONS[section]:
        raise table.wrong("name", "field_unknown")
    choices = tuple(_read_choice(row, section, name) for row in table.tables("choices"))
    default = _read_given(table, "default", section, name) if table.has("default") else None
    required = table.flag("required", default=False)
    field = FormField(section, name, required, table.text("label", ""), choices, default)
    table.end()
    return field


def _read_choice(table: Table, section: str, name: str) -> Choice:
    value = _read_given(table, "value", section, name)
    choice = Choice(value, table.text("label"), table.flag("shown", default=True))
    table.end()
    return choice


def _read_given(table: Table, key: str, section: str, name: str) -> str | int | bool:
    """A value that fits the field's type."""
    problems: list[FieldProblem] = []
    value = read_value(SECTIONS[section][name], table.entries().get(key), name, problems)
    if problems or not isinstance(value, str | int | bool):
        raise table.wrong(key, problems[0].code if problems else "missing")
    return value


def _read_scans(table: Table) -> tuple[ScanKind, ...]:
    kinds = table.texts("scans")
    if any(each not in set(ScanKind) for each in kinds):
        raise table.wrong("scans", "scan_kind_unknown")
    return tuple(map(ScanKind, kinds))


def _read_channel(table: Table) -> ChannelLine:
    channel = table.text("channel")
    if channel not in set(Channel):
        raise table.wrong("channel", "channel_unknown")
    line = ChannelLine(Channel(channel), table.text("label"))
    table.end()
    return line


def _read_form(table: Table) -> Form:
    kind = table.text("kind")
    if kind not in _FORM_KINDS:
        raise table.wrong("kind", "form_kind_unknown")
    form = Form(
        kind=kind,
        title=table.text("title"),
        mark=table.text("mark", ""),
        sections=tuple(_read_form_section(each) for each in table.tables("sections")),
        declaration=table.text("declaration", ""),
        signature=table.text("signature", ""),
        date_line=table.text("date_line", ""),
        remark=table.text("remark", ""),
        seals=table.texts("seals"),
    )
    table.end()
    return form


def _read_form_section(table: Table) -> FormSection:
    """``cells`` in print order; a cell with ``beside = true`` stands in the row of the one before it."""
    rows: list[tuple[FormCell, ...]] = []
    for cell in table.tables("cells"):
        field = cell.text("field", "")
        if field and not any(field in names for names in SECTIONS.values()):
            raise cell.wrong("field", "field_unknown")
        made = FormCell(cell.text("label"), field or None, cell.flag("seal", default=False))
        if cell.flag("beside", default=False) and rows:
            rows[-1] += (made,)
        else:
            rows.append((made,))
        cell.end()
    section = FormSection(table.text("title"), tuple(rows))
    table.end()
    return section
