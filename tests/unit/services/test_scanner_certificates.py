"""A scanner that speaks https: the certificate of its first run is remembered, until somebody chooses it anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from station_app.devices.scanner import Scanner, ScanOrder
from station_app.durable import Point
from station_app.errors import EnvironmentFault
from station_app.services import devices
from station_app.services.desk import Desk
from tests.integration.devices.fake_escl import FakeScanner, self_signed, serving


def _scan(desk: Desk, order: ScanOrder) -> int:
    with devices.scan_job(desk, order) as pages:
        return len(list(pages))


def _remembered(desk: Desk, order: ScanOrder) -> str | None:
    with desk.store.read() as uow:
        return uow.facts.get(f"scanner_certificate:{order.scanner_id}")


def test_it_is_remembered_refused_where_it_changes_and_taken_by_who_chooses_anew(desk: Desk, tmp_path: Path) -> None:
    fake = FakeScanner()
    with serving(fake, self_signed(tmp_path)) as root:
        order = ScanOrder(f"escl:{root}")
        assert _scan(desk, order) == 1
        first = _remembered(desk, order)
        assert first
        assert _scan(desk, order) == 1
        assert _remembered(desk, order) == first
        with desk.store.write(Point.SETTING) as uow:  # as if the device that was here had been another
            uow.facts.set(f"scanner_certificate:{order.scanner_id}", "0" * 64)
        jobs = len(fake.settings)
        with pytest.raises(EnvironmentFault, match="scanner_certificate_changed"):
            _scan(desk, order)
        assert len(fake.settings) == jobs
        devices.choose_scanner(desk, Scanner(order.scanner_id, "Fake MFP", "escl"))
        assert _scan(desk, order) == 1
        assert _remembered(desk, order) == first


def test_of_one_that_speaks_http_nothing_is_remembered(desk: Desk) -> None:
    with serving(FakeScanner()) as root:
        order = ScanOrder(f"escl:{root}")
        assert _scan(desk, order) == 1
    assert not _remembered(desk, order)
