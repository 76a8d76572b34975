"""An id outlives a replug: the bus address goes, the serial number stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from station_app.devices.usb import is_looked_up, lasting_name


def _plug(sysfs: Path, socket: str, address: tuple[int, int], serial: str | None) -> None:
    folder = sysfs / socket
    folder.mkdir(parents=True)
    facts = {"busnum": address[0], "devnum": address[1], "idVendor": "04a9", "idProduct": "190f", "serial": serial}
    for name, value in facts.items():
        if value is not None:
            (folder / name).write_text(f"{value}\n", "utf-8")


def test_a_serial_number_takes_the_place_of_the_address(tmp_path: Path) -> None:
    _plug(tmp_path / "before", "1-2", (1, 4), "KK 0017")
    _plug(tmp_path / "after", "2-1.3", (2, 11), "KK 0017")
    before = lasting_name("genesys:libusb:001:004", tmp_path / "before")
    assert before == lasting_name("genesys:libusb:002:011", tmp_path / "after") == "genesys:usb:04a9:190f:KK_0017"


def test_without_a_serial_number_two_of_a_kind_are_known_by_their_sockets(tmp_path: Path) -> None:
    _plug(tmp_path, "1-1", (1, 4), None)
    _plug(tmp_path, "1-2", (1, 5), None)
    names = {lasting_name(f"pixma:libusb:001:00{number}", tmp_path) for number in (4, 5)}
    assert names == {"pixma:usb:04a9:190f:socket-1-1", "pixma:usb:04a9:190f:socket-1-2"}


@pytest.mark.parametrize("name", ["epkowa:usb:001:004", "epkowa:interpreter:001:004"])
def test_epsons_own_names_hold_the_address_too(name: str, tmp_path: Path) -> None:
    _plug(tmp_path, "1-1", (1, 4), "E1")
    assert lasting_name(name, tmp_path) == "epkowa:usb:04a9:190f:E1"


def test_the_number_by_which_a_scanner_was_heard_does_not_count(tmp_path: Path) -> None:
    """sane-airscan counts those that it hears, each time anew."""
    names = {lasting_name(f"airscan:{each}:一楼 MFC:2", tmp_path) for each in ("e0", "e1", "e12")}
    assert names == {"airscan:e:一楼 MFC:2"}
    assert is_looked_up("airscan:e:一楼 MFC:2")
    assert not is_looked_up("airscan:e0:chosen by an older program")


@pytest.mark.parametrize(
    "name", ["test:0", "hpaio:/usb/LaserJet?serial=1", "pixma:04A9190F_KK0017", "genesys:libusb:009:009", ""]
)
def test_any_other_name_stays(name: str, tmp_path: Path) -> None:
    assert lasting_name(name, tmp_path) == name
