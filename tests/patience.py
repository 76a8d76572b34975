"""How long a test waits for a fact that comes at once on a quiet machine. Never a time that a test asserts."""

from __future__ import annotations

from typing import Any

from pytestqt.qtbot import QtBot

PATIENCE_SECONDS = 60.0
PATIENCE_MS = int(PATIENCE_SECONDS * 1000)


class PatientBot(QtBot):
    """pytest-qt's own five seconds are too few beside another test that keeps the processor busy."""

    def waitUntil(self, callback: Any, *, timeout: int = PATIENCE_MS) -> None:  # noqa: N802  Qt's way of writing
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal: Any, *, timeout: int = PATIENCE_MS, **options: Any) -> Any:  # noqa: N802
        return super().waitSignal(signal, timeout=timeout, **options)

    def waitSignals(self, signals: Any, *, timeout: int = PATIENCE_MS, **options: Any) -> Any:  # noqa: N802
        return super().waitSignals(signals, timeout=timeout, **options)
