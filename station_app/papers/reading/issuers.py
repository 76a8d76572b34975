"""Who gave a certificate: beside its label or alone on a line. A seal lies over it often, so what does not end as the
name of a body ends is never sure; the bodies that plans name settle it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import resources
from station_app.papers.reading import SURE
from station_app.papers.reading.kinds import squeezed
from station_app.papers.reading.labels import Value, below
from station_app.papers.reading.near import differ
from station_app.papers.reading.shapes import Row, box_around

_SHORTEST = 4
_NO_ISSUER = ("荣获", "获得", "特发此证", "特颁此证", "以资鼓励", "，", "。")
_ALONE = re.compile(  # and a stamp's letters behind
    r"(.{2,36}(?:总工会|协会|委员会|局|集团|公司|中心|厅|部|校|院))(.{0,2})"
)
_BEFORE = re.compile(r"^.{0,8}[:：]")  # a label that was misread
_BODY = re.compile(
    r".{2,40}(会|局|集团|公司|中心|厅|部|校|院|所|站|厂|社|处|室|大学|政府|学会|工会)([(（].{1,12}[)）])?"
)
_OVER = re.compile(
    r"(仅供|测试样本|样本|复印|专用).*$|.{0,3}专用章$|[(（]?(盖章|公章|签章|印章)[)）]?$"
)  # printed across
_SETTLED = 0.85
_DOUBTFUL = 0.97  # of the recogniser: below it a list may know better
_MISSING = 4  # characters that a seal hides at the end


def issuer_of(told: Sequence[Value], rows: Sequence[Row]) -> Value | None:
    """Beside its label, where it is too long on two lines; else the last line that names a body, which is a guess."""
    for value in told:
        if len(value.text) >= _SHORTEST:
            return _settled(_whole(value, rows))
    guessed = issuer_on(rows)
    return next(iter(told), None) if guessed is None else guessed.as_(guessed.text, _SETTLED)


def issuer_on(rows: Sequence[Row]) -> Value | None:
    """The last line that is the name of a body and nothing else."""
    lines = [line for row in rows for line in row.lines]
    for line in sorted(lines, key=lambda each: -each.middle):
        text = _BEFORE.sub("", squeezed(line.text))
        body = _ALONE.fullmatch(text)
        if body and not any(word in text for word in _NO_ISSUER):
            return Value(body.group(1), min(line.score, SURE - 0.05 if body.group(2) else 1.0), line.box)
    return None


@cache
def known() -> frozenset[str]:
    """Those that some plan names."""
    plans = [tomllib.loads(resources.plan_files(year)["plan.toml"]) for year in resources.plan_years()]
    return frozenset(name for plan in plans for name in _named(plan))


def _named(told: Any, key: str = "") -> Iterator[str]:
    if isinstance(told, dict):
        for name, value in told.items():
            yield from _named(value, name)
    elif isinstance(told, list):
        for value in told:
            yield from _named(value, key)
    elif isinstance(told, str) and key in ("issuers", "listed"):
        yield told


def _whole(value: Value, rows: Sequence[Row]) -> Value:
    more = None if _BODY.fullmatch(value.text) else below(value, rows)
    if more is None or value.box is None or more.box is None or not _BODY.fullmatch(value.text + more.text):
        return value
    return Value(value.text + more.text, min(value.score, more.score), box_around([value.box, more.box]))


def _settled(value: Value) -> Value:
    text = value.text
    if text in known():
        return value
    for name in sorted(known(), key=len, reverse=True):
        if text.startswith(name):
            return value.as_(name, _SETTLED)
    cut = _OVER.sub("", text)
    whole = _BODY.fullmatch(cut) is not None
    if not whole or value.score < _DOUBTFUL:
        near = [each for each in known() if differ(each, cut, 2) or _goes_on(cut, each)]
        if len(near) == 1:
            return value.as_(near[0], _SETTLED)
    is_sure = whole and cut == text and value.score >= _DOUBTFUL
    return value if is_sure else value.as_(cut if whole else text, _SETTLED)


def _goes_on(text: str, name: str) -> bool:
    return len(text) > _MISSING and name.startswith(text) and len(name) - len(text) <= _MISSING
