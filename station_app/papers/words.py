"""The words that are printed (``resources/forms``), and how values are written on paper."""

from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from resources import read_text
from station_app.domain.fields import SECTIONS, FieldType
from station_app.papers.case import PaperCase
from station_app.plans import Finding

_TYPES = {name: spec.type for section in SECTIONS.values() for name, spec in section.items()}


@cache
def words(name: str) -> Mapping[str, Any]:
    """One file of ``resources/forms``."""
    return tomllib.loads(read_text(f"forms/{name}.toml"))


def word(table: str, key: object) -> str:
    """A printed word; what the table does not know is printed as it is."""
    return str(words("words")[table].get(str(key), key))


def printed(case: PaperCase, name: str) -> str:
    """A field's value as paper shows it; empty when it was not entered. Numbers stand whole, to be checked and read."""
    value = case.content.value(name)
    if value is None and name == "year":
        value = case.content.certificate_year
    if value is None:
        return ""
    field = case.category.field(name)
    chosen = next((each.label for each in field.choices if each.value == value), None) if field else None
    if chosen is not None:
        return chosen
    if name in ("level", "round"):
        return word(name, value)
    if _TYPES[name] is FieldType.DATE:
        return printed_day(date.fromisoformat(value))
    return word("flag", str(value).lower()) if isinstance(value, bool) else str(value)


def room_to_write(date_line: str) -> str:
    """``年 月 日`` with room before each word for a pen."""
    return "".join(f"\u3000\u3000{each}" for each in date_line.split())


def printed_day(day: date) -> str:
    """``2023年6月20日``."""
    return f"{day.year}年{day.month}月{day.day}日"


def printed_amount(amount: int) -> str:
    """``1,000``, in yuan."""
    return f"{amount:,}"


def finding_line(finding: Finding) -> str:
    """What a finding says, as the windows say it too (``translations/zh_CN/findings.toml``)."""
    template = _translations("findings").get(finding.code, finding.code)
    return _Filler().vformat(template, (), {"field": finding.field, **finding.params})


@cache
def _translations(name: str) -> Mapping[str, str]:
    return tomllib.loads(read_text(f"translations/zh_CN/{name}.toml"))


class _Filler(string.Formatter):
    """``{name}`` and ``{name:label}``; a parameter that is missing reads as nothing."""

    def get_value(self, key: int | str, args: Any, kwargs: Any) -> Any:
        value = kwargs.get(key)
        return "" if value is None else value

    def format_field(self, value: Any, format_spec: str) -> Any:
        if format_spec == "label":
            return _translations("labels").get(str(value), str(value))
        return super().format_field(value, "" if value == "" else format_spec)
