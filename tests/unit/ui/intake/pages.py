"""Cases in the store for the tests of the page, and a hand that fills fields."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt

from station_app.domain.application import REQUIRED_SCANS, Category, Content, FieldReturn, State
from station_app.durable import Point
from station_app.services import capture, intake, ledger, submission
from station_app.services.desk import Desk
from station_app.store.records import ApplicationRecord, LedgerQuery
from tests.unit.ui.intake.conftest import press, sample, scans, write

CTRL = Qt.KeyboardModifier.ControlModifier


def stored(desk: Desk) -> list[ApplicationRecord]:
    """Every case of the store."""
    rows = ledger.find(desk, LedgerQuery())
    return [intake.open_case(desk, row.id).record for row in rows]


def begin(desk: Desk, number: int = 3, category: Category = Category.VOCATIONAL, **certificate: Any) -> str:
    """A draft of person ``number`` in the store; its id."""
    content = Content.from_json(sample(number, category)[1])
    for name, value in certificate.items():
        content = content.with_value("certificate", name, value)
    return intake.new_case(desk, content).value.record.id


def complete(desk: Desk, folder: Path, number: int = 3, **certificate: Any) -> str:
    """A draft that lacks nothing."""
    application_id = begin(desk, number, **certificate)
    for kind, path in zip(REQUIRED_SCANS, scans(folder / "scans", number), strict=True):
        capture.add_scan(desk, application_id, kind, path.read_bytes())
    intake.set_consent(desk, application_id, {"notice": "2024-1", "given_on": "2024-05-15", "how": "counter"})
    return application_id


def give_back(desk: Desk, application_id: str, *returned: FieldReturn) -> None:
    """What sync does when the reviewer returns a case."""
    submission.submit(desk, application_id)
    with desk.store.write(Point.APPLY) as uow:
        uow.applications.move(application_id, State.RECEIVED, desk.now(), "", "server")
        uow.applications.move(application_id, State.RETURNED, desk.now(), "", "server", returned=list(returned))


def enter(*texts: str) -> None:
    """Text and Enter, field by field."""
    for text in texts:
        write(text)
        press(Qt.Key.Key_Return)
