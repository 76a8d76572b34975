"""Windows in tests: the application wears the light theme, offscreen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from station_app.events import Events
from ui.tasks import Tasks
from ui.theme import apply_theme


@pytest.fixture(autouse=True)
def theme(qapp: QApplication) -> None:
    """Every test begins in the light theme at the drawing's text size."""
    qapp.setStyle("Fusion")
    apply_theme(qapp, "light", 12)


@pytest.fixture
def events() -> Events:
    return Events()


@pytest.fixture
def reported() -> list[BaseException]:
    """What ``Tasks`` reported as unexpected."""
    return []


@pytest.fixture
def tasks(qapp: QApplication, events: Events, reported: list[BaseException]) -> Iterator[Tasks]:
    made = Tasks(events, reported.append)
    yield made
    made.close()
