"""What a document says, by its kind: values with a confidence, from rows of recognised text.

A value's confidence is the recogniser's own, lowered where a check fails: a number without its check character, a birth
date that differs from the number's, an occupation that stands on no list. Names are never changed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date

from station_app.domain.application import ScanKind
from station_app.domain.identity import birth_date
from station_app.papers.reading import SURE
from station_app.papers.reading.certificates import certificate_fields
from station_app.papers.reading.kinds import squeezed
from station_app.papers.reading.labels import Value, labelled, name_of
from station_app.papers.reading.numbers import card_number_in, date_in, dates_in, id_number_in
from station_app.papers.reading.shapes import Box, Line, Row, box_around, rows_of, without_watermarks

_UNSURE = 0.5  # a check fails
_LONG_TERM = "长期"
_ID_LABELS = {
    "姓名": "name",
    "性别": "sex",
    "民族": "nation",
    "出生": "birth",
    "住址": "address",
    "公民身份号码": "id_number",
}
_BACK_LABELS = {"签发机关": "issuer", "有效期限": "valid", "有效期": "valid"}


@dataclass(frozen=True)
class Field:
    """``value`` as the form takes it: dates ISO, levels 1 to 5. ``box``: in the picture that was read."""

    value: str
    confidence: float
    box: Box | None = dataclass_field(default=None, compare=False)


Fields = Mapping[str, Field]


def fields_of(kind: ScanKind, lines: Sequence[Line], occupations: Sequence[str]) -> dict[str, Field]:
    """Everything that was found; what was not is left out."""
    found = _READERS.get(kind, _nothing)(rows_of(without_watermarks(lines)), occupations)
    return {
        name: Field(value.text, round(min(value.score, 1.0), 3), value.box)
        for name, value in found.items()
        if value.text
    }


def _nothing(_rows: Sequence[Row], _occupations: Sequence[str]) -> dict[str, Value]:
    return {}


# ---- both sides of the identity card


def _id_front(rows: Sequence[Row], _occupations: Sequence[str]) -> dict[str, Value]:
    raw = labelled(rows, _ID_LABELS)
    number = _id_number(rows, raw.get("id_number"))
    born = _birth(raw.get("birth"), number)
    found = {
        "name": (told := raw.get("name")) and name_of(told),
        "sex": _one_of(raw.get("sex"), ("男", "女"), number),
        "nation": _nation(raw.get("nation")),
        "birth": born,
        "address": _address(rows, raw.get("address")),
        "id_number": _checked_by_birth(number, born),
    }
    return {name: value for name, value in found.items() if value is not None}


def _nation(told: Value | None) -> Value | None:
    """The models know the other form of 汉, too; no card prints it."""
    return told and told.as_(told.text.replace("漢", "汉"))


def _id_number(rows: Sequence[Row], labelled_number: Value | None) -> Value | None:
    """The number beside its label; elsewhere only where it holds, and never as a sure one."""
    if labelled_number is not None:
        found = id_number_in(labelled_number.text)
        if found is not None:
            return labelled_number.as_(found[0], 1.0 if found[1] else _UNSURE)
    for row in rows:
        found = id_number_in(row.text)
        if found is not None and found[1]:
            return Value(found[0], min(row.score, SURE - 0.05), row.box)
    return None


def _birth(told: Value | None, number: Value | None) -> Value | None:
    read = date_in(told.text) if told else None
    from_number = birth_date(number.text) if number and len(number.text) == 18 else None
    if read is None and from_number is not None and number is not None:
        return number.as_(from_number.isoformat(), SURE - 0.05)
    if read is None or told is None:
        return None
    agrees = from_number is None or from_number == read
    return told.as_(read.isoformat(), 1.0 if agrees else _UNSURE)


def _checked_by_birth(number: Value | None, born: Value | None) -> Value | None:
    """A number whose birth date is not the printed one is not to be trusted, whatever its check character says."""
    if number is None or born is None or len(number.text) != 18:
        return number
    inside = birth_date(number.text)
    if inside is not None and inside.isoformat() != born.text:
        return number.as_(number.text, _UNSURE)
    return number


def _one_of(told: Value | None, choices: Sequence[str], number: Value | None) -> Value | None:
    text = told.text[:1] if told else ""
    if told is None or text not in choices:
        return None
    if number is not None and len(number.text) == 18 and number.text[16].isdigit():
        odd = int(number.text[16]) % 2 == 1
        if (text == "男") != odd:
            return told.as_(text, _UNSURE)
    return told.as_(text)


def _address(rows: Sequence[Row], first: Value | None) -> Value | None:
    """The row of the label and those below it, down to the number's."""
    if first is None:
        return None
    at = next((place for place, row in enumerate(rows) if "住址" in squeezed(row.text)), None)
    if at is None:
        return first
    whole = first
    for row in rows[at + 1 :]:
        plain = squeezed(row.text)
        if "身份" in plain or "号码" in plain or id_number_in(plain) is not None:
            break
        around = row.box if whole.box is None else box_around([whole.box, row.box])
        whole = Value(whole.text + plain, min(whole.score, row.score), around)
    return whole


def _id_back(rows: Sequence[Row], _occupations: Sequence[str]) -> dict[str, Value]:
    raw = labelled(rows, _BACK_LABELS)
    found: dict[str, Value] = {}
    if "issuer" in raw:
        found["issuer"] = raw["issuer"]
    term = raw.get("valid") or next((Value(squeezed(r.text), r.score, r.box) for r in rows if dates_in(r.text)), None)
    if term is not None:
        days = dates_in(term.text)
        if days:
            found["valid_from"] = term.as_(days[0].isoformat())
        if _LONG_TERM in term.text:
            found["valid_to"] = term.as_(_LONG_TERM)
        elif len(days) > 1:
            found["valid_to"] = term.as_(days[1].isoformat(), 1.0 if _is_term(days[0], days[1]) else _UNSURE)
    return found


def _is_term(start: date, end: date) -> bool:
    """Cards are given for 5, 10 or 20 years to the day (Resident Identity Cards Law, article 5)."""
    return end.year - start.year in (5, 10, 20) and (start.month, start.day) == (end.month, end.day)


# ---- the service card, and forms


def _card(rows: Sequence[Row], _occupations: Sequence[str]) -> dict[str, Value]:
    """The longest run of digits; a row is one number only if its groups stand beside each other."""
    found = [(row, number) for row in rows if (number := _card_number(row)) is not None]
    if not found:
        return {}
    row, (text, holds) = max(found, key=lambda each: (each[1][1], each[0].bottom - each[0].top))
    return {"card_no": Value(text, row.score if holds else min(row.score, _UNSURE), row.box)}


def _card_number(row: Row) -> tuple[str, bool] | None:
    """Of its pieces with digits; without the label before them, the term or the telephone behind them."""
    pieces = [_CARD_LABEL.sub("", line.text) for line in row.lines]
    digits = [text for text in pieces if sum(each.isdigit() for each in text) >= 3]
    runs = [
        found
        for start in range(len(digits))
        for end in range(len(digits), start, -1)
        if (found := card_number_in("".join(digits[start:end]))) is not None
    ]
    return next((each for each in runs if each[1]), runs[0] if runs else None)


_CARD_LABEL = re.compile(r"^.*?(卡号|N[oO0](?:[.:：]|(?=\s*\d)))")
_FORM_LABELS = {
    "姓名": "name",
    "身份证号": "id_number",
    "证件号码": "id_number",
    "互助服务卡卡号": "card_no",
    "京卡卡号": "card_no",
    "卡号": "card_no",
    "受理号": "reference",
    **dict.fromkeys(
        ("手机号码", "手机号", "联系电话", "工作单位", "单位名称", "职务", "性别", "出生年月"), ""
    ),  # beside them
}


def _form(rows: Sequence[Row], _occupations: Sequence[str]) -> dict[str, Value]:
    raw = labelled(rows, _FORM_LABELS)
    found = {}
    if "name" in raw and (name := name_of(raw["name"])) is not None:
        found["name"] = name
    if (number := _id_number(rows, raw.get("id_number"))) is not None:
        found["id_number"] = number
    if "card_no" in raw and (card := card_number_in(raw["card_no"].text)) is not None:
        found["card_no"] = raw["card_no"].as_(card[0], 1.0 if card[1] else _UNSURE)
    if "reference" in raw and (seen := re.search(r"[A-Z0-9]+(-[A-Z0-9]+)+", raw["reference"].text)):
        found["reference"] = raw["reference"].as_(seen.group())
    return found


_READERS: Mapping[ScanKind, Callable[[Sequence[Row], Sequence[str]], dict[str, Value]]] = {
    ScanKind.ID_FRONT: _id_front,
    ScanKind.ID_BACK: _id_back,
    ScanKind.CARD: _card,
    ScanKind.CERTIFICATE: certificate_fields,
    ScanKind.FORM: _form,
}
