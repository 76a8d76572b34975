"""Occupation and level on a certificate; the occupation as a plan's list or the national classification writes it.

The very name is as sure as its reading. What a list has to settle is marked: of two lists that differ by a character
nobody knows which was printed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from station_app.papers.reading import SURE
from station_app.papers.reading.labels import Value, below
from station_app.papers.reading.near import differ
from station_app.papers.reading.shapes import Row, box_around

_LEVELS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "1": 1, "2": 2, "3": 3, "4": 4, "5": 5}
_NAMES = (("高级技师", 1), ("技师", 2), ("高级工", 3), ("中级工", 4), ("初级工", 5))
_UNSURE = 0.5
_SETTLED = 0.85
_LONG = 6  # characters: in so long a name two may be wrong
_CLUTTER = 2  # characters of something else before a name


def occupation_of(told: Sequence[Value], rows: Sequence[Row], occupations: Sequence[str]) -> Value | None:
    """Of what stands beside its labels the first that a list knows; else the first, as it was read and unsure."""
    names = {folded(name): name for name in occupations}
    for value in told:
        whole = _with_next_line(value, rows, names)
        if whole is not None:
            return whole
        if folded(value.text) in names:
            return value.as_(names[folded(value.text)])
    settled = next((each for value in told if (each := _settled(value, names)) is not None), None)
    if settled is None and told:
        return told[0].as_(told[0].text, SURE - 0.01 if occupations else 1.0)
    return settled


def folded(name: str) -> str:
    """Without what is printed or read in more than one way: brackets, commas, points."""
    return "".join(each for each in name if each.isalnum())


def _with_next_line(value: Value, rows: Sequence[Row], names: dict[str, str]) -> Value | None:
    """A long name goes on below."""
    more = below(value, rows)
    name = names.get(folded(value.text + more.text)) if more is not None else None
    if name is None or more is None or value.box is None or more.box is None:
        return None
    return Value(name, min(value.score, more.score), box_around([value.box, more.box]))


def _settled(value: Value, names: dict[str, str]) -> Value | None:
    """A stamp or the next column often stands behind the name, a rest of the label before it."""
    plain = folded(value.text)
    long = [each for each in names if len(each) > 2]
    for most in (1, 2) if len(plain) >= _LONG else (1,):
        near = [each for each in long if len(plain) > 2 and differ(each, plain, most)]
        if near:
            return value.as_(names[near[0]], _SETTLED) if len(near) == 1 else None
    begins = [each for each in long if plain.startswith(each)]
    ends = [each for each in long if plain.endswith(each) and len(plain) - len(each) <= _CLUTTER]
    found = max(begins or ends, key=len, default=None)
    return None if found is None else value.as_(names[found], _SETTLED)


def level_of(told: Value) -> Value | None:
    """By its number and by its name; where the two differ, neither is sure."""
    numbered = re.search(r"([一二三四五1-5])\s*级", told.text)
    by_number = _LEVELS[numbered.group(1)] if numbered else None
    by_name = next((level for name, level in _NAMES if name in told.text), None)
    level = by_number or by_name
    if level is None:
        return None
    agree = by_number is None or by_name is None or by_number == by_name
    return told.as_(str(level), 1.0 if agree else _UNSURE)
