"""Scanners with a certificate of their own making, and addresses of one cable: known again, or refused."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import psutil
import pytest

from station_app.devices.escl import EsclDriver, put_away
from station_app.devices.job import ScanJob
from station_app.devices.scanner import Begun, Page, ScanOrder, Source
from station_app.errors import EnvironmentFault, UserError
from tests.integration.devices.fake_escl import FakeScanner, self_signed, serving


def _shown(certificate: Path) -> str:
    return sha256(
        ssl.PEM_cert_to_DER_cert(certificate.read_text().partition("-----END PRIVATE KEY-----\n")[2])
    ).hexdigest()


def test_the_certificate_of_the_first_time_is_told_with_the_job(tmp_path: Path) -> None:
    certificate, fake = self_signed(tmp_path), FakeScanner()
    with serving(fake, certificate) as root:
        told = list(EsclDriver().scan(ScanOrder(f"escl:{root}", Source.FEEDER)))
    assert len([each for each in told if isinstance(each, Page)]) == 3
    (begun,) = [each for each in told if isinstance(each, Begun)]
    assert begun == Begun(f"{root}/ScanJobs/7", _shown(certificate))
    assert fake.deleted == ["/eSCL/ScanJobs/7"]


def test_the_same_certificate_is_taken_again_and_another_hears_nothing(tmp_path: Path) -> None:
    certificate, other, fake = self_signed(tmp_path), self_signed(tmp_path), FakeScanner()
    for shown, fits in ((certificate, True), (other, False)):
        with serving(fake, shown) as root:
            order = ScanOrder(f"escl:{root}", certificate=_shown(certificate))
            if fits:
                assert [each for each in EsclDriver().scan(order) if isinstance(each, Page)]
                continue
            fake.hosts.clear()
            with pytest.raises(EnvironmentFault, match="scanner_certificate_changed"):
                list(EsclDriver().scan(order))
    assert fake.hosts == []


def test_over_plain_http_there_is_none() -> None:
    with serving(FakeScanner()) as root:
        told = list(EsclDriver().scan(ScanOrder(f"escl:{root}")))
    assert [each.certificate for each in told if isinstance(each, Begun)] == [""]


def test_through_its_own_process_the_certificate_comes_and_goes(tmp_path: Path) -> None:
    certificate, trusted = self_signed(tmp_path), list[str]()
    with serving(FakeScanner(), certificate) as root:
        with ScanJob(ScanOrder(f"escl:{root}"), trust=trusted.append) as pages:
            assert len(list(pages)) == 1
        assert trusted == [_shown(certificate)]
        with (
            ScanJob(ScanOrder(f"escl:{root}", certificate="0" * 64)) as pages,
            pytest.raises(EnvironmentFault, match="scanner_certificate_changed"),
        ):
            list(pages)


def test_a_job_that_was_left_is_put_away_over_https_too(tmp_path: Path) -> None:
    fake = FakeScanner()
    with serving(fake, self_signed(tmp_path)) as root:
        put_away(f"{root}/ScanJobs/7")
    assert fake.deleted == ["/eSCL/ScanJobs/7"]


@contextmanager
def _speaking_no_tls() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            with server.accept()[0] as call:
                call.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")
                call.recv(2**16)

        thread = threading.Thread(target=answer)
        thread.start()
        yield f"https://127.0.0.1:{server.getsockname()[1]}/eSCL"
        thread.join()


def test_one_that_speaks_no_tls_is_told() -> None:
    with _speaking_no_tls() as root, pytest.raises(EnvironmentFault, match="scanner_gone"):
        list(EsclDriver().scan(ScanOrder(f"escl:{root}")))


def _of_one_cable() -> str:
    for addresses in psutil.net_if_addrs().values():
        for each in addresses:
            if each.family == socket.AF_INET6 and each.address.startswith("fe80:") and "%" in each.address:
                return each.address
    pytest.skip("no interface here has an address of one cable")


@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
def test_an_address_of_one_cable_is_reached_by_its_zone(secure: bool, tmp_path: Path) -> None:
    address, fake = _of_one_cable(), FakeScanner()
    with serving(fake, self_signed(tmp_path) if secure else None, address) as root:
        assert "%25" in root
        told = list(EsclDriver().scan(ScanOrder(f"escl:{root}", Source.FEEDER)))
        (begun,) = [each for each in told if isinstance(each, Begun)]
        put_away(begun.job)
    assert len([each for each in told if isinstance(each, Page)]) == 3
    assert fake.deleted == ["/eSCL/ScanJobs/7"] * 2
    assert "%" not in fake.hosts[0]  # the zone is this PC's own business


@pytest.mark.parametrize("zone", ["", "%", "a b", "a/b", "a@b", "x" * 40])
def test_what_is_no_zone_is_refused(zone: str) -> None:
    with pytest.raises(UserError, match="scanner_unknown"):
        list(EsclDriver().scan(ScanOrder(f"escl:http://[fe80::1%25{zone}]/eSCL")))
