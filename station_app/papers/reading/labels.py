"""Printed labels and what stands beside them, whether the recogniser split or merged the pieces."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from station_app.papers.reading import SURE
from station_app.papers.reading.kinds import squeezed
from station_app.papers.reading.shapes import Box, Line, Row, part_of, rows_of

_HALVES = {"名": "姓名"}  # printed wide apart, its first character is overlooked now and then
_WORDS = frozenset({"职业", "专业", *_HALVES})  # labels only where they stand alone or before a colon
_TITLE = re.compile(
    r"证书|水平|认定|考试|考核|相应|能力|颁发|组织"
)  # 职业技能等级证书 is a title, 等级水平 a sentence's
_PROSE = ("本证书", "表明", "通过国家", "统一组织", "具备", "具有", "，", "特发此证", "水平和能力")
_MARKS = ":：;；.。、_－—-"
_COLONS = ":："
_NOTE = re.compile(r"^[(（\[【]?(印章|盖章|签章|公章|印|章)[)）\]】]?[:：;；.。]*")  # 发证机关（印）：
_SUBTITLE = re.compile(r"[A-Za-z][A-Za-z &.,:/'’()-]*")  # Name, Issued by: what the label says, once more
_BESIDE = re.compile(  # the same behind its label in one piece
    r"^(Full)?Name|^Sex|^(Type)?Occupation|^Job|^(Skill)?(Level|Grade)|^(Issued?|Authori[sz]ed|Approved)(by|Date)?|^Issuer"
    r"|^(Issuing)?(Authority|Body|Institution)|^Date(of(Issue|Birth|Approval))?|^Birth(Date)?|^(Certificate|ID)?(Number|No)\b",
    re.IGNORECASE,
)
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U000323af·]")
_NO_NAMES = ("证书", "证件", "编号", "号码", "日期", "机构", "机关", "工种", "等级", "性别")
_NO_DOUBT = 0.95  # of the recogniser: in a rare character's place it sees a common one, and doubts it
_FOLDS = (0.5, 0.48, 0.52, 0.46, 0.54, 0.44, 0.56, 0.42, 0.4, 0.38)  # of the width, where two pages meet
_ENOUGH = 2  # labels that make a page of a booklet
_FAR = 8.0  # heights: what stands so far behind a value is none of it
_BELOW = 3.0  # heights of a label: its value may stand so far under it


@dataclass(frozen=True)
class Value:
    """``box``: of the characters that it was read from."""

    text: str
    score: float
    box: Box | None = None

    def as_(self, text: str, most: float = 1.0) -> Value:
        """The same place read as another text, no surer than ``most``."""
        return Value(text, min(self.score, most), self.box)


class _Place(NamedTuple):
    """A label in the text of a row. ``rank``: how much it looks like one: 2 alone in its piece or before a colon, 1 at
    the start of a piece, 0 amid one.
    """

    start: int
    end: int
    field: str
    rank: int


def labelled(rows: Sequence[Row], labels: Mapping[str, str]) -> dict[str, Value]:
    """Field to value: of each field the foremost of ``candidates``."""
    return {name: values[0] for name, values in candidates(rows, labels).items()}


def candidates(rows: Sequence[Row], labels: Mapping[str, str]) -> dict[str, list[Value]]:
    """Field to values, those first whose label looks most like one, then from the top. A label ends where its value
    begins, a value where the next label does. A label with nothing beside it takes what stands under it.
    """
    found: dict[str, list[tuple[int, Value]]] = {}
    for at, row in enumerate(rows):
        places = _places(row, labels)
        below = rows[at + 1] if at + 1 < len(rows) else None
        for number, place in enumerate(places):
            end = places[number + 1].start if number + 1 < len(places) else len(squeezed(row.text))
            value = value_in(row, place.end, end)
            if value is None and below is not None:
                value = _under(row, places, number, below, labels)
            if value is not None and not _TITLE.match(value.text):
                found.setdefault(place.field, []).append((place.rank, value))
    return {name: [value for _, value in sorted(told, key=lambda each: -each[0])] for name, told in found.items()}


def value_in(row: Row, start: int, end: int) -> Value | None:
    """The characters of a row from ``start`` to ``end`` without what only leads to them, as far as they stand together;
    None where nothing is left.
    """
    text = squeezed(row.text)[start : min([end, *(gap for gap in _gaps(row) if start < gap)])]
    value = tidy(text)
    if not value:
        return None
    first = start + text.index(value)
    return Value(value, *part_of(row, first, first + len(value)))


def _gaps(row: Row) -> Iterator[int]:
    """Where in a row's text pieces begin that stand far from the last one: no value goes on there."""
    at = len(squeezed(row.lines[0].text)) if row.lines else 0
    for before, line in pairwise(row.lines):
        if line.left - before.right > _FAR * min(before.height, line.height) and at:
            yield at
        at += len(squeezed(line.text))


def tidy(value: str) -> str:
    """Without the colon before it, the label's translation, and the note that a stamp belongs there."""
    plain = _NOTE.sub("", value.strip(_MARKS)).strip(_MARKS).lstrip(")）")
    return _BESIDE.sub("", plain).strip(_MARKS)


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
            if all(_labels_on(page, labels) >= _ENOUGH for page in pages) and not _parts_a_pair(lines, fold, labels):
                return [row for page in pages for row in rows_of(page)]
    return rows_of(lines)


def _parts_a_pair(lines: Sequence[Line], fold: float, labels: Mapping[str, str]) -> bool:
    """Whether somewhere a label ends before a fold and what is no label begins behind it: they belong together."""
    for row in rows_of(lines):
        left = [line for line in row.lines if line.right <= fold]
        right = [line for line in row.lines if line.left >= fold]
        if left and right and _is_label(left[-1], labels) and not labels_in(Row((right[0],)), labels):
            return True
    return False


def _is_label(line: Line, labels: Mapping[str, str]) -> bool:
    places = _places(Row((line,)), labels)
    return bool(places) and not tidy(squeezed(line.text)[places[-1].end :])


def _labels_on(lines: Sequence[Line], labels: Mapping[str, str]) -> int:
    return sum(bool((at := _places(Row((line,)), labels)) and at[0].start == 0) for line in lines)


def labels_in(row: Row, labels: Mapping[str, str]) -> bool:
    """Whether any of them stands in it as a label."""
    return bool(_places(row, labels))


def below(value: Value, rows: Sequence[Row]) -> Value | None:
    """The first piece of the next line, where that is as close as lines of one text are: a value may go on there."""
    if value.box is None:
        return None
    _, top, _, bottom = value.box
    height = bottom - top
    near = [row.lines[0] for row in rows if bottom - height / 2 < row.lines[0].middle < bottom + 1.5 * height]
    found = min(near, key=lambda line: line.middle, default=None)
    return None if found is None else Value(squeezed(found.text), found.score, found.box)


def name_of(value: Value) -> Value | None:
    """As printed; nothing in it is put right. What holds none of a name's characters is as it was read."""
    if any(word in value.text for word in _NO_NAMES):
        return None
    sure = 1.0 if value.score >= _NO_DOUBT else SURE - 0.01
    return value.as_("".join(_HAN.findall(value.text)) or value.text, sure)


def _under(row: Row, places: Sequence[_Place], number: int, below: Row, labels: Mapping[str, str]) -> Value | None:
    """What the row below has for a label: nothing where it has labels of its own there or is far. Under a row's only
    label that is all of it, else what stands between the label's left side and that of the next.
    """
    place = places[number]
    _, (left, top, right, bottom) = part_of(row, place.start, place.end)
    height = bottom - top
    until = part_of(row, *places[number + 1][:2])[1][0] if number + 1 < len(places) else float("inf")
    near = tuple(line for line in below.lines if line.right > left and line.left < min(right + height, until))
    if below.top - row.bottom > _BELOW * height or (near and labels_in(Row(near), labels)):
        return None
    if not near and (len(places) > 1 or labels_in(below, labels)):
        return None
    taken = Row(near or below.lines)
    return value_in(taken, 0, len(squeezed(taken.text)))


def _places(row: Row, labels: Mapping[str, str]) -> list[_Place]:
    """Where labels stand in a row, none inside another and none in a sentence."""
    text = squeezed(row.text)
    starts = _starts(row)
    told = any(word in text for word in _PROSE)
    taken: list[_Place] = []
    for label, field in sorted({**labels, **_halves(labels)}.items(), key=lambda each: -len(each[0])):
        for found in _pattern(label).finditer(text):
            start, end = found.span()
            rank = _rank(text, starts, start, end)
            if any(start < other.end and other.start < end for other in taken):
                continue
            if (rank < 2 and (told or label in _WORDS)) or (label in _WORDS and start not in starts):
                continue
            taken.append(_Place(start, end, field, rank))
    return list(_apart(sorted(taken)))


@cache
def _pattern(label: str) -> re.Pattern[str]:
    """Printed wide apart, specks between its characters are read as points."""
    return re.compile("[.。·,，、]?".join(map(re.escape, label)))


def _halves(labels: Mapping[str, str]) -> dict[str, str]:
    return {half: labels[whole] for half, whole in _HALVES.items() if whole in labels}


def _starts(row: Row) -> set[int]:
    """Where pieces, and words behind a blank, begin in a row's text; and where it ends."""
    starts, at = {0}, 0
    for line in row.lines:
        for word in line.text.split():
            starts.add(at)
            at += len(word)
    return starts | {at}


def _rank(text: str, starts: set[int], start: int, end: int) -> int:
    rest = text[end:]
    note = _NOTE.match(rest)
    if (rest[:1] in _COLONS and rest) or (note and note.group()[-1] in _COLONS):
        return 2
    if start not in starts:
        return 0
    return 2 if end in starts or note else 1


def _apart(places: Sequence[_Place]) -> Iterator[_Place]:
    """Without those that belong to the value before them: 鉴定机构 amid the name of one."""
    before: _Place | None = None
    for place in places:
        if before is None or place.rank > 0 or place.field != before.field:
            yield place
            before = place
