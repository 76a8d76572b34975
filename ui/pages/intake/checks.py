"""What can be said of one value by looking at it: a code beside its field, or a hint. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from station_app.domain.identity import (
    card_no_doubtful,
    card_no_problem,
    id_number_problem,
    phone_problem,
    tidy_number,
)

_NUMBERS: Mapping[str, Callable[[str], str | None]] = {
    "id_number": id_number_problem,
    "card_no": card_no_problem,
    "phone": phone_problem,
}
_WHOLE_LENGTH = {"id_number": 18, "card_no": 16, "phone": 11}


def field_problem(name: str, value: object) -> str | None:
    """The code of what is wrong with an entered value; None also for an empty one, which is merely missing."""
    check = _NUMBERS.get(name)
    if check is None or not value:
        return None
    return check(tidy_number(str(value)))


def still_typing(name: str, value: object) -> bool:
    """Whether a number is shorter than it will be, so that its problem can wait until the clerk leaves the field."""
    return len(tidy_number(str(value or ""))) < _WHOLE_LENGTH.get(name, 0)


def field_hint(name: str, value: object, today: date) -> str | None:
    """The code of what is worth a second look and never a refusal."""
    if not value:
        return None
    if name == "card_no" and card_no_doubtful(tidy_number(str(value))):
        return "card_no_doubtful"
    if name == "number" and str(value)[:1].isdigit():
        return "number_leading_digit"
    if name.endswith("_date") and str(value) > today.isoformat():
        return "date_in_future"
    return None
