"""受理号, the readable number of an application, made offline.

``CY001-24-A000317-K``: station, the plan's year, device letter, restore generation, serial, check character.
The device letter comes with enrolment and the generation grows with every restored backup, so that two PCs, a cloned
disk or a restored store never make the same number. The check character is ISO/IEC 7064 MOD 37,36 over the rest.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from stdnum.iso7064 import mod_37_36

from station_app.errors import BugError, UserError

GENERATIONS = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_SHAPE = re.compile(r"([A-Z0-9]{2,12})-(\d{2})-([A-Z])([0-9A-Z])(\d{5,7})-([0-9A-Z])")


@dataclass(frozen=True)
class Reference:
    """The parts of a 受理号; ``str()`` gives the number."""

    station_no: str
    year: int
    device_letter: str
    generation: int
    serial: int

    def __post_init__(self) -> None:
        if not _SHAPE.fullmatch(self._body() + "-0") or not 0 <= self.generation < len(GENERATIONS):
            raise BugError("reference_parts")

    def __str__(self) -> str:
        body = self._body()
        return f"{body}-{mod_37_36.calc_check_digit(body.replace('-', ''))}"

    def _body(self) -> str:
        generation = GENERATIONS[self.generation]
        return f"{self.station_no}-{self.year % 100:02d}-{self.device_letter}{generation}{self.serial:05d}"


def check_reference(text: str) -> str:
    """The reference in its one spelling; raises UserError ``reference_malformed`` or ``reference_check``."""
    tidy = text.strip().upper()
    if not _SHAPE.fullmatch(tidy):
        raise UserError("reference_malformed", "reference")
    if not mod_37_36.is_valid(tidy.replace("-", "")):
        raise UserError("reference_check", "reference")
    return tidy


def parse_reference(text: str) -> Reference:
    """The parts of a 受理号 of this century; raises as ``check_reference`` does."""
    match = _SHAPE.fullmatch(check_reference(text))
    if match is None or match[4] not in GENERATIONS:
        raise UserError("reference_malformed", "reference")
    station_no, year, letter, generation, serial, _ = match.groups()
    return Reference(station_no, 2000 + int(year), letter, GENERATIONS.index(generation), int(serial))
