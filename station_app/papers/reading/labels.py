"""Printed labels and what stands beside them, whether the recogniser split or merged the pieces."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from station_app.papers.reading.kinds import squeezed
from station_app.papers.reading.shapes import Box, Line, Row, box_around, rows_of

_HALF = "姓名"  # printed wide apart, its first character is overlooked now and then
_TITLE = "证书"  # 职业技能等级证书 is a title, not a level
_MARKS = ":：;；.。、_－—-"
_NOTE = re.compile(r"^[(（\[【]?(印章|盖章|签章|公章|印|章)[)）\]】]?[:：;；.。]*")  # 发证机关（印）：
_SUBTITLE = re.compile(r"[A-Za-z][A-Za-z &.,:/'’()-]*")  # Name, Issued by: what the label says, once more
_FOLDS = (0.5, 0.48, 0.52, 0.46, 0.54, 0.44, 0.56, 0.42, 0.4, 0.38)  # of the width, where two pages meet
_ENOUGH = 2  # labels that make a page of a booklet
_BELOW = 3.0  # heights of a label: its value may stand so far under it


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

    A label with nothing beside it takes what stands under it: the row below, of that the piece nearest under the label.
    """
    found: dict[str, Value] = {}
    for at, row in enumerate(rows):
        text = squeezed(row.text)
        if squeezed(row.lines[0].text) == _HALF[1:]:
            text = _HALF[0] + text
        places = _places(text, labels)
        ends = [start for start, _ in places[1:]] + [len(text)]
        for (start, label), end in zip(places, ends, strict=False):  # in a row without a label there is nothing
            value, from_ = tidy(text[start + len(label) : end]), row
            if not value and end == len(text) and at + 1 < len(rows):
                from_ = _under(row, rows[at + 1], labels)
                value = tidy(squeezed(from_.text)) if from_.lines else ""
            if value and not value.startswith(_TITLE) and labels[label] not in found:
                found[labels[label]] = _value(from_, value)
    return found


def tidy(value: str) -> str:
    """Without the colon before it and without the note that a stamp belongs there."""
    return _NOTE.sub("", value.strip(_MARKS)).strip(_MARKS).lstrip(")）")


def without_subtitles(lines: Sequence[Line]) -> list[Line]:
    return [line for line in lines if not _SUBTITLE.fullmatch(line.text.strip())]


def columns(lines: Sequence[Line], labels: Mapping[str, str]) -> list[Row]:
    """The rows of a page; of an open booklet those of its left page, then those of its right one. A gap is a fold where
    nothing lies across it and labels stand on both sides: beside a label stands a value.
    """
    left, right = min(line.left for line in lines), max(line.right for line in lines)
    for share in _FOLDS:
        fold = left + share * (right - left)
        if all(line.right <= fold or line.left >= fold for line in lines):
            pages = [line for line in lines if line.right <= fold], [line for line in lines if line.left >= fold]
            if all(_labels_on(page, labels) >= _ENOUGH for page in pages):
                return [row for page in pages for row in rows_of(page)]
    return rows_of(lines)


def _labels_on(lines: Sequence[Line], labels: Mapping[str, str]) -> int:
    return sum(bool((at := _places(squeezed(line.text), labels)) and at[0][0] == 0) for line in lines)


def _under(row: Row, below: Row, labels: Mapping[str, str]) -> Row:
    """What the row below has for the last label of a row: nothing where it has labels of its own there or is far."""
    label = row.lines[-1]
    near = [line for line in below.lines if line.right > label.left and line.left < label.right + label.height]
    if below.top - row.bottom > _BELOW * label.height or _places(squeezed("".join(n.text for n in near)), labels):
        return Row(())
    if near or not _places(squeezed(below.text), labels):
        return Row(tuple(near) or below.lines)
    return Row(())


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
