"""Numbers out of recognised text: a check character settles what looks alike, and never more than one way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from station_app.domain.identity import card_no_doubtful, id_number_problem

_ALIKE = {"O": "0", "o": "0", "D": "0", "Q": "0", "I": "1", "l": "1", "|": "1", "Z": "2", "S": "5", "B": "8", "G": "6"}
_ID_SHAPE = re.compile(r"\d{17}[\dX]")
_DATE = re.compile(r"(\d{4})\s*[年.\-/．]\s*(\d{1,2})\s*[月.\-/．]\s*(\d{1,2})")
_DIGITS = {**{each: str(value) for value, each in enumerate("零一二三四五六七八九")}, **dict.fromkeys("〇○OＯo0", "0")}
_SPELT = re.compile(
    rf"([{''.join(_DIGITS)}]{{4}})年(十[一二]?|[一二三四五六七八九])月([一二三]?十[一二三四五六七八九]?|[一二三四五六七八九])日?"
)
_CARD_LENGTHS = range(16, 20)


def id_number_in(text: str) -> tuple[str, bool] | None:
    """The identity number (GB 11643) in a piece of text, and whether its date and check character hold."""
    tidy = re.sub(r"[^0-9A-Za-z|]", "", text)
    held = [each for each in _windows(tidy, 18) if _is_id(each)]
    if held:
        return held[0], True
    settled = {each for window in _windows(tidy, 18) if (each := _digits(window)) and _is_id(each)}
    if len(settled) == 1:
        return settled.pop(), True
    loose = re.search(r"\d{15,17}[\dXx]?", tidy)
    return (loose.group().upper(), False) if loose else None


def _windows(text: str, size: int) -> Iterator[str]:
    for start in range(len(text) - size + 1):
        yield text[start : start + size].upper()


def _digits(window: str) -> str:
    """Letters that look like digits as digits; the last place may be an X."""
    body = "".join(_ALIKE.get(each, each) for each in window[:17])
    last = window[17] if window[17] == "X" else _ALIKE.get(window[17], window[17])
    return body + last


def _is_id(text: str) -> bool:
    return bool(_ID_SHAPE.fullmatch(text)) and id_number_problem(text) is None


def card_number_in(text: str) -> tuple[str, bool] | None:
    """A bank card's number: 16 to 19 digits, and whether its Luhn digit (ISO/IEC 7812) holds."""
    tidy = re.sub(r"[^0-9OoDQIlZSBG|]", "", text)
    digits = "".join(_ALIKE.get(each, each) for each in tidy)
    if len(digits) not in _CARD_LENGTHS:
        return None
    return digits, digits == tidy and not card_no_doubtful(digits)


def date_in(text: str) -> date | None:
    """The first date in a text, in any of the ways that papers print it."""
    found = _DATE.search(text)
    if found:
        return date_of(*found.groups())
    if (spelt := _spelt(text)) is not None:
        return spelt
    bare = re.search(r"(?<!\d)(\d{4})(\d{2})(\d{2})(?!\d)", text)
    return date_of(*bare.groups()) if bare else None


def _spelt(text: str) -> date | None:
    """二〇二三年九月二十一日."""
    found = _SPELT.search(text)
    if found is None:
        return None
    year, month, day = found.groups()
    return date_of("".join(_DIGITS[each] for each in year), str(_counted(month)), str(_counted(day)))


def _counted(text: str) -> int:
    """Up to 三十一."""
    tens, ten, ones = text.rpartition("十")
    return (int(_DIGITS[tens] if tens else 1) * 10 if ten else 0) + (int(_DIGITS[ones]) if ones else 0)


def dates_in(text: str) -> list[date]:
    found = (date_of(*match.groups()) for match in _DATE.finditer(text))
    return [each for each in found if each is not None]


def date_of(year: str, month: str, day: str) -> date | None:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found if 1900 <= found.year <= 2100 else None
