"""A share that does not answer: whoever writes the file there waits until somebody reads it."""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from pathlib import Path

from tests.patience import PATIENCE_SECONDS


def hang(file: Path) -> Path:
    """In the place of what ``durable`` writes before it renames it to ``file``."""
    part = file.with_name(file.name + ".part")
    part.parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(part)
    return part


def answer(part: Path, thread: threading.Thread) -> None:
    """It is read to its end; what has been written cannot be made durable, and ``thread`` ends."""
    descriptor = os.open(part, os.O_RDONLY | os.O_NONBLOCK)  # lets the writer in
    until = time.monotonic() + PATIENCE_SECONDS
    while thread.is_alive() and time.monotonic() < until:
        with suppress(BlockingIOError):
            os.read(descriptor, 2**16)
        thread.join(0.01)
    os.close(descriptor)
    assert not thread.is_alive()


def of_name(name: str) -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each.name == name]
