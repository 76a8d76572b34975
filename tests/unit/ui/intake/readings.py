"""Readings in the store, as the reading of pages puts them there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from station_app.domain.application import Category, ScanKind
from station_app.domain.reading import DocumentReading, ReadField, ScanReading
from station_app.durable import Point
from station_app.events import Changed, Kind
from station_app.services import intake
from station_app.services.desk import Desk
from tests.unit.ui.intake.conftest import sample
from ui.pages.intake import IntakePage

CORNERS = ((0.0, 0.0), (300.0, 0.0), (300.0, 190.0), (0.0, 190.0))
BOX = ((20.0, 100.0), (280.0, 100.0), (280.0, 130.0), (20.0, 130.0))
_ON_CERTIFICATE = ("occupation", "level", "number", "issuer", "issue_date")


def truth(number: int = 3) -> dict[ScanKind, dict[str, str]]:
    """What stands on the papers of person ``number``."""
    one, case = sample(number, Category.VOCATIONAL)
    facts = case["certificate"]
    return {
        ScanKind.ID_FRONT: {"name": one.name, "id_number": one.id_number},
        ScanKind.ID_BACK: {"valid_from": "2016-05-20", "valid_to": "2036-05-20"},
        ScanKind.CARD: {"card_no": one.card_no},
        ScanKind.CERTIFICATE: {name: str(facts[name]) for name in _ON_CERTIFICATE if name in facts},
    }


def put_readings(desk: Desk, application_id: str, defects: Mapping[str, str] | None = None, number: int = 3) -> None:
    """Every page read without a fault; ``defects`` by kind: what is wrong with that page, or ``failure:CODE``."""
    for scan in intake.open_case(desk, application_id).scans:
        values = truth(number).get(scan.kind, {})
        fields = {name: ReadField(value, 0.98, BOX) for name, value in values.items()}
        document = DocumentReading(scan.kind, fields, CORNERS)
        told = (defects or {}).get(scan.kind.value, "")
        if told.startswith("failure:"):
            put(desk, ScanReading(scan.id, desk.now(), failure=told.removeprefix("failure:")))
        else:
            put(desk, ScanReading(scan.id, desk.now(), (replace(document, defects=(told,) if told else ()),)))


def put(desk: Desk, reading: ScanReading) -> None:
    with desk.store.write(Point.SCAN_ROW) as uow:
        uow.readings.put(reading)


def told(page: IntakePage) -> None:
    """As when the reading of pages has written."""
    page.context.events.send(Changed.of(Kind.READINGS))
