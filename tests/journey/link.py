"""Between the window and the conductor: one JSON document a line, questions out on stdout, answers in on stdin.

The window never runs a server or a server's command itself; the conductor does, as the network and the association.
"""

from __future__ import annotations

import json
import sys
from queue import SimpleQueue
from threading import Thread
from typing import Any


class Link:
    """The window's end."""

    def __init__(self) -> None:
        self._answers: SimpleQueue[Any] = SimpleQueue()
        Thread(target=self._listen, name="link", daemon=True).start()

    def tell(self, **what: Any) -> None:
        """Say something that needs no answer."""
        print(json.dumps(what, ensure_ascii=False), flush=True)

    def answered(self) -> bool:
        """Whether an answer has come."""
        return not self._answers.empty()

    def answer(self) -> Any:
        """The next answer; waits for it."""
        return self._answers.get()

    def _listen(self) -> None:
        for line in sys.stdin:
            self._answers.put(json.loads(line))
