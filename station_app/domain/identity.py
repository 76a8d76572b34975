"""Numbers that stand for a person: ID number, service card, phone. Pure checks, none of them asks anybody.

Mainland numbers follow GB 11643-1999 (17 digits and a check character by ISO 7064 MOD 11-2). The 港澳台居民居住证
(81, 82, 83) and the 外国人永久居留身份证 of 2023 (9, two digits of the place, three of the country) are built alike.
The one of 2017 has 15 characters: country (three letters), place (four digits), birth (YYMMDD), a digit, and a check
digit by the weights 7 3 1 (ICAO 9303). An area code is never a ground of refusal: codes are withdrawn and added.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from itertools import cycle

from stdnum import luhn
from stdnum.iso7064 import mod_11_2

_ID_SHAPE = re.compile(r"\d{17}[\dX]", re.ASCII)
_PERMIT_SHAPE = re.compile(r"[A-Z]{3}\d{12}", re.ASCII)
_CARD_SHAPE = re.compile(r"\d{16,19}", re.ASCII)
_MOBILE_SHAPE = re.compile(r"1\d{10}", re.ASCII)
_PERMIT_LENGTH = 15
_UNSEEN = ("Cc", "Cf")
# Two digits of a year on a permit of 2017, which runs out before 2034: later than this, it is the century before.
_LAST_PERMIT_BIRTH = 23


def tidy_number(text: str) -> str:
    """Full-width to half-width, letters upper-case; spaces, hyphens and what nobody sees (marks of writing direction,
    control characters) out: a number copied from a chat or a workbook brings them."""
    plain = re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", text)).upper()
    return "".join(each for each in plain if unicodedata.category(each) not in _UNSEEN)


def id_number_problem(text: str) -> str | None:
    """The code of what is wrong with an ID number (already tidy), or None.

    ``id_number_length``, ``id_number_characters``, ``id_number_birth_date``, ``id_number_check``.
    """
    if _is_permit(text):
        return _permit_problem(text)
    if len(text) != 18:
        return "id_number_length"
    if not _ID_SHAPE.fullmatch(text):
        return "id_number_characters"
    if birth_date(text) is None:
        return "id_number_birth_date"
    if not mod_11_2.is_valid(text):
        return "id_number_check"
    return None


def whole_id_number(value: object) -> str | None:
    """The tidy ID number once it is complete and sound, else None: only then is anything looked up by it."""
    tidy = tidy_number(str(value or ""))
    return tidy if tidy and id_number_problem(tidy) is None else None


def _is_permit(text: str) -> bool:
    """Whether it is meant as a 外国人永久居留身份证 of 2017; 15 digits alone are a mainland number of old."""
    return len(text) == _PERMIT_LENGTH and text[0].isascii() and text[0].isalpha()


def _permit_problem(text: str) -> str | None:
    if not _PERMIT_SHAPE.fullmatch(text):
        return "id_number_characters"
    if birth_date(text) is None:
        return "id_number_birth_date"
    return None if permit_check_digit(text[:-1]) == text[-1] else "id_number_check"


def birth_date(id_number: str) -> date | None:
    """The birth date inside a number of 18 or 15 characters, or None when it is no date."""
    try:
        if _is_permit(id_number):
            year = int(id_number[7:9])
            year += 2000 if year <= _LAST_PERMIT_BIRTH else 1900
            return date(year, int(id_number[9:11]), int(id_number[11:13]))
        return date(int(id_number[6:10]), int(id_number[10:12]), int(id_number[12:14]))
    except ValueError:
        return None


def id_check_character(first_17: str) -> str:
    """The 18th character for 17 digits."""
    return str(mod_11_2.calc_check_digit(first_17))


def permit_check_digit(first_14: str) -> str:
    """The 15th character of a 外国人永久居留身份证 of 2017 for its letters and digits; letters count from A = 10."""
    return str(sum(int(each, 36) * weight for each, weight in zip(first_14, cycle((7, 3, 1)), strict=False)) % 10)


def card_no_problem(text: str) -> str | None:
    """The code of what is wrong with a card number (already tidy): ``card_no_digits``; Luhn is only a hint."""
    return None if _CARD_SHAPE.fullmatch(text) else "card_no_digits"


def card_no_doubtful(text: str) -> bool:
    """Whether a well-formed card number fails Luhn (ISO/IEC 7812-1): worth a second look, never a refusal."""
    return card_no_problem(text) is None and not luhn.is_valid(text)


def phone_problem(text: str) -> str | None:
    """The code of what is wrong with a mobile number (already tidy): ``phone_digits``."""
    return None if _MOBILE_SHAPE.fullmatch(text) else "phone_digits"


def mask_id(text: str) -> str:
    """``990105********1235``: what lists show; of a 15-character number the letters and the last two."""
    if len(text) == 18:
        return f"{text[:6]}{'*' * 8}{text[14:]}"
    if _is_permit(text):
        return f"{text[:3]}{'*' * 10}{text[13:]}"
    return "*" * len(text)


def mask_tail(text: str) -> str:
    """Card and phone numbers in lists: the last four characters."""
    return f"{'*' * max(len(text) - 4, 0)}{text[-4:]}"


def group_number(text: str, size: int = 4) -> str:
    """Digits in groups, for reading aloud; never for copying."""
    return " ".join(text[start : start + size] for start in range(0, len(text), size))
