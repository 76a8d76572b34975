"""What was copied out of the program is taken off the clipboard; what another program put there is not touched."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtGui import QClipboard
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from tests.patience import PATIENCE_SECONDS
from tests.samples.people import person
from ui.clipboard import SECONDS, CopiedOut

ROOT = Path(__file__).parents[3]


@dataclass
class Ownership:
    """Whose the clipboard is; the offscreen platform does not know."""

    ours: bool = False
    _modes: frozenset[QClipboard.Mode] = field(default_factory=lambda: frozenset({QClipboard.Mode.Clipboard}))

    def __call__(self, mode: QClipboard.Mode) -> bool:
        return self.ours and mode in self._modes


@pytest.fixture
def owns() -> Ownership:
    return Ownership()


@pytest.fixture
def clipboard(qapp: QApplication) -> Iterator[QClipboard]:
    clipboard = qapp.clipboard()
    yield clipboard
    clipboard.clear()


@pytest.fixture
def copied(clipboard: QClipboard, owns: Ownership) -> Iterator[CopiedOut]:
    copied = CopiedOut(clipboard, owns)
    yield copied
    owns.ours = False
    copied.close()


def _copy(qtbot: QtBot, owns: Ownership, text: str) -> None:
    line = QLineEdit(text)
    qtbot.addWidget(line)
    line.selectAll()
    owns.ours = True
    line.copy()


def test_a_copied_name_is_gone_after_a_minute(
    qtbot: QtBot, clipboard: QClipboard, owns: Ownership, copied: CopiedOut
) -> None:
    _copy(qtbot, owns, person(1).name)
    assert copied.waiting
    assert copied._minute.interval() == SECONDS * 1000 == 60_000
    assert copied._minute.isSingleShot()
    assert clipboard.text() == person(1).name
    copied._minute.timeout.emit()
    assert clipboard.text() == ""


def test_what_another_program_put_there_stays(
    qtbot: QtBot, clipboard: QClipboard, owns: Ownership, copied: CopiedOut
) -> None:
    _copy(qtbot, owns, person(1).name)
    owns.ours = False
    clipboard.setText("别处复制的")
    assert not copied.waiting
    copied.clear()
    assert clipboard.text() == "别处复制的"


def test_the_end_takes_it_back(qtbot: QtBot, clipboard: QClipboard, owns: Ownership) -> None:
    copied = CopiedOut(clipboard, owns)
    _copy(qtbot, owns, person(1).card_no)
    copied.close()
    assert clipboard.text() == ""
    _copy(qtbot, owns, "later")
    assert not copied.waiting


_REAL = """
from PySide6.QtWidgets import QApplication
from ui.clipboard import CopiedOut
app = QApplication([])
copied = CopiedOut(app.clipboard())
app.clipboard().setText("990101")
assert copied.waiting
copied._minute.timeout.emit()
print(repr(app.clipboard().text()), copied.waiting)
copied.close()
"""


def test_a_real_screen_knows_whose_it_is() -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "xcb"}
    command = ["xvfb-run", "-a", sys.executable, "-c", _REAL]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE_SECONDS)
    assert done.stdout.strip() == "'' False", done.stderr
