"""What is said of typed against read: beside the field, on the card, to the reviewer. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from station_app.services.comparing import Difference, Told, spelled
from ui.messages import label, table
from ui.widgets.field_box import Beside
from ui.widgets.number_edit import CARD_GROUPS, ID_GROUPS, grouped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from station_app.services.comparing import Comparison

_GROUPS = {"id_number": ID_GROUPS, "card_no": CARD_GROUPS}
_LEVELS = {"1": "一级", "2": "二级", "3": "三级", "4": "四级", "5": "五级"}
_MARK = "【核对】"  # behind it in a page's remark stand our own lines
_LONGEST_REMARK = 200
ADOPT, KEEP = "Alt+A", "Alt+K"


@dataclass(frozen=True)
class CardWords:
    """What stands on the card. ``marked``: the read value in pieces, each with whether it differs."""

    title: str
    detail: str
    adopt: str
    keep: str
    marked: tuple[tuple[str, bool], ...]


def shown(name: str, value: str) -> str:
    """A value as the clerk reads it: numbers in groups, levels by name."""
    if name in _GROUPS:
        return grouped(value, _GROUPS[name])
    return _LEVELS.get(value, value) if name == "level" else value


def paper(told: Told) -> str:
    return table("reading")[f"paper.{told.kind.value}"]


def beside(told: Told, current: bool) -> Beside:
    """Beside the field. ``current``: it is the one that the keys act on."""
    value = shown(told.field, told.read)
    if isinstance(told, Difference):
        place = _one_place(told)
        shorter = f"≠ {place}" if place else f"≠ {paper(told)}：{value}"
        if not told.sure:
            return Beside(f"请核对：{paper(told)}像是 {value}", f"请核对{paper(told)}", "attention")
        return Beside(f"{paper(told)}读作 {value}", shorter, "wrong")
    ghost = f"{paper(told)}：{value}"
    if current:
        return Beside(f"采用 {ADOPT}", ADOPT, "look" if told.look else "offer", ghost)
    return Beside("请看清再采用" if told.look else "可采用", "", "look" if told.look else "offer", ghost)


def card_words(told: Told) -> CardWords:
    """On the card at the side."""
    name = label(told.field)
    if not isinstance(told, Difference):
        detail = f"{name}还没有填。" + ("请对照图片看清，再采用。" if told.look else "")
        return CardWords(f"{paper(told)}上读到{name}", detail, "采用", "不用", ((shown(told.field, told.read), False),))
    if told.second:
        return CardWords(f"{paper(told)}上的{name}不同", _detail(told), "", "已核对", _marked(told))
    title = f"{name}与{paper(told)}不一致" if told.sure else f"请核对{name}"
    one = len(told.read_places) == 1 == len(told.typed_places)
    adopt = f"采用 {told.shown[told.read_places[0]]}" if one else "采用"
    return CardWords(title, _detail(told), adopt, "保留录入", _marked(told))


def remark_line(kept: Difference) -> str:
    """What the reviewer reads of a difference that the clerk has let stand."""
    typed = shown(kept.field, kept.typed)
    return f"{label(kept.field)}录入 {typed}，识别为 {shown(kept.field, kept.read)}，已看原件，以录入为准"


def with_lines(remark: str | None, lines: Sequence[str]) -> str:
    """A page's remark with these lines of ours in place of earlier ones; the clerk's own words stay."""
    own = (remark or "").split(_MARK)[0].strip()
    return (f"{own}{_MARK}{'；'.join(lines)}" if lines else own)[:_LONGEST_REMARK]


def own_words(remark: str | None) -> str:
    """A page's remark without our lines."""
    return with_lines(remark, ())


def remarks_of(comparison: Comparison) -> dict[str, list[str]]:
    """Our lines by page."""
    lines: dict[str, list[str]] = {}
    for each in comparison.kept:
        lines.setdefault(each.scan_id, []).append(remark_line(each))
    return lines


def adopted_words(told: Told) -> str:
    """After a value was taken in another's place: what stood there, so that nothing is lost."""
    now = shown(told.field, told.read)
    return f"{label(told.field)}已改为{paper(told)}上的 {now}；原来录入的是 {shown(told.field, told.typed)}"


def _one_place(told: Difference) -> str:
    if len(told.read_places) != 1 or len(told.typed_places) != 1 or told.field == "level":
        return ""
    return f"第 {told.read_places[0] + 1} 位是 {told.shown[told.read_places[0]]}"


def _detail(told: Difference) -> str:
    doubt = "" if told.sure else "看不太清，请对照图片。"
    typed, read = told.typed, told.shown
    if told.field == "level" or told.field.endswith("_date"):
        return f"{doubt}录入 {shown(told.field, typed)}，{paper(told)} {shown(told.field, told.read)}"
    if len(typed) == len(read):
        if len(told.read_places) == 1:
            at = told.read_places[0]
            return f"{doubt}第 {at + 1} 位：录入 {typed[at]}，{paper(told)} {read[at]}"
        places = "、".join(str(at + 1) for at in told.read_places[:4]) + (" 等" if len(told.read_places) > 4 else "")
        return f"{doubt}第 {places} 位不同，录入 {shown(told.field, typed)}"
    if told.field in _GROUPS or told.field in ("number", "management_no"):
        return f"{doubt}录入 {len(typed)} 位，{paper(told)} {len(read)} 位：录入 {shown(told.field, typed)}"
    return f"{doubt}录入 {typed}"


def _marked(told: Difference) -> tuple[tuple[str, bool], ...]:
    """The read value, character by character where it matters, with the gaps of its groups."""
    if told.field == "level" or told.field.endswith("_date"):
        return ((shown(told.field, told.read), False),)
    pieces: list[tuple[str, bool]] = []
    at = 0
    for each in shown(told.field, told.shown):
        if each == " " and told.field in _GROUPS:
            pieces.append((" ", False))
            continue
        pieces.append((each, at in told.read_places))
        at += 1
    assert "".join(each for each, _ in pieces).replace(" ", "") == spelled(told.field, told.read)
    return _joined(pieces)


def _joined(pieces: Sequence[tuple[str, bool]]) -> tuple[tuple[str, bool], ...]:
    joined: list[tuple[str, bool]] = []
    for text, differs in pieces:
        if joined and joined[-1][1] == differs:
            joined[-1] = (joined[-1][0] + text, differs)
        else:
            joined.append((text, differs))
    return tuple(joined)
