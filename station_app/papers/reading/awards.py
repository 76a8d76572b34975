"""Certificates of competitions that tell in a sentence who won: 某某同志：在……大赛电工决赛中荣获……"""

from __future__ import annotations

import re
from collections.abc import Sequence

from station_app.papers.reading import SURE
from station_app.papers.reading.kinds import squeezed
from station_app.papers.reading.labels import Value
from station_app.papers.reading.numbers import date_in
from station_app.papers.reading.shapes import Row, box_around

_WHO = re.compile(r"^[^\w]*([\u3400-\u9fff·\U00020000-\U000323af]{2,20}?)(同志|先生|女士|[:：])")
_WON = ("荣获", "获得", "特发此证", "特颁此证", "以资鼓励", "被评为", "被授予")
_CONTEST = ("大赛", "竞赛", "比赛", "比武")
_ISSUER = re.compile(
    r"(.{2,36}(?:总工会|协会|委员会|局|集团|公司|中心|厅|部|校|院))(.{0,2})"
)  # a stamp's letters behind
_UNSURE = SURE - 0.05  # words between others: where they end is a guess


def award_fields(rows: Sequence[Row], occupations: Sequence[str]) -> dict[str, Value]:
    """Nothing where no sentence says that somebody won something."""
    texts = [squeezed(row.text) for row in rows]
    whole = "".join(texts)
    if not any(word in whole for word in _WON):
        return {}
    found = {
        "name": _name(rows),
        "occupation": _occupation(rows, whole, occupations),
        "issuer": issuer_on(rows),
        "issue_date": _date(rows),
    }
    return {name: value for name, value in found.items() if value is not None}


def _name(rows: Sequence[Row]) -> Value | None:
    for row in rows:
        for line in row.lines:
            said = _WHO.match(squeezed(line.text))
            if said and not any(word in said.group(1) for word in ("证书", "编号", "日期", *_CONTEST)):
                return Value(said.group(1), line.score, line.box)
    return None


def _occupation(rows: Sequence[Row], whole: str, occupations: Sequence[str]) -> Value | None:
    """The longest name of a list that stands behind the contest and before what was won."""
    end = min((at for word in _WON[:2] if (at := whole.find(word)) >= 0), default=len(whole))
    start = max((whole.rfind(word, 0, end) + len(word) for word in _CONTEST[:2] if word in whole[:end]), default=0)
    said = [name for name in occupations if len(name) > 1 and name in whole[start:end]]
    if not said:
        return None
    name = max(said, key=len)
    told = [row for row in rows if name[:2] in squeezed(row.text) or name[-2:] in squeezed(row.text)]
    box = box_around([row.box for row in told]) if told else None
    exact = whole[start:end].startswith(name)
    return Value(name, min([row.score for row in told] + [1.0 if exact else _UNSURE]), box)


def issuer_on(rows: Sequence[Row]) -> Value | None:
    """The last line that is the name of a body and nothing else."""
    lines = [line for row in rows for line in row.lines]
    for line in sorted(lines, key=lambda each: -each.middle):
        text = squeezed(line.text)
        body = _ISSUER.fullmatch(text)
        if body and not any(word in text for word in (*_WON, "，", "。")):
            return Value(body.group(1), min(line.score, _UNSURE if body.group(2) else 1.0), line.box)
    return None


def _date(rows: Sequence[Row]) -> Value | None:
    for row in reversed(rows):
        for line in row.lines:
            day = date_in(squeezed(line.text))
            if day is not None:
                return Value(day.isoformat(), line.score, line.box)
    return None
