"""eSCL's documents: what a scanner can do and how it is, read; what is asked of it, written.

As devices send them (Mopria eSCL 2.x). Elements are known by their local names: makers disagree about the rest.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from station_app.devices.scanner import ScanOrder, Source
from station_app.errors import EnvironmentFault, StationError, UserError

_MOST_WIDTH, _MOST_HEIGHT = 2551, 3543  # 1/300 inch: A4 and a little
_WORDS = {
    Source.FLATBED: ("Platen", "PlatenInputCaps"),
    Source.FEEDER: ("Adf", "AdfSimplexInputCaps"),
    Source.DUPLEX: ("Adf", "AdfDuplexInputCaps"),
}
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<scan:ScanSettings xmlns:scan="http://schemas.hp.com/imaging/escl/2011/05/03" \
xmlns:pwg="http://www.pwg.org/schemas/2010/12/sm">
<pwg:Version>2.0</pwg:Version>
<pwg:ScanRegions><pwg:ScanRegion>
<pwg:ContentRegionUnits>escl:ThreeHundredthsOfInches</pwg:ContentRegionUnits>
<pwg:XOffset>0</pwg:XOffset><pwg:YOffset>0</pwg:YOffset>
<pwg:Width>{width}</pwg:Width><pwg:Height>{height}</pwg:Height>
</pwg:ScanRegion></pwg:ScanRegions>
<pwg:InputSource>{source}</pwg:InputSource>
<scan:ColorMode>RGB24</scan:ColorMode>
<pwg:DocumentFormat>image/jpeg</pwg:DocumentFormat>
<scan:DocumentFormatExt>image/jpeg</scan:DocumentFormatExt>
<scan:XResolution>{resolution}</scan:XResolution><scan:YResolution>{resolution}</scan:YResolution>
{duplex}</scan:ScanSettings>
"""


@dataclass(frozen=True)
class _Way:
    """One way in: the largest page in 1/300 inch, and the resolutions in dpi, all or lowest and highest."""

    width: int
    height: int
    resolutions: tuple[int, ...]
    span: bool


@dataclass(frozen=True)
class Capabilities:
    """What ``ScannerCapabilities`` says."""

    name: str
    ways: Mapping[Source, _Way] = field(default_factory=dict)

    @classmethod
    def read(cls, document: bytes) -> Capabilities:
        """Raises EnvironmentFault ``scanner_not_understood``."""
        root = _root(document)
        ways = {}
        for source, path in _WORDS.items():
            node = _find(root, *path)
            if node is not None:
                ways[source] = _way(node)
        return cls(_text(root, "MakeAndModel"), ways)

    def settings(self, order: ScanOrder) -> tuple[Source, bytes]:
        """The source that will be used, and the document that asks. Raises UserError ``scanner_source_missing``."""
        source = order.source or next(iter(self.ways), None)
        if source is None or source not in self.ways:
            raise UserError("scanner_source_missing")
        way = self.ways[source]
        text = _SETTINGS.format(
            width=min(way.width, _MOST_WIDTH),
            height=min(way.height, _MOST_HEIGHT),
            source="Platen" if source is Source.FLATBED else "Feeder",
            resolution=_resolution(way, order.resolution),
            duplex="" if source is Source.FLATBED else f"<scan:Duplex>{_bool(source is Source.DUPLEX)}</scan:Duplex>\n",
        )
        return source, text.encode()


def problem_of(document: bytes, source: Source) -> StationError | None:
    """What ``ScannerStatus`` says against a scan. Raises EnvironmentFault ``scanner_not_understood``."""
    root = _root(document)
    feeder = _text(root, "AdfState") if source is not Source.FLATBED else ""
    match feeder.removeprefix("ScannerAdf"), _text(root, "State"):
        case ("Jam" | "Mispick" | "MultipickDetected", _):
            return EnvironmentFault("scanner_jammed")
        case ("DoorOpen" | "HatchOpen", _):
            return EnvironmentFault("scanner_cover_open")
        case ("Empty", _):
            return UserError("scanner_feeder_empty")
        case (_, "Processing" | "Testing"):
            return EnvironmentFault("scanner_busy")
        case (_, "Stopped" | "Down"):
            return EnvironmentFault("scanner_gone")
    return None


def has_paper(document: bytes) -> bool:
    """Whether ``ScannerStatus`` says that a sheet lies in the feeder."""
    return _text(_root(document), "AdfState") == "ScannerAdfLoaded"


def _root(document: bytes) -> ET.Element:
    """A device in the network is not to be trusted: entities, which can grow without end, are refused unread."""
    try:
        text = document.decode("utf-8-sig")
        if "<!" in text.replace("<!--", ""):
            raise EnvironmentFault("scanner_not_understood")
        return ET.fromstring(text)  # noqa: S314  no entities left
    except (ET.ParseError, ValueError, LookupError) as error:
        raise EnvironmentFault("scanner_not_understood") from error


def _way(node: ET.Element) -> _Way:
    low, high = _find(node, "XResolutionRange", "Min"), _find(node, "XResolutionRange", "Max")
    span = low is not None and high is not None
    found = [low, high] if span else list(_all(node, "XResolution"))
    width, height = _number(_find(node, "MaxWidth")), _number(_find(node, "MaxHeight"))
    known = sorted({each for each in map(_number, found) if each})
    return _Way(width or _MOST_WIDTH, height or _MOST_HEIGHT, tuple(known), span and len(known) == 2)


def _resolution(way: _Way, wanted: int) -> int:
    """The wanted one, or the next finer, or the finest."""
    if way.span:
        return min(max(wanted, way.resolutions[0]), way.resolutions[-1])
    finer = [each for each in way.resolutions if each >= wanted]
    return finer[0] if finer else (way.resolutions[-1] if way.resolutions else wanted)


def _find(node: ET.Element, *path: str) -> ET.Element | None:
    """The first element below under the first name, then below that under the next."""
    found: ET.Element | None = node
    for name in path:
        found = next(_all(found, name), None) if found is not None else None
    return found


def _all(node: ET.Element, name: str) -> Iterator[ET.Element]:
    return (each for each in node.iter() if each is not node and each.tag.rpartition("}")[2] == name)


def _text(node: ET.Element, name: str) -> str:
    found = _find(node, name)
    return "" if found is None else (found.text or "").strip()


def _number(node: ET.Element | None) -> int:
    text = "" if node is None else (node.text or "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 0


def _bool(value: bool) -> str:
    return "true" if value else "false"
