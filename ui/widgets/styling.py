"""Dynamic properties that the style sheet reads."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget


def restyle(widget: QWidget, name: str, value: object) -> None:
    """Set a property and let the style sheet look again; nothing happens when it stands already."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    _polish(widget)
    widget.update()


def _polish(widget: QWidget) -> None:
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
    for child in widget.children():
        if isinstance(child, QWidget):
            _polish(child)
