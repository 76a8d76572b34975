"""When a draft is written: counted from the first change that is not saved yet, never from the last. Pure."""

from __future__ import annotations

from dataclasses import dataclass

LIMIT = 2.0  # seconds: no change may stay unwritten longer
START_AFTER = 1.0  # seconds: begun early enough for the write itself to end within the limit
RETRY_AFTER = (1.0, 2.0, 5.0)  # seconds between tries while saving fails; the last one repeats


@dataclass
class AutoSave:
    """The clock of one draft. Times are seconds of any steady clock.

    One write is under way at a time; what changes meanwhile waits for the next one and counts from its own first
    change. A failed write is tried again for ever: what it held is still unsaved.
    """

    first_unsaved: float | None = None
    under_way: float | None = None  # the first change that the write under way holds
    not_before: float = 0.0
    failures: int = 0

    @property
    def clean(self) -> bool:
        """Whether everything is written."""
        return self.first_unsaved is None and self.under_way is None

    def changed(self, now: float) -> None:
        if self.first_unsaved is None:
            self.first_unsaved = now

    def due_in(self, now: float) -> float | None:
        """Seconds until the next write must begin; None while there is nothing to write or one is under way."""
        if self.first_unsaved is None or self.under_way is not None:
            return None
        return max(self.first_unsaved + START_AFTER, self.not_before) - now

    def begin(self, now: float) -> bool:
        """Take all that is unsaved into a write; False when there is nothing or one is under way already."""
        if self.first_unsaved is None or self.under_way is not None:
            return False
        self.under_way = min(self.first_unsaved, now)
        self.first_unsaved = None
        return True

    def succeeded(self) -> None:
        self.under_way = None
        self.failures = 0
        self.not_before = 0.0

    def failed(self, now: float) -> None:
        self.first_unsaved = self.under_way if self.under_way is not None else now
        self.under_way = None
        self.not_before = now + RETRY_AFTER[min(self.failures, len(RETRY_AFTER) - 1)]
        self.failures += 1
