"""Puts a theme on the application; the application itself remembers which one it wears."""

from __future__ import annotations

import re
from typing import NamedTuple

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from resources import read_text, resource_path
from ui.theme.fonts import application_font
from ui.theme.sizes import scales
from ui.theme.tokens import LIGHT, THEMES, Tokens

TEXT_SIZES = (12, 14, 16)
_PROPERTY = "station_theme"
_SHEETS = ("station.qss", "intake.qss", "lists.qss")
_PLACEHOLDER = re.compile(r"@(?P<token>[a-z_]+)|(?P<units>\d+(?:\.\d+)?)(?P<scale>[us])\b")


class Theme(NamedTuple):
    """What is worn: the table's name, the text size in points, the colours."""

    name: str
    text_size: int
    tokens: Tokens


def apply_theme(app: QApplication, name: str, text_size: int) -> Theme:
    """Font, palette and style sheet of the whole program; takes effect at once on everything already shown."""
    tokens = THEMES[name]
    app.setFont(application_font(text_size))
    app.setProperty(_PROPERTY, name)
    app.setPalette(_palette(tokens))
    app.setStyleSheet(stylesheet(tokens))
    return Theme(name, text_size, tokens)


def current_tokens() -> Tokens:
    """The colours worn now, for what is painted by hand."""
    app = QApplication.instance()
    name = app.property(_PROPERTY) if app is not None else None
    return THEMES[name] if isinstance(name, str) else THEMES["light"]


def stylesheet(tokens: Tokens) -> str:
    """``resources/styles`` with ``@token`` a colour, ``16u`` as ``px(16)`` and ``16s`` as ``space(16)``."""
    template = "\n".join(read_text(f"styles/{name}") for name in _SHEETS)

    icons = {"icon_check": _icon("check", tokens), "icon_down": _icon("down", tokens)}

    pixels = dict(zip("us", scales(), strict=True))

    def fill(match: re.Match[str]) -> str:
        token = match["token"]
        if token in icons:
            return icons[token]
        if token:
            return str(getattr(tokens, token))
        return f"{round(float(match['units']) * pixels[match['scale']])}px"

    return _PLACEHOLDER.sub(fill, template)


def _icon(name: str, tokens: Tokens) -> str:
    """The picture of a style-sheet control, as a path the style sheet can read."""
    shade = "dark" if tokens is LIGHT else "light"
    if name == "check":
        shade = "light" if tokens is LIGHT else "dark"
    return resource_path(f"icons/{name}-{shade}.svg").as_posix()


def _palette(tokens: Tokens) -> QPalette:
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: tokens.background,
        QPalette.ColorRole.Base: tokens.surface,
        QPalette.ColorRole.AlternateBase: tokens.background,
        QPalette.ColorRole.Button: tokens.surface,
        QPalette.ColorRole.Text: tokens.text,
        QPalette.ColorRole.WindowText: tokens.text,
        QPalette.ColorRole.ButtonText: tokens.text,
        QPalette.ColorRole.PlaceholderText: tokens.soft_text,
        QPalette.ColorRole.Highlight: tokens.accent,
        QPalette.ColorRole.HighlightedText: tokens.on_accent,
        QPalette.ColorRole.ToolTipBase: tokens.surface,
        QPalette.ColorRole.ToolTipText: tokens.text,
        QPalette.ColorRole.Link: tokens.accent,
    }
    for role, colour in roles.items():
        palette.setColor(role, QColor(colour))
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.WindowText, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(tokens.disabled_text))
    return palette
