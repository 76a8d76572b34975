"""From the clerk's hand to the reviewer's eye: a reason for every defect that the gate names, what the chip said."""

from __future__ import annotations

import pytest

from station_app.domain.application import ScanKind
from station_app.domain.chip import CHIP, to_text
from station_app.domain.reading import DocumentReading, ReadField, ScanReading
from station_app.durable import Point
from station_app.services import capture, intake, session, submission
from station_app.services.desk import Desk, system_clock
from station_app.services.reading import readings_of
from station_app.services.scan_checks import scan_troubles
from station_app.store.records import ScanRecord
from tests.samples.cases import case
from tests.samples.people import person
from tests.samples.pictures import padded, scans_of
from tests.system.world import PASSWORD, World
from tests.unit.services.conftest import OPERATOR, content

pytestmark = pytest.mark.slow

WHO, OTHER = person(7), person(8)
CORNERS = ((0.0, 0.0), (300.0, 0.0), (300.0, 190.0), (0.0, 190.0))


def read_as(kind: ScanKind, *defects: str, **values: str) -> DocumentReading:
    return DocumentReading(kind, {name: ReadField(value, 0.98) for name, value in values.items()}, CORNERS, defects)


def gate(reference: str) -> dict[str, tuple[ScanKind, DocumentReading]]:
    """For each defect: how a page is filed, and what was read on it."""
    seen = {code: (ScanKind.CARD, read_as(ScanKind.CARD, code)) for code in ("blur", "glare", "cut_edge", "too_small")}
    return {
        **seen,
        "wrong_side": (ScanKind.ID_FRONT, read_as(ScanKind.ID_BACK, valid_to="2036-05-20")),
        "wrong_document": (ScanKind.CARD, read_as(ScanKind.CERTIFICATE)),
        "wrong_person": (ScanKind.ID_FRONT, read_as(ScanKind.ID_FRONT, name=OTHER.name, id_number=OTHER.id_number)),
        "expired": (ScanKind.ID_BACK, read_as(ScanKind.ID_BACK, valid_to="2020-01-01")),
        "page_missing": (ScanKind.FORM, read_as(ScanKind.FORM, qr=f"{reference}/FORM/R1/P1-2/ABCDEFGHIJ")),
        "signature_missing": (ScanKind.FORM, read_as(ScanKind.FORM, "signature_missing")),
    }


def begin(desk: Desk) -> tuple[str, dict[str, str]]:
    """A case read from the chip, with a page for every defect and the clerk's reason for keeping each."""
    chip = {CHIP: to_text({"name": WHO.name, "id_number": WHO.id_number, "valid_to": "长期", "kind": "resident"})}
    record = intake.new_case(desk, content(7), chip).value.record
    for kind, page in scans_of(WHO, case(7)).items():
        capture.add_scan(desk, record.id, kind, page)
    page = scans_of(WHO, case(7))[ScanKind.CARD]
    reasons = {}
    for code, (kind, document) in gate(record.reference).items():
        scan = capture.add_scan(desk, record.id, kind, padded(page, len(page) + 100, code)).value
        with desk.store.write(Point.SCAN_ROW) as uow:
            uow.readings.put(ScanReading(scan.id, desk.now(), (document,)))
        assert code in named(desk, record.id, scan)
        reasons[code] = f"原件就是这样（{code}）"
        capture.remark_scan(desk, scan.id, reasons[code])
    return record.id, reasons


def named(desk: Desk, application_id: str, scan: ScanRecord) -> set[str]:
    """What the gate says of this page, in this case."""
    case_ = intake.open_case(desk, application_id)
    readings = readings_of(desk, application_id)
    troubles = scan_troubles(case_.record.content, case_.scans, readings, desk.today())
    return {each.code for each in troubles if each.scan_id == scan.id}


def test_every_reason_and_what_the_chip_said(world: World, port: int) -> None:
    with session.hold(world.station_home):
        desk = session.sign_in(world.station_home, OPERATOR, PASSWORD, system_clock)
        try:
            application_id, reasons = begin(desk)
            reference = submission.submit(desk, application_id).value.reference
        finally:
            session.sign_out(desk)
    with world.serving(port):
        world.station("sync")
        shown = world.central("show", reference, "--json").json()
        assert {each["remark"] for each in shown["scans"] if "remark" in each} == set(reasons.values())
        assert shown["from_chip"] == ["name", "id_number"]
        printed = world.central("review", reference, "--approve").err
    assert all(f"理由：{words}" in printed for words in reasons.values())
    assert "姓名、身份证号与身份证芯片一致。" in printed
    assert world.station("show", reference, "--json").json()["from_chip"] == ["name", "id_number"]
