"""What was read off a scanned page, and how a page was cut out of its original. Pure values with a JSON form.

Corners are pixels of the picture they were told of, as its bytes store them, clockwise from the document's own top
left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from station_app.domain.application import ScanKind

SURE = 0.9  # below it the clerk is asked to look
DOUBTFUL = frozenset({"blur", "glare", "cut_edge", "too_small"})  # nothing on such a document is sure
TURNS = (0, 90, 180, 270)
Corner = tuple[float, float]
Corners = tuple[Corner, Corner, Corner, Corner]


@dataclass(frozen=True)
class ReadField:
    """``value`` as the form takes it: dates ISO, levels 1 to 5. ``confidence``: 0 to 1.

    ``box``: where it stands in the given picture, None where that is not known.
    """

    value: str
    confidence: float
    box: Corners | None = None

    def to_json(self) -> dict[str, Any]:
        box = {} if self.box is None else {"box": corners_to_json(self.box)}
        return {"value": self.value, "confidence": self.confidence, **box}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> ReadField:
        box = told.get("box")
        return cls(str(told["value"]), float(told["confidence"]), None if box is None else corners_from_json(box))


@dataclass(frozen=True)
class DocumentReading:
    """One document on a page, as ``station read`` prints it. ``kind`` None: it is none that is known."""

    kind: ScanKind | None
    fields: Mapping[str, ReadField]
    corners: Corners
    defects: tuple[str, ...] = ()

    def sure(self, name: str) -> bool:
        """Whether the field was read and nothing speaks against it: its confidence, and the document's own defects."""
        found = self.fields.get(name)
        return found is not None and found.confidence >= SURE and DOUBTFUL.isdisjoint(self.defects)

    def value(self, name: str) -> str | None:
        found = self.fields.get(name)
        return None if found is None else found.value

    @property
    def codes(self) -> tuple[str, ...]:
        """Of our own papers; several where one lies on another."""
        return tuple((self.value("qr") or "").split())

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": (self.kind or ScanKind.OTHER).value,
            "fields": {name: each.to_json() for name, each in self.fields.items()},
            "corners": corners_to_json(self.corners),
            "defects": list(self.defects),
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> DocumentReading:
        """Raises KeyError, TypeError or ValueError for what is no reading."""
        kind = ScanKind(told["kind"])
        return cls(
            None if kind is ScanKind.OTHER else kind,
            {str(name): ReadField.from_json(each) for name, each in told["fields"].items()},
            corners_from_json(told["corners"]),
            tuple(str(each) for each in told["defects"]),
        )


@dataclass(frozen=True)
class ScanReading:
    """What came of reading one scan. ``failure``: the code of why it could not be read; then there are no documents."""

    scan_id: str
    read_at: str
    documents: tuple[DocumentReading, ...] = ()
    failure: str | None = None

    @property
    def defects(self) -> tuple[str, ...]:
        """Of all its documents, each once."""
        return tuple(dict.fromkeys(defect for each in self.documents for defect in each.defects))


@dataclass(frozen=True)
class Cut:
    """How a page was made from its original: the document's corners, and ``turn``, degrees clockwise afterwards."""

    corners: Corners
    turn: int = 0

    def to_json(self) -> dict[str, Any]:
        return {"corners": corners_to_json(self.corners), "turn": self.turn}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Cut:
        turn = int(told["turn"])
        if turn not in TURNS:
            raise ValueError(f"turn {turn}")
        return cls(corners_from_json(told["corners"]), turn)


def corners_to_json(corners: Corners) -> list[list[int]]:
    """To whole pixels."""
    return [[round(x), round(y)] for x, y in corners]


def corners_from_json(told: Sequence[Sequence[float]]) -> Corners:
    a, b, c, d = ((float(x), float(y)) for x, y in told)
    return a, b, c, d
