"""Printed labels and what stands beside them, whether the recogniser split or merged the pieces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from station_app.papers.reading.kinds import squeezed
from station_app.papers.reading.shapes import Box, Row, box_around

_TITLE = "证书"  # 职业技能等级证书 is a title, not a level
_MARKS = ":：;；.。、_－—"


@dataclass(frozen=True)
class Value:
    """``box``: the pieces that it was read from."""

    text: str
    score: float
    box: Box | None = None

    def as_(self, text: str, most: float = 1.0) -> Value:
        """The same place read as another text, no surer than ``most``."""
        return Value(text, min(self.score, most), self.box)


def labelled(rows: Sequence[Row], labels: Mapping[str, str]) -> dict[str, Value]:
    """Field to value, the first of each field. A label ends where its value begins, a value where the next label does.

    A label with nothing beside it takes the row below, unless that has a label of its own.
    """
    found: dict[str, Value] = {}
    for at, row in enumerate(rows):
        text = squeezed(row.text)
        places = _places(text, labels)
        ends = [start for start, _ in places[1:]] + [len(text)]
        for (start, label), end in zip(places, ends, strict=False):  # in a row without a label there is nothing
            value = text[start + len(label) : end].strip(_MARKS)
            from_ = row
            if (
                not value
                and end == len(text)
                and at + 1 < len(rows)
                and not _places(squeezed(rows[at + 1].text), labels)
            ):
                from_ = rows[at + 1]
                value = squeezed(from_.text).strip(_MARKS)
            if value and not value.startswith(_TITLE) and labels[label] not in found:
                found[labels[label]] = _value(from_, value)
    return found


def _value(row: Row, value: str) -> Value:
    """With score and place of the pieces that it is made of; of the whole row where it cannot be told."""
    pieces = [line for line in row.lines if (part := squeezed(line.text)) and (part in value or value in part)]
    if not pieces:
        return Value(value, row.score, row.box)
    return Value(value, min(line.score for line in pieces), box_around([line.box for line in pieces]))


def _places(text: str, labels: Mapping[str, str]) -> list[tuple[int, str]]:
    """Where labels stand in a row, none inside another."""
    taken: list[tuple[int, str]] = []
    for label in sorted(labels, key=len, reverse=True):
        start = text.find(label)
        while start >= 0:
            if all(start + len(label) <= at or at + len(other) <= start for at, other in taken):
                taken.append((start, label))
            start = text.find(label, start + len(label))
    return sorted(taken)
