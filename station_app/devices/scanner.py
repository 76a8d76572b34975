"""What is said about a scanner, whatever drives it, and what a driver has to be able to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol


class Source(StrEnum):
    """Where the paper lies. ``DUPLEX``: the feeder, both sides of each sheet."""

    FLATBED = "flatbed"
    FEEDER = "feeder"
    DUPLEX = "duplex"


@dataclass(frozen=True)
class Scanner:
    """``id`` stays the same after sleep, a replug and a restart. ``problem``: a code, why it cannot be used now."""

    id: str
    name: str
    driver: str
    sources: tuple[Source, ...] = ()
    problem: str | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "driver": self.driver,
            "sources": list(self.sources),
            "problem": self.problem,
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Scanner:
        sources = tuple(Source(each) for each in raw["sources"])
        return cls(raw["id"], raw["name"], raw["driver"], sources, raw["problem"])


@dataclass(frozen=True)
class ScanOrder:
    """One run of a scanner, in colour. ``source`` None: the flatbed, or what there is. ``resolution`` in dpi.
    ``certificate``: the SHA-256 of the only one that it may show; empty where none is known.
    """

    scanner_id: str
    source: Source | None = None
    resolution: int = 300
    certificate: str = ""

    @property
    def driver(self) -> str:
        """An id begins with its driver's name: ``sane:test:0``."""
        return self.scanner_id.partition(":")[0]

    @property
    def address(self) -> str:
        return self.scanner_id.partition(":")[2]

    def to_json(self) -> dict[str, Any]:
        return {
            "scanner_id": self.scanner_id,
            "source": self.source,
            "resolution": self.resolution,
            "certificate": self.certificate,
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> ScanOrder:
        source = None if raw["source"] is None else Source(raw["source"])
        return cls(raw["scanner_id"], source, raw["resolution"], raw["certificate"])


@dataclass(frozen=True)
class Page:
    """One side of paper as the device gave it: the bytes of a whole picture."""

    content: bytes
    media_type: str


@dataclass(frozen=True)
class Begun:
    """A job lies on the device from now on. ``job``: its address, by which another process can put it away, should this
    one end without a word. ``certificate``: the SHA-256 of the one that the device has shown, empty over plain http.
    """

    job: str
    certificate: str = ""


class ScannerDriver(Protocol):
    """Lives in a child process, for one call of ``scanners`` or of ``scan``; may block or crash."""

    def scanners(self) -> Iterator[Scanner | None]:
        """All there are, each as soon as it is known. One that does not answer has a ``problem``. None now and then
        says that it goes on looking.
        """
        ...

    def scan(self, order: ScanOrder) -> Iterator[Page | Begun | None]:
        """The pages in their order; None now and then says that the device is at work.

        Raises UserError or EnvironmentFault ``scanner_*``; the pages before it count.
        """
        ...

    def stop(self) -> None:
        """Called from another thread: end ``scan`` soon and leave the device ready for the next one."""
        ...
