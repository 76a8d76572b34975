"""Certificates of skill levels, of social workers and of competitions, old and new prints."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from station_app.papers.reading import SURE
from station_app.papers.reading.awards import award_fields
from station_app.papers.reading.issuers import issuer_of
from station_app.papers.reading.kinds import squeezed
from station_app.papers.reading.labels import Value, candidates, columns, name_of, without_subtitles
from station_app.papers.reading.numbers import date_in, id_number_in
from station_app.papers.reading.occupations import level_of, occupation_of
from station_app.papers.reading.shapes import Row

_LABELS = {
    **dict.fromkeys(("姓名", "持证人", "持证人姓名", "获奖者"), "name"),
    **dict.fromkeys(
        ("证件号码", "证件号", "身份证件号码", "身份证号码", "身份证号", "公民身份号码", "身份证", "社会保障号码"),
        "id_number",
    ),
    **dict.fromkeys(
        (
            *("职业名称", "职业(工种)", "职业（工种）", "职业(工种)名称", "职业（工种）名称", "职业/工种", "职业工种"),
            *("职业、工种", "工种名称", "工种", "鉴定工种", "参赛工种", "竞赛工种", "职业"),
        ),
        "occupation",
    ),
    **dict.fromkeys(  # the prints of before 2018
        ("职业(工种)及等级", "职业（工种）及等级", "职业及等级", "职业(工种)等级", "职业（工种）等级"), "both"
    ),
    **dict.fromkeys(
        ("职业技能等级", "职业资格等级", "技能等级", "技能级别", "鉴定等级", "资格等级", "资格级别", "等级", "级别"),
        "level",
    ),
    **dict.fromkeys(("证书编号", "证书号码", "证书号", "编号"), "number"),
    **dict.fromkeys(("管理号", "管理编号"), "management_no"),
    **{
        verb + body: "issuer"
        for verb in ("评价", "颁证", "发证", "签发", "批准", "鉴定", "颁发", "认定", "考核", "授予")
        for body in ("机构", "单位", "机关", "部门")
    },
    **{verb + day: "issue_date" for verb in ("发证", "颁发", "颁证") for day in ("日期", "时间")},
    **{"批准" + day: "approval_date" for day in ("日期", "时间")},
    **{"签发" + day: "sign_date" for day in ("日期", "时间")},
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
    "证件类型": "",
}
_DATES = ("issue_date", "approval_date", "sign_date")
_UNSURE = 0.5
_NO_DOUBT = 0.99
_NEAR_SCORE = 0.85
_SOCIAL_LEVEL = re.compile(r"(助理|高级)?社会工作师")
_BEHIND = re.compile(r"[一二三四五]级.*|(高级)?技师.*|[初中高]级工.*")
_WORDS = re.compile(r"CERTIFICATE|NUMBER|NO\.|N[O0](?=[.:：]?\d)")
_SERIAL = re.compile(r"[A-Z]{0,4}\d+")
_LONG_NUMBER = re.compile(r"[A-Z]?\d{11,24}")
_NUMBER = re.compile(r"[A-Z0-9]{6,30}")


def certificate_fields(rows: Sequence[Row], occupations: Sequence[str]) -> dict[str, Value]:
    """By labels; what no label tells, by the sentence that some print instead."""
    lines = without_subtitles([line for row in rows for line in row.lines])
    if not lines:
        return {}
    every = {**_LABELS, **_STOPS}
    rows = columns(lines, every)
    told = {name: values for name, values in candidates(rows, every).items() if name}
    return {**award_fields(rows, occupations), **_told(told, rows, occupations)}


def _told(told: Mapping[str, list[Value]], rows: Sequence[Row], occupations: Sequence[str]) -> dict[str, Value]:
    """Of several labels with one meaning the first whose value can be read as such."""
    both = told.get("both", [])
    named = [each.as_(rest) for each in both if (rest := _BEHIND.sub("", each.text))]
    levels = [*told.get("level", []), *both]
    found: dict[str, Value | None] = {
        "name": _first(told.get("name"), name_of),
        "id_number": _id_number(told.get("id_number"), rows),
        "occupation": occupation_of([*told.get("occupation", []), *named], rows, occupations),
        "level": _first(levels, level_of),
        "level_name": _first(levels, _social_level) or _level_name_on(rows),
        "number": _first(told.get("number"), _number),
        "management_no": _first(told.get("management_no"), _number),
        "issuer": issuer_of(told.get("issuer", []), rows),
        **{name: _first(told.get(name), _date) for name in _DATES},
    }
    known = {name: value for name, value in found.items() if value is not None}
    return {**_unlabelled(rows, known), **known}


def _unlabelled(rows: Sequence[Row], found: Mapping[str, Value]) -> dict[str, Value]:
    """The one long number that no label tells of, where that of the certificate is missing: a guess."""
    lines = [line for row in rows for line in row.lines]
    name = "management_no" if any("社会工作" in line.text for line in lines) else "number"
    taken = {value.text for value in found.values()}
    left = [
        Value(text, min(line.score, _NEAR_SCORE), line.box)
        for line in lines
        if _LONG_NUMBER.fullmatch(text := squeezed(line.text))
        and text not in taken
        and id_number_in(text) != (text, True)
    ]
    return {name: left[0]} if name not in found and len(left) == 1 else {}


def _first(told: Sequence[Value] | None, read: Callable[[Value], Value | None]) -> Value | None:
    return next((found for value in told or () if (found := read(value)) is not None), None)


def _social_level(told: Value) -> Value | None:
    """社会工作师 and its like; what is no level of a skill stays as it is printed (中级)."""
    return None if level_of(told) is not None else told


def _level_name_on(rows: Sequence[Row]) -> Value | None:
    """The piece that is the name of a level of social workers and nothing else."""
    pieces = [line for row in rows for line in row.lines if _SOCIAL_LEVEL.fullmatch(line.text.strip())]
    return Value(pieces[0].text.strip(), pieces[0].score, pieces[0].box) if pieces else None


def _id_number(told: Sequence[Value] | None, rows: Sequence[Row]) -> Value | None:
    """Beside its label, first where it holds; elsewhere only where it holds, and never as a sure one."""
    found = [
        value.as_(number[0], 1.0 if number[1] else _UNSURE)
        for value in told or ()
        if (number := id_number_in(value.text))
    ]
    best = max(found, key=lambda each: each.score, default=None)
    if best is not None and best.score > _UNSURE:
        return best
    whole = id_number_in("".join(squeezed(row.text) for row in rows))  # in a sentence it goes on below
    if best is not None and whole is not None and whole[1] and whole[0].startswith(best.text):
        return Value(whole[0], _NEAR_SCORE, best.box)
    if best is not None:
        return best
    for row in rows:
        number = id_number_in(row.text)
        if number is not None and number[1]:
            return Value(number[0], min(row.score, _NEAR_SCORE), row.box)
    return None


def _date(told: Value) -> Value | None:
    found = date_in(told.text)
    return told.as_(found.isoformat()) if found is not None else None


def _number(told: Value) -> Value | None:
    """Letters and digits only. Nothing checks it, so it is sure only where the recogniser has no doubt at all and no
    letter stands amid digits.
    """
    found = _NUMBER.search(re.sub(r"[^0-9A-Z]", "", _WORDS.sub("", told.text.upper())))
    if found is None:
        return None
    sure = told.score >= _NO_DOUBT and _SERIAL.fullmatch(found.group()) is not None
    return told.as_(found.group(), 1.0 if sure else SURE - 0.01)
