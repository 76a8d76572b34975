"""Numbers that stand for a person: ID number, service card, phone. Pure checks, none of them asks anybody.

Mainland numbers follow GB 11643-1999 (17 digits and a check character by ISO 7064 MOD 11-2), which the
港澳台居民居住证 (81, 82, 83) share. The area code is never a ground of refusal: codes are withdrawn and added.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from stdnum import luhn
from stdnum.iso7064 import mod_11_2

_ID_SHAPE = re.compile(r"\d{17}[\dX]")
_CARD_SHAPE = re.compile(r"\d{16,19}")
_MOBILE_SHAPE = re.compile(r"1\d{10}")


def tidy_number(text: str) -> str:
    """Full-width to half-width, spaces and hyphens out, letters upper-case."""
    return re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", text)).upper()


def id_number_problem(text: str) -> str | None:
    """The code of what is wrong with an ID number (already tidy), or None.

    ``id_number_length``, ``id_number_characters``, ``id_number_birth_date``, ``id_number_check``.
    """
    if len(text) != 18:
        return "id_number_length"
    if not _ID_SHAPE.fullmatch(text):
        return "id_number_characters"
    if birth_date(text) is None:
        return "id_number_birth_date"
    if not mod_11_2.is_valid(text):
        return "id_number_check"
    return None


def birth_date(id_number: str) -> date | None:
    """The birth date inside an 18-character number, or None when it is no date."""
    try:
        return date(int(id_number[6:10]), int(id_number[10:12]), int(id_number[12:14]))
    except ValueError:
        return None


def id_check_character(first_17: str) -> str:
    """The 18th character for 17 digits."""
    return str(mod_11_2.calc_check_digit(first_17))


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
    """``990105********1235``: what lists show."""
    return f"{text[:6]}{'*' * 8}{text[14:]}" if len(text) == 18 else "*" * len(text)


def mask_tail(text: str) -> str:
    """Card and phone numbers in lists: the last four characters."""
    return f"{'*' * max(len(text) - 4, 0)}{text[-4:]}"


def group_number(text: str, size: int = 4) -> str:
    """Digits in groups, for reading aloud; never for copying."""
    return " ".join(text[start : start + size] for start in range(0, len(text), size))
