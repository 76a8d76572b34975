"""Dynamic properties that the style sheet reads."""

from __future__ import annotations

from typing import cast

from PySide6.QtWidgets import QWidget


def restyle(widget: QWidget, name: str, value: object) -> None:
    """Set a property and let the style sheet look again; nothing happens when it stands already."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
    for child in cast(list[QWidget], widget.findChildren(QWidget)):
        style.unpolish(child)
        style.polish(child)
    widget.update()
