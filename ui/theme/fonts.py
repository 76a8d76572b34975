"""The faces: the first Chinese one that is there, for everything.

All four have digits of one width (a test holds them to it), so numbers stand in columns without a face of their own.
"""

from __future__ import annotations

from PySide6.QtGui import QFont

FAMILIES = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Microsoft YaHei",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
)


def application_font(points: float) -> QFont:
    """The font of values at this text size; Qt takes the first family that is installed."""
    font = QFont(list(FAMILIES))
    font.setPointSizeF(points)
    return font


def number_font(base: QFont) -> QFont:
    """``base`` for ID, card and certificate numbers: digits of one width, a little air between the signs."""
    font = QFont(base)
    font.setLetterSpacing(QFont.SpacingType.PercentageSpacing, 102)
    return font


def missing() -> int:
    """Exit code for the self-check's child process: 1 when none of the families is installed."""
    from PySide6.QtGui import QFontDatabase, QGuiApplication

    application = QGuiApplication.instance() or QGuiApplication([])
    found = not set(FAMILIES).isdisjoint(QFontDatabase.families())
    del application
    return 0 if found else 1
