"""What an ID card's chip said of the applicant, beside what stands in the case. Pure; ``devices`` reads the chip.

It is kept with the case as ``devices.id_chip`` told it (``name``, ``id_number``, ``valid_to``, ``kind``), never in a
field's place: a field is from the chip while it says what the chip says.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from station_app.domain.identity import whole_id_number

if TYPE_CHECKING:
    from station_app.domain.application import Content

CHIP = "chip"  # its name among what is kept beside a case's content
FIELDS = ("name", "id_number")  # of the applicant, that a chip has
_DOTS = str.maketrans("•．・‧∙", "·····")


def to_text(chip: Mapping[str, str]) -> str:
    return json.dumps(dict(chip), ensure_ascii=False)


def from_text(text: str) -> dict[str, str]:
    """Nothing where it is not what ``to_text`` made."""
    try:
        read = json.loads(text)
    except ValueError:
        return {}
    return {str(key): str(value) for key, value in read.items()} if isinstance(read, dict) else {}


def agrees(name: str, value: object, chip: Mapping[str, str]) -> bool:
    """Whether the field says what the chip says; numbers may be typed with gaps, dots in names have many shapes."""
    if name == "id_number":
        return whole_id_number(value) == chip.get(name)
    return isinstance(value, str) and _plain(value) == _plain(chip.get(name, ""))


def from_chip(content: Content, chip: Mapping[str, str]) -> tuple[str, ...]:
    """The fields that stand as they stand on the chip."""
    return tuple(name for name in FIELDS if chip.get(name) and agrees(name, content.value(name), chip))


def differing(content: Content, chip: Mapping[str, str]) -> tuple[str, ...]:
    """The fields in which something else stands than on the chip; what is empty says nothing."""
    same = from_chip(content, chip)
    return tuple(name for name in FIELDS if chip.get(name) and content.value(name) and name not in same)


def _plain(name: str) -> str:
    return "".join(name.translate(_DOTS).split())
