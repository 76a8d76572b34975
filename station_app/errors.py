"""One tree for everything that can go wrong.

    StationError            code, field, params; never a sentence
     ├─ UserError           the clerk or the caller can mend it: say which field and what to do
     ├─ EnvironmentFault    disk, lock, network, keyring, device: the PC must be mended, the data is safe
     └─ BugError            ours: a report to attach

Codes are stable English words; ``ui.messages`` turns them into sentences. ``field`` is the bare name of a field of
``applicant``, ``member`` or ``certificate``, or ``scan.KIND``, or None where the whole is meant.
"""

from __future__ import annotations


class StationError(Exception):
    """Base of the tree. ``params`` fill the sentence and must hold no personal data."""

    def __init__(self, code: str, field: str | None = None, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.params = params

    def __str__(self) -> str:
        return self.code if self.field is None else f"{self.code} ({self.field})"


class UserError(StationError):
    """Something the person can put right."""


class EnvironmentFault(StationError):  # noqa: N818  a fault of the machine is not an error of ours
    """The machine, the disk, the lock, the network or a device is at fault."""


class BugError(StationError):
    """A state that our own code must never reach."""
