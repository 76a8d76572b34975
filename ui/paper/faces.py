"""The printed faces, in the paper's own unit: 1/100 mm, whatever the device. A song face, as official forms use."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtGui import QFont, QTextLayout

from station_app.papers import Style
from ui.theme.fonts import FAMILIES as SCREEN_FAMILIES

UNITS_PER_MM = 100
_UNITS_PER_POINT = 25.4 * UNITS_PER_MM / 72
_SONG = ("Noto Serif CJK SC", "Source Han Serif SC", "Source Han Serif CN", "SimSun", "NSimSun", "AR PL UMing CN")
GETA = "〓"  # the printers' sign for a character that the type case lacks


@dataclass(frozen=True)
class Face:
    """Size in points, weight, and the height of a line as a multiple of the size."""

    points: float
    bold: bool = False
    leading: float = 1.45


FACES: Mapping[Style, Face] = {
    Style.MARK: Face(14),
    Style.TITLE: Face(18, bold=True, leading=1.5),
    Style.SUBTITLE: Face(14),
    Style.HEADING: Face(12, bold=True),
    Style.BODY: Face(12),
    Style.NOTE: Face(11, leading=1.6),
    Style.SMALL: Face(9, leading=1.5),
}
FOOT = Face(8, leading=1.4)


def font(face: Face) -> QFont:
    """The face at its size in paper units; unhinted, so that a line breaks at the same place on every device."""
    made = QFont([*_SONG, *SCREEN_FAMILIES])
    made.setPixelSize(round(face.points * _UNITS_PER_POINT))
    made.setBold(face.bold)
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    made.setStyleStrategy(QFont.StyleStrategy.PreferNoShaping)  # shaping swaps the digits of CY001 for nameless glyphs
    return made


def line_height(face: Face) -> float:
    """From one line to the next, in paper units."""
    return face.points * _UNITS_PER_POINT * face.leading


def lacking(text: str) -> str:
    """The characters of ``text`` for which no installed font has a glyph, each once."""
    probe = font(Face(12))
    probe.setStyleStrategy(QFont.StyleStrategy.PreferDefault)
    return "".join(each for each in dict.fromkeys(text) if _is_visible(each) and _lacks(each, probe))


def _is_visible(character: str) -> bool:
    return not character.isspace() and unicodedata.category(character) != "Cf"


def _lacks(character: str, probe: QFont) -> bool:
    layout = QTextLayout(character, probe)
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    glyphs = [glyph for run in layout.glyphRuns() for glyph in run.glyphIndexes()]
    return not glyphs or 0 in glyphs
