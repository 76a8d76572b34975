"""A sync worker that only remembers what it was asked: the port of 同步, without a network."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from sync.worker import SyncStatus


@dataclass
class RememberingHandle:
    """``asked``: every call in order. ``status`` is what the test says."""

    status: SyncStatus = field(default_factory=SyncStatus)
    asked: list[str] = field(default_factory=list)

    def wake(self) -> None:
        self.asked.append("wake")

    def pause(self) -> None:
        self.asked.append("pause")
        self.status = replace(self.status, paused=True)

    def send_now(self) -> None:
        self.asked.append("send_now")

    def resume(self) -> None:
        self.asked.append("resume")
        self.status = replace(self.status, paused=False)
