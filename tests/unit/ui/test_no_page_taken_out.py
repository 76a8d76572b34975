"""A page that is shown stays in the window: no key copies it, no mouse drags it, no menu offers it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from station_app.domain.application import ScanKind
from tests.unit.ui.test_nothing_shown_aside import page, whole
from ui.pages.intake import IntakePage

__all__ = ["page", "whole"]

_TEXT = "left alone"
_CTRL = Qt.KeyboardModifier.ControlModifier
_COPIES = [(Qt.Key.Key_C, _CTRL), (Qt.Key.Key_X, _CTRL), (Qt.Key.Key_Insert, _CTRL), (Qt.Key.Key_S, _CTRL)]


@pytest.fixture
def viewed(qtbot: QtBot, page: IntakePage) -> Iterator[IntakePage]:
    """The identity card in the viewer, something else on the clipboard."""
    QGuiApplication.clipboard().setText(_TEXT)
    page.form.strip.go_to(ScanKind.ID_FRONT)
    QTest.keyClick(page.form.strip, Qt.Key.Key_Return)
    qtbot.waitUntil(page._scans._viewer.isVisible)
    qtbot.waitUntil(lambda: not page.context.tasks._tickets)
    yield page
    page._scans._viewer.dismiss()


def places(page: IntakePage) -> list[QWidget]:
    """Where the card is seen: large, small, and beside the field."""
    tile = next(each for each in page.form.strip._tiles if each.place.kind is ScanKind.ID_FRONT)
    return [page._scans._viewer.view, tile, page.form.strip, page.side.compare.clip]


def test_no_key_and_no_mouse_takes_the_picture(viewed: IntakePage) -> None:
    for place in places(viewed):
        for key, held in _COPIES:
            QTest.keyClick(place, key, held)
        QTest.mousePress(place, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
        QTest.mouseMove(place, QPoint(60, 40))
        QTest.mouseRelease(place, Qt.MouseButton.LeftButton, pos=QPoint(60, 40))
        QTest.mouseClick(place, Qt.MouseButton.RightButton, pos=QPoint(8, 8))
        assert QApplication.activePopupWidget() is None
        mime = QGuiApplication.clipboard().mimeData()
        assert not mime.hasImage()
        assert not mime.hasUrls()
        assert mime.text() == _TEXT
