"""Scanners that announce themselves are found by UUID, and found again under another address."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from zeroconf import ServiceInfo, Zeroconf

from station_app.devices.escl import EsclDriver
from station_app.devices.scanner import Scanner, ScanOrder, Source
from station_app.errors import EnvironmentFault
from tests.integration.devices.fake_escl import FakeScanner, serving
from tests.patience import PATIENCE_SECONDS


def _found(*uuids: str) -> list[Scanner]:
    """In this order, as soon as all have been heard."""
    wanted, heard = {f"escl:{uuid}" for uuid in uuids}, dict[str, Scanner]()
    for each in EsclDriver(PATIENCE_SECONDS).scanners():
        heard[each.id] = each
        if wanted <= heard.keys():
            break
    return [heard[f"escl:{uuid}"] for uuid in uuids]


@contextmanager
def _announced(root: str, uuid: str, name: str = "Fake MFP") -> Iterator[None]:
    """On every interface, as a device does; the instance's own name keeps parallel tests apart."""
    service = "_uscan._tcp.local."
    facts = {"txtvers": "1", "rs": "/eSCL", "ty": name, "uuid": uuid, "pdl": "image/jpeg"}
    info = ServiceInfo(
        service,
        f"{name} {os.getpid()} {uuid4().hex[:6]}.{service}",
        addresses=[socket.inet_aton("127.0.0.1")],
        port=urlsplit(root).port,
        properties=facts,
    )
    network = Zeroconf()
    try:
        network.register_service(info)
        yield
    finally:
        network.close()


def _at_a_free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return f"http://127.0.0.1:{taken.getsockname()[1]}/eSCL"


def test_a_scanner_is_found_by_its_uuid_with_what_it_can_do() -> None:
    uuid = str(uuid4())
    with serving(FakeScanner()) as root, _announced(root, uuid.upper()):
        (scanner,) = _found(uuid)
    assert (scanner.name, scanner.problem) == ("Fake MFP", None)
    assert scanner.sources == (Source.FLATBED, Source.FEEDER, Source.DUPLEX)


def test_it_is_scanned_from_wherever_it_is_today() -> None:
    uuid = str(uuid4())
    for _ in range(2):
        fake = FakeScanner()
        with serving(fake) as root, _announced(root, uuid):
            assert [each for each in EsclDriver(PATIENCE_SECONDS).scan(ScanOrder(f"escl:{uuid}")) if each]
        assert fake.deleted


def test_one_that_does_not_answer_does_not_hide_the_next() -> None:
    dead, alive = str(uuid4()), str(uuid4())
    with (
        serving(FakeScanner()) as root,
        _announced(_at_a_free_port(), dead, "Dead"),
        _announced(root, alive),
    ):
        found = _found(dead, alive)
    assert [each.problem for each in found] == ["scanner_gone", None]


def test_one_that_is_switched_off_is_told() -> None:
    with pytest.raises(EnvironmentFault, match="scanner_gone"):
        list(EsclDriver(looking=0.3).scan(ScanOrder(f"escl:{uuid4()}")))
