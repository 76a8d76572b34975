"""Scanners that announce themselves are found by UUID, and found again under another address."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from zeroconf import ServiceInfo, Zeroconf

from station_app.devices import mdns
from station_app.devices.escl import EsclDriver
from station_app.devices.scanner import Begun, Page, Scanner, ScanOrder, Source
from station_app.errors import EnvironmentFault, UserError
from tests.integration.devices.fake_escl import FakeScanner, self_signed, serving
from tests.patience import PATIENCE_SECONDS


def _found(*uuids: str) -> list[Scanner]:
    """In this order, as soon as all have been heard."""
    wanted, heard = {f"escl:{uuid}" for uuid in uuids}, dict[str, Scanner]()
    for each in EsclDriver(PATIENCE_SECONDS).scanners():
        heard[each.id] = each
        if wanted <= heard.keys():
            break
    return [heard[f"escl:{uuid}"] for uuid in uuids]


def _info(root: str, addresses: Sequence[str] = ("127.0.0.1",), name: str = "Fake MFP", **facts: str) -> ServiceInfo:
    """The instance's own name keeps parallel tests apart."""
    service = "_uscans._tcp.local." if root.startswith("https:") else "_uscan._tcp.local."
    return ServiceInfo(
        service,
        f"{name} {os.getpid()} {uuid4().hex[:6]}.{service}",
        parsed_addresses=list(addresses),
        port=urlsplit(root).port,
        properties={"txtvers": "1", "rs": "/eSCL", "ty": name, "pdl": "image/jpeg", **facts},
    )


@contextmanager
def announced(
    root: str, uuid: str, name: str = "Fake MFP", addresses: Sequence[str] = ("127.0.0.1",)
) -> Iterator[Zeroconf]:
    """On every interface, as a device does; it says goodbye at the end."""
    network = Zeroconf()
    try:
        network.register_service(_info(root, addresses, name, UUID=uuid))  # a key's case does not count
        yield network
    finally:
        network.close()


def _at_a_free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return f"http://127.0.0.1:{taken.getsockname()[1]}/eSCL"


def test_a_scanner_is_found_by_its_uuid_with_what_it_can_do() -> None:
    uuid = str(uuid4())
    with serving(FakeScanner()) as root, announced(root, uuid.upper()):
        (scanner,) = _found(uuid)
    assert (scanner.name, scanner.problem) == ("Fake MFP", None)
    assert scanner.sources == (Source.FLATBED, Source.FEEDER, Source.DUPLEX)


def test_it_is_scanned_from_wherever_it_is_today() -> None:
    uuid = str(uuid4())
    for _ in range(2):
        fake = FakeScanner()
        with serving(fake) as root, announced(root, uuid):
            found = EsclDriver(PATIENCE_SECONDS).scan(ScanOrder(f"escl:{uuid}"))
            assert [each for each in found if isinstance(each, Page)]
        assert fake.deleted


def test_one_that_does_not_answer_does_not_hide_the_next() -> None:
    dead, alive = str(uuid4()), str(uuid4())
    with (
        serving(FakeScanner()) as root,
        announced(_at_a_free_port(), dead, "Dead"),
        announced(root, alive),
    ):
        found = _found(dead, alive)
    assert [each.problem for each in found] == ["scanner_gone", None]


def test_one_that_takes_the_call_and_says_nothing_hides_no_other_and_is_told_at_the_end() -> None:
    silent, alive = str(uuid4()), str(uuid4())
    with (
        socket.create_server(("127.0.0.1", 0)) as hole,
        serving(FakeScanner()) as root,
        announced(f"http://127.0.0.1:{hole.getsockname()[1]}/eSCL", silent, "Silent"),
        announced(root, alive),
    ):
        found = {each.id: each.problem for each in EsclDriver(looking=3.0, answering=1.0).scanners()}
    assert found[f"escl:{silent}"] in ("scanner_hung", "scanner_gone")
    assert found[f"escl:{alive}"] is None


def test_of_several_addresses_the_one_that_answers_is_taken() -> None:
    uuid = str(uuid4())
    with serving(FakeScanner()) as root, announced(root, uuid, addresses=("127.0.0.9", "127.0.0.1", "127.0.0.8")):
        (scanner,) = _found(uuid)
        assert scanner.problem is None
        assert [each for each in EsclDriver(PATIENCE_SECONDS).scan(ScanOrder(scanner.id)) if isinstance(each, Page)]


def test_one_that_has_said_goodbye_is_not_waited_for_and_comes_back_elsewhere() -> None:
    uuid = str(uuid4())
    with serving(FakeScanner()) as root, announced(root, uuid):
        assert _found(uuid)
    with pytest.raises(EnvironmentFault, match="scanner_gone"):
        list(EsclDriver(looking=0.5).scan(ScanOrder(f"escl:{uuid}")))
    with serving(FakeScanner()) as root, announced(root, uuid):
        assert _found(uuid)[0].problem is None


def test_who_stops_while_a_scanner_is_looked_for_is_not_kept_waiting() -> None:
    driver = EsclDriver(PATIENCE_SECONDS)
    driver.stop()
    with pytest.raises(UserError, match="scan_cancelled"):
        list(driver.scan(ScanOrder(f"escl:{uuid4()}")))
    assert list(driver.scanners()) == []


def test_addresses_of_one_cable_come_last_or_not_at_all() -> None:
    info = _info("http://x:8080/", ["fe80::1", "169.254.3.4", "fd00::2", "192.0.2.7"], uuid="U")
    found = mdns._read(info)
    assert found is not None
    assert set(found.roots[:2]) == {"http://192.0.2.7:8080/eSCL", "http://[fd00::2]:8080/eSCL"}
    assert found.roots[2:] == ("http://169.254.3.4:8080/eSCL",)


def test_addresses_of_one_cable_are_told_with_the_interface_they_were_heard_on() -> None:
    info = _info("https://x:8443/", uuid="U")
    addresses = ["fe80::1", "fd00::2"]
    heard = ServiceInfo(info.type, info.name, info.port, parsed_addresses=addresses, interface_index=4)
    found = mdns._read(heard)
    assert found is not None
    assert found.secure
    assert found.roots == ("https://[fd00::2]:8443/eSCL", "https://[fe80::1%254]:8443/eSCL")


def test_one_that_speaks_https_alone_is_found_and_scanned_from(tmp_path: Path) -> None:
    uuid, fake = str(uuid4()), FakeScanner()
    with serving(fake, self_signed(tmp_path)) as root, announced(root, uuid):
        assert _found(uuid)[0].problem is None
        told = EsclDriver(PATIENCE_SECONDS).scan(ScanOrder(f"escl:{uuid}"))
        assert [each for each in told if isinstance(each, Page)]


def test_who_offers_both_is_spoken_to_by_https_and_told_once(tmp_path: Path) -> None:
    uuid, open_fake, fake = str(uuid4()), FakeScanner(), FakeScanner()
    with (
        serving(open_fake) as plain,
        serving(fake, self_signed(tmp_path)) as secure,
        announced(plain, uuid),
        announced(secure, uuid),
    ):
        found = [each for each in EsclDriver(looking=3.0).scanners() if each.id == f"escl:{uuid}"]
        assert [each.problem for each in found] == [None]
        (begun,) = [
            each for each in EsclDriver(PATIENCE_SECONDS).scan(ScanOrder(found[0].id)) if isinstance(each, Begun)
        ]
    assert begun.certificate
    assert (len(open_fake.settings), len(fake.settings)) == (0, 1)


def test_who_announces_https_and_does_not_speak_it_is_spoken_to_by_http() -> None:
    uuid = str(uuid4())
    dead = _at_a_free_port().replace("http:", "https:")
    with serving(FakeScanner()) as plain, announced(dead, uuid), announced(plain, uuid):
        assert [each for each in EsclDriver(PATIENCE_SECONDS).scan(ScanOrder(f"escl:{uuid}")) if isinstance(each, Page)]
        found = [each for each in EsclDriver(looking=3.0).scanners() if each.id == f"escl:{uuid}"]
    assert found[-1].problem is None


@pytest.mark.parametrize("secure", [True, False], ids=["another certificate", "plain http"])
def test_one_whose_certificate_is_known_is_taken_with_no_other_and_not_by_http(secure: bool, tmp_path: Path) -> None:
    uuid, fake = str(uuid4()), FakeScanner()
    with (
        serving(fake, self_signed(tmp_path) if secure else None) as root,
        announced(root, uuid),
        pytest.raises(EnvironmentFault, match="scanner_certificate_changed" if secure else "scanner_gone"),
    ):
        list(EsclDriver(looking=2.0).scan(ScanOrder(f"escl:{uuid}", certificate="0" * 64)))
    assert not fake.hosts


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("一楼 打印机（彩色）", "一楼 打印机（彩色）"),
        ('HP.Color: a/b%20"c"', 'HP.Color: a/b%20"c"'),
        ("red\x1b[31m\nsecond line\u202e", "red [31m second line"),
        ("x" * 200, "x" * 80),
    ],
)
def test_a_name_with_odd_characters_stands_on_one_line(name: str, shown: str) -> None:
    info = _info("http://x:80/", uuid="u")
    info._set_properties({b"ty": name.encode(), b"UuId": b"ABC\x00"})
    found = mdns._read(info)
    assert found is not None
    assert (found.name, found.lasting) == (shown, "abc")


@pytest.mark.parametrize("uuid", [{"uuid": "http://192.0.2.1/eSCL"}, {}], ids=["uuid", "name"])
def test_what_a_device_calls_itself_is_no_address_to_go_to(uuid: dict[str, str]) -> None:
    found = mdns._read(_info("http://x:80/", name="https://192.0.2.1/", **uuid))
    assert found is not None
    assert "://" not in found.lasting


def test_one_that_announces_what_is_no_address_hides_none_of_the_same_name() -> None:
    uuid = str(uuid4())
    nowhere = "http://127.0.0.1:0/eSCL"
    with serving(FakeScanner()) as root, announced(nowhere, uuid, "Nowhere"), announced(root, uuid):
        assert [each for each in EsclDriver(PATIENCE_SECONDS).scan(ScanOrder(f"escl:{uuid}")) if isinstance(each, Page)]


def test_one_that_is_switched_off_is_told() -> None:
    with pytest.raises(EnvironmentFault, match="scanner_gone"):
        list(EsclDriver(looking=0.3).scan(ScanOrder(f"escl:{uuid4()}")))
