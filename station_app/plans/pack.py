"""Reading a plan pack: ``plan.toml``, ``text.txt`` (the plan's words), ``occupations.txt``, ``catalogue.csv``.

A pack that is wrong anywhere is refused whole: ``UserError("pack_invalid", "file:line key", problem=code)``.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date

from station_app.domain.application import Category
from station_app.domain.canonical import canonical_json
from station_app.errors import UserError
from station_app.plans.assessment import Clause, Severity
from station_app.plans.catalogue import Catalogue, read_catalogue, read_names
from station_app.plans.entry import read_category, read_fields
from station_app.plans.places import line_of
from station_app.plans.plan import CategoryPlan, Contact, Plan
from station_app.plans.rules import read_rule
from station_app.plans.rules.base import Outcome, Pack, Rule
from station_app.plans.rules.general import Deadline
from station_app.plans.tables import Table, pack_invalid
from station_app.plans.text import normalise

_REQUIRED = ("plan.toml", "text.txt", "occupations.txt")
_OPTIONAL = ("catalogue.csv",)
PACK_FILES = _REQUIRED + _OPTIONAL
_TOML = "plan.toml:"
_TOML_LINE = re.compile(r"at line (\d+)")
_TOML_PROBLEMS = (
    ("Invalid date", "date_impossible"),
    ("overwrite", "key_twice"),
    ("Duplicate", "key_twice"),
    ("twice", "key_twice"),
)


def load_plan(files: Mapping[str, str]) -> Plan:
    """A plan from its files' texts. Raises UserError ``pack_invalid``."""
    for name in files:
        if name not in PACK_FILES:
            raise pack_invalid(name, "file_unknown")
    for name in _REQUIRED:
        if name not in files:
            raise pack_invalid(name, "file_missing")
        if not files[name].strip():
            raise pack_invalid(name, "file_empty")
    try:
        return _load(files)
    except UserError as error:
        raise _with_line(error, files["plan.toml"]) from error


def _with_line(error: UserError, text: str) -> UserError:
    """The same error; where it names a key of ``plan.toml``, with the key's line before it."""
    place = (error.field or "").removeprefix(_TOML)
    if place == error.field or place.isdecimal():
        return error
    line = line_of(text, place)
    return pack_invalid(f"{_TOML}{line or 1} {place}", str(error.params["problem"]))


def _load(files: Mapping[str, str]) -> Plan:
    table = Table(_parse(files["plan.toml"]), _TOML)
    known = read_names(files["occupations.txt"])
    catalogue = read_catalogue(files["catalogue.csv"], known) if "catalogue.csv" in files else Catalogue((), known)
    text = files["text.txt"]
    source = table.text("source")
    pack = Pack(_read_clauses(table.table("clauses"), source, text), catalogue, _read_level_names(table))
    plan = _read_plan(table, pack, text, tuple(dict.fromkeys((*catalogue.names, *known))))
    table.end()
    return plan


def bundle(files: Mapping[str, str]) -> str:
    """A pack's files as one canonical JSON text: what travels, is hashed and signed."""
    return canonical_json(dict(files)).decode()


def unbundle(text: str) -> dict[str, str]:
    """The files of a bundle. Raises UserError ``pack_invalid``."""
    try:
        files = json.loads(text)
    except json.JSONDecodeError as error:
        raise pack_invalid(f"bundle:{error.lineno}", "not_json") from None
    except (ValueError, RecursionError):
        raise pack_invalid("bundle", "not_json") from None
    if not isinstance(files, dict) or not all(isinstance(each, str) for each in files.values()):
        raise pack_invalid("bundle", "not_a_bundle")
    _refuse_half_characters(files)
    return files


def _refuse_half_characters(files: Mapping[str, str]) -> None:
    """JSON can spell half a character, which no file can hold."""
    for name, text in files.items():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise pack_invalid(f"{name}:{text.count(chr(10), 0, error.start) + 1}", "not_utf8") from None


def _parse(text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = _TOML_LINE.search(str(error))
        problem = next((code for words, code in _TOML_PROBLEMS if words in str(error)), "not_toml")
        raise pack_invalid(f"{_TOML}{line[1] if line else text.count(chr(10)) + 1}", problem) from None
    except ValueError:  # a number of thousands of digits
        raise pack_invalid("plan.toml", "not_toml") from None
    except RecursionError:
        raise pack_invalid("plan.toml", "nested_too_deep") from None


def _read_clauses(table: Table, source: str, text: str) -> dict[str, Clause]:
    """Every quotation must stand in the plan's text, white space aside."""
    squeezed = "".join(text.split())
    clauses = {}
    for name in table.entries():
        entry = table.table(name)
        clauses[name] = Clause(source, entry.text("quote"), entry.text("place"))
        if "".join(clauses[name].quote.split()) not in squeezed:
            raise entry.wrong("quote", "quote_not_in_text")
        entry.end()
    return clauses


def _read_level_names(table: Table) -> dict[str, int]:
    names = {}
    for row in table.tables("level_names"):
        level = row.whole("level")
        names.update({normalise(each): level for each in row.texts("names")})
        row.end()
    return names


def _read_plan(table: Table, pack: Pack, text: str, occupations: tuple[str, ...]) -> Plan:
    everybody = _read_rules(table.tables("everybody"), pack, ())
    rules = _read_rules(table.tables("rules"), pack, everybody)
    contact = table.table("contact")
    plan = Plan(
        year=table.whole("year", low=1900, high=2999),
        version=table.whole("version", low=1),
        title=table.text("title"),
        source=table.text("source"),
        text=text,
        deadline=_deadline(everybody),
        contact=Contact(*(contact.text(key, "") for key in ("body", "name", "phone", "address"))),
        notices=table.texts("notices"),
        review_months=table.optional_whole("review_months"),
        payment_months=table.optional_whole("payment_months"),
        sms=table.flag("sms"),
        categories=_read_categories(table, pack, everybody, rules),
        everybody=everybody,
        not_covered=Outcome("category_not_in_plan", Severity.REFUSE, "category", pack.clause(table, "category_clause")),
        clauses=pack.clauses,
        issuers=table.texts("issuers"),
        occupations=occupations,
    )
    contact.end()
    return plan


def _read_rules(tables: Iterable[Table], pack: Pack, before: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """A rule may only come after rules that stand before it."""
    known = {each.id for each in before if each.id}
    rules = []
    for table in tables:
        rule = read_rule(table, pack)
        if not known.issuperset(rule.after):
            raise table.wrong("after", "rule_unknown")
        if rule.id:
            known.add(rule.id)
        rules.append(rule)
    return tuple(rules)


def _deadline(everybody: tuple[Rule, ...]) -> date | None:
    return next((each.check.last for each in everybody if isinstance(each.check, Deadline)), None)


def _read_categories(
    table: Table, pack: Pack, everybody: tuple[Rule, ...], rules: tuple[Rule, ...]
) -> dict[Category, CategoryPlan]:
    before = read_fields(table, "fields")
    inner = table.table("categories")
    categories = {}
    for name in inner.entries():
        if name not in set(Category):
            raise inner.wrong(name, "category_unknown")
        category = Category(name)
        own = tuple(each for each in everybody + rules if category in each.categories)
        categories[category] = read_category(inner.table(name), category, own, before, pack)
    if not categories:
        raise table.wrong("categories", "missing")
    return categories
