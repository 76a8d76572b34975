"""Every size of the program, in units of the drawing: 16 units are the height of a value's letters.

Nothing in ``ui`` names pixels. ``px`` grows with the text-size setting, ``space`` only a third as much, so that large
text does not push the form off a small screen. Both read the application's font, which ``apply_theme`` sets.
"""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication

BASE_POINTS = 12  # the drawing's text size
POINTS_PER_INCH = 72
UNITS_PER_VALUE = 16
_DEFAULT_DPI = 96.0
_SPACE_GROWTH = 0.35


def px(units: float) -> int:
    """Letters, icons, and what must hold text: pixels for ``units``, following the text size."""
    return round(units * scales()[0])


def space(units: float) -> int:
    """Gaps, margins, radii: pixels for ``units``, following the text size only a little."""
    return round(units * scales()[1])


def scales() -> tuple[float, float]:
    """Pixels of one unit, for ``px`` and for ``space``."""
    unit, growth = _unit(), _growth()
    return unit * growth, unit * (1 + (growth - 1) * _SPACE_GROWTH)


def _unit() -> float:
    """Pixels of one unit at the drawing's text size on this screen."""
    screen = QGuiApplication.primaryScreen()
    dpi = screen.logicalDotsPerInch() if screen else _DEFAULT_DPI
    return BASE_POINTS * dpi / POINTS_PER_INCH / UNITS_PER_VALUE


def _growth() -> float:
    return QGuiApplication.font().pointSizeF() / BASE_POINTS
