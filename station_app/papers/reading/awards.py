"""Certificates of competitions that tell in a sentence who won: 某某同志：在……大赛电工决赛中荣获……"""

from __future__ import annotations

import re
from collections.abc import Sequence

from station_app.papers.reading import SURE
from station_app.papers.reading.issuers import issuer_on
from station_app.papers.reading.kinds import squeezed
from station_app.papers.reading.labels import Value
from station_app.papers.reading.numbers import date_in
from station_app.papers.reading.occupations import level_of
from station_app.papers.reading.shapes import Row, box_around, part_of

_WHO = re.compile(
    r"^[^\w]*(?:兹?证明|特?授予)?([\u3400-\u9fff·\U00020000-\U000323af]{2,20}?)"
    r"(同志|先生|女士|[:：]|[(（](?:公民)?(?:身份|证件)|[(（,，][男女]|[,，]身份)"
)
_WON = ("荣获", "获得", "特发此证", "特颁此证", "以资鼓励", "被评为", "被授予", "成绩合格", "考核合格", "鉴定合格")
_CONTEST = ("大赛", "竞赛", "比赛", "比武")
_NOBODY = ("证书", "编号", "日期", "机构", "机关", "单位", "姓名", "工种", "等级", *_CONTEST)
_LEVEL = re.compile(r"[一二三四五]级.?.?(高级技师|技师|[高中初]级工)?|(高级)?技师(?!学院)|[高中初]级工")
_UNSURE = SURE - 0.05  # words between others: where they end is a guess


def award_fields(rows: Sequence[Row], occupations: Sequence[str]) -> dict[str, Value]:
    """Nothing where no sentence says that somebody won or passed something."""
    whole = "".join(squeezed(row.text) for row in rows)
    if not any(word in whole for word in _WON):
        return {}
    found = {
        "name": _name(rows),
        "occupation": _occupation(rows, whole, occupations),
        "level": None if any(word in whole for word in _CONTEST) else _level(rows, whole),
        "issuer": issuer_on(rows),
        "issue_date": _date(rows),
    }
    return {name: value for name, value in found.items() if value is not None}


def _name(rows: Sequence[Row]) -> Value | None:
    for row in rows:
        at = 0
        for line in row.lines:
            text = squeezed(line.text)
            said = _WHO.match(text)
            if said and not any(word in said.group(1) for word in _NOBODY):
                return Value(said.group(1), *part_of(row, at + said.start(1), at + said.end(1)))
            at += len(text)
    return None


def _occupation(rows: Sequence[Row], whole: str, occupations: Sequence[str]) -> Value | None:
    """The longest name of a list that stands behind the contest and before what was won."""
    end = min((at for word in _WON[:2] if (at := whole.find(word)) >= 0), default=len(whole))
    start = max((whole.rfind(word, 0, end) + len(word) for word in _CONTEST[:2] if word in whole[:end]), default=0)
    said = [name for name in occupations if len(name) > 1 and name in whole[start:end]]
    if not said:
        return None
    name = max(said, key=len)
    first = whole.index(name, start)
    told = _told(rows, name, first, first + len(name))
    return told if first == start else told.as_(name, _UNSURE)


def _level(rows: Sequence[Row], whole: str) -> Value | None:
    """Where nothing was won: 具备焊工二级（技师）水平."""
    found = _LEVEL.search(whole)
    return None if found is None else level_of(_told(rows, found.group(), *found.span()).as_(found.group(), _UNSURE))


def _told(rows: Sequence[Row], text: str, start: int, end: int) -> Value:
    """``text``, read from so many characters of the whole page; a word goes on in the next line now and then."""
    parts, at = [], 0
    for row in rows:
        size = len(squeezed(row.text))
        if start < at + size and at < end:
            parts.append(part_of(row, max(start - at, 0), min(end - at, size)))
        at += size
    return Value(text, min(score for score, _ in parts), box_around([box for _, box in parts]))


def _date(rows: Sequence[Row]) -> Value | None:
    for row in reversed(rows):
        for line in row.lines:
            day = date_in(squeezed(line.text))
            if day is not None:
                return Value(day.isoformat(), line.score, line.box)
    return None
