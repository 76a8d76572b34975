"""Nothing may outlive a test: threads, timers, windows, child processes. Qt's log lines fail one by its own option.

The habit of napari's and qutebrowser's conftest. What a whole session shares is listed where it is made.
"""

from __future__ import annotations

import gc
import logging
import os
import sys
import threading
from collections.abc import Iterator

import psutil
import pytest
from pytestqt.qtbot import QtBot

from tests.patience import PatientBot

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

_GRACE_SECONDS = 20.0  # only a test that does leave something waits so long


@pytest.fixture
def qtbot(qapp: object, request: pytest.FixtureRequest) -> QtBot:
    return PatientBot(request)


@pytest.fixture(autouse=True)
def nothing_is_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails a test that leaves a thread, a child process, an active timer, a window or a silent log behind."""
    threads = set(threading.enumerate())
    children = set(psutil.Process().children())
    windows = _windows()
    yield
    left = [*_threads_left(threads), *_children_left(children), *_windows_left(windows), *_timers_left()]
    left += _log_left_off()
    assert not left, f"left behind: {', '.join(left)}"


def _log_left_off() -> list[str]:
    """Later tests look for log lines."""
    return ["a log switched off"] if logging.root.manager.disable else []


def _threads_left(before: set[threading.Thread]) -> list[str]:
    """New threads that do not end by themselves within the grace."""
    left = []
    for thread in set(threading.enumerate()) - before:
        thread.join(_GRACE_SECONDS)
        if thread.is_alive() and not _belongs_to_the_runner(thread):
            left.append(f"thread {thread.name}")
    return left


def _belongs_to_the_runner(thread: threading.Thread) -> bool:
    return thread.name.startswith(("pytest", "execnet", "Dummy"))


def _children_left(before: set[psutil.Process]) -> list[str]:
    new = [each for each in psutil.Process().children() if each not in before]
    _, alive = psutil.wait_procs(new, timeout=_GRACE_SECONDS)
    return [f"process {each.pid} {each.name()}" for each in alive]


def _windows() -> set[object]:
    widgets = sys.modules.get("PySide6.QtWidgets")
    app = widgets.QApplication.instance() if widgets else None
    return set(app.topLevelWidgets()) if app and hasattr(app, "topLevelWidgets") else set()


def _windows_left(before: set[object]) -> list[str]:
    if not _windows() - before:
        return []
    _run_deferred_deletions()
    return [f"window {type(each).__name__}" for each in _windows() - before]


def _run_deferred_deletions() -> None:
    from PySide6.QtCore import QCoreApplication, QEvent

    gc.collect()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def _timers_left() -> list[str]:
    core = sys.modules.get("PySide6.QtCore")
    if core is None or core.QCoreApplication.instance() is None:
        return []
    timers = [each for each in gc.get_objects() if type(each) is core.QTimer]
    isvalid = sys.modules["shiboken6"].isValid
    return [f"timer {each.objectName() or each.interval()}" for each in timers if isvalid(each) and each.isActive()]
