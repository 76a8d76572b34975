"""Certificates of skill levels, of social workers and of competitions, old and new prints."""

from __future__ import annotations

import re
from collections.abc import Sequence

from station_app.papers.reading import SURE
from station_app.papers.reading.awards import award_fields, issuer_on
from station_app.papers.reading.labels import Value, columns, labelled, without_subtitles
from station_app.papers.reading.numbers import date_in, id_number_in
from station_app.papers.reading.shapes import Row

_LABELS = {
    "姓名": "name",
    "证件号码": "id_number",
    "身份证号码": "id_number",
    "身份证号": "id_number",
    "公民身份号码": "id_number",
    "职业名称": "occupation",
    "职业(工种)": "occupation",
    "职业（工种）": "occupation",
    "职业(工种)及等级": "both",  # the prints of before 2018
    "职业（工种）及等级": "both",
    "职业及等级": "both",
    "职业工种": "occupation",
    "工种名称": "occupation",
    "工种": "occupation",
    "职业技能等级": "level",
    "职业资格等级": "level",
    "技能等级": "level",
    "等级": "level",
    "级别": "level_name",
    "证书编号": "number",
    "证书号码": "number",
    "编号": "number",
    "管理号": "management_no",
    "管理编号": "management_no",
    "评价机构": "issuer",
    "颁证机构": "issuer",
    "发证机构": "issuer",
    "签发机构": "issuer",
    "批准单位": "issuer",
    "发证单位": "issuer",
    "发证机关": "issuer",
    "鉴定机构": "issuer",
    "签发单位": "issuer",
    "颁发单位": "issuer",
    "颁发机构": "issuer",
    "发证日期": "issue_date",
    "颁发日期": "issue_date",
    "颁证日期": "issue_date",
    "发证时间": "issue_date",
    "批准日期": "approval_date",
    "签发日期": "sign_date",
}
_STOPS = {
    "工种/职业方向": "",
    "职业方向": "",
    "评定等级": "",
    "专业": "",
    "赛事": "",
    "名次": "",
    "文化程度": "",
    "性别": "",
    "出生日期": "",
    "出生年月": "",
    "理论知识": "",
    "操作技能": "",
    "评定成绩": "",
    "颁发时间": "",
    "证件类型": "",
}
_LEVELS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "1": 1, "2": 2, "3": 3, "4": 4, "5": 5}
_NAMES = (("高级技师", 1), ("技师", 2), ("高级工", 3), ("中级工", 4), ("初级工", 5))
_DATES = ("issue_date", "approval_date", "sign_date")
_UNSURE = 0.5
_NEAR_SCORE = 0.85
_SHORTEST_ISSUER = 4
_SOCIAL_LEVEL = re.compile(r"(助理|高级)?社会工作师")
_WORDS = re.compile(r"CERTIFICATE|NUMBER|NO\.|N[O0](?=[.:：]?\d)")
_NUMBER = re.compile(r"[A-Z0-9]{6,30}")


def certificate_fields(rows: Sequence[Row], occupations: Sequence[str]) -> dict[str, Value]:
    lines = without_subtitles([line for row in rows for line in row.lines])
    if not lines:
        return {}
    every = {**_LABELS, **_STOPS}
    rows = columns(lines, every)
    raw = {name: value for name, value in labelled(rows, every).items() if name}
    if "name" not in raw and (award := award_fields(rows, occupations)):
        return award
    both = raw.get("both")
    if both is not None:
        named = re.sub(r"[一二三四五]级.*|(高级)?技师.*|[初中高]级工.*", "", both.text)
        raw = {"occupation": both.as_(named), "level": both, **raw}
    found: dict[str, Value | None] = {
        "name": raw.get("name"),
        "id_number": _id_number(raw.get("id_number")),
        "occupation": _occupation(raw.get("occupation"), occupations),
        "level": _level(raw.get("level")),
        "level_name": _level_name(raw.get("level_name"), rows),
        "number": _number(raw.get("number")),
        "management_no": _number(raw.get("management_no")),
        "issuer": _issuer(raw.get("issuer"), rows),
        **{name: _date(raw.get(name)) for name in _DATES},
    }
    return {name: value for name, value in found.items() if value is not None}


def _issuer(told: Value | None, rows: Sequence[Row]) -> Value | None:
    """Beside its label; else the last line that names a body, which is a guess."""
    if told is not None and len(told.text) >= _SHORTEST_ISSUER:
        return told
    guessed = issuer_on(rows)
    return told if guessed is None else guessed.as_(guessed.text, _NEAR_SCORE)


def _level_name(told: Value | None, rows: Sequence[Row]) -> Value | None:
    """As labelled; else the piece that is the name of a level of social workers and nothing else."""
    if told is not None:
        return told
    pieces = [line for row in rows for line in row.lines if _SOCIAL_LEVEL.fullmatch(line.text.strip())]
    return Value(pieces[0].text.strip(), pieces[0].score, pieces[0].box) if pieces else None


def _id_number(told: Value | None) -> Value | None:
    found = id_number_in(told.text) if told else None
    if found is None or told is None:
        return None
    return told.as_(found[0], 1.0 if found[1] else _UNSURE)


def _date(told: Value | None) -> Value | None:
    found = date_in(told.text) if told else None
    return told.as_(found.isoformat()) if found is not None and told is not None else None


def _number(told: Value | None) -> Value | None:
    """Letters and digits only; nothing checks it, so it is never quite sure where a letter could be a digit."""
    if told is None:
        return None
    found = _NUMBER.search(re.sub(r"[^0-9A-Z]", "", _WORDS.sub("", told.text.upper())))
    return told.as_(found.group()) if found else None


def _level(told: Value | None) -> Value | None:
    """By its number and by its name; where the two differ, neither is sure."""
    if told is None:
        return None
    numbered = re.search(r"([一二三四五1-5])\s*级", told.text)
    by_number = _LEVELS[numbered.group(1)] if numbered else None
    by_name = next((level for name, level in _NAMES if name in told.text), None)
    level = by_number or by_name
    if level is None:
        return None
    agree = by_number is None or by_name is None or by_number == by_name
    return told.as_(str(level), 1.0 if agree else _UNSURE)


def _occupation(told: Value | None, occupations: Sequence[str]) -> Value | None:
    """As a list writes it: the very name, or the one name that is one character away where the recogniser itself is in
    doubt. What stands on no list stays as it was read, and is unsure.
    """
    if told is None:
        return None
    plain = _folded(told.text)
    names = {_folded(name): name for name in occupations}
    if plain in names:
        return told.as_(names[plain])
    near = [name for folded, name in names.items() if len(folded) == len(plain) > 2 and _differs_by_one(folded, plain)]
    begins = [name for folded, name in names.items() if len(folded) > 2 and plain.startswith(folded)]
    if len(near) == 1 or begins:  # a stamp or the next column often stands behind the name
        return told.as_(near[0] if len(near) == 1 else max(begins, key=len), _NEAR_SCORE)
    return told.as_(told.text, SURE - 0.01 if occupations else 1.0)


def _folded(name: str) -> str:
    """Without what is printed or read in more than one way: brackets, commas, points."""
    return "".join(each for each in name if each.isalnum())


def _differs_by_one(one: str, other: str) -> bool:
    return sum(a != b for a, b in zip(one, other, strict=True)) == 1
