"""Serial ports by names that outlast a replug."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from station_app.devices.ports import path_of, ports
from station_app.errors import EnvironmentFault


@dataclass
class Listed:
    """As pyserial lists one."""

    device: str
    description: str = "n/a"
    vid: int | None = None
    pid: int | None = None
    serial_number: str | None = None


def _reader(device: str) -> Listed:
    return Listed(device, "SAM-V 读卡器", 0x1A86, 0x7523, "R0001")


def test_a_usb_reader_is_known_by_its_serial_number_wherever_it_is_plugged_in() -> None:
    (port,) = ports([_reader("/dev/ttyUSB0")])
    assert port.id == "usb:1a86:7523:R0001"
    assert "SAM-V 读卡器" in port.name
    assert path_of(port.id, [Listed("/dev/ttyUSB0"), _reader("/dev/ttyUSB3")]) == "/dev/ttyUSB3"
    with pytest.raises(EnvironmentFault, match="id_reader_gone"):
        path_of(port.id, [Listed("/dev/ttyUSB0")])


def test_without_a_serial_number_the_lasting_name_counts(tmp_path: Path) -> None:
    device, by_id = tmp_path / "ttyUSB0", tmp_path / "by-id"
    device.touch()
    by_id.mkdir()
    link = by_id / "usb-1a86_USB_Serial-if00-port0"
    link.symlink_to(device)
    usb = Listed(str(device), "USB Serial", 0x1A86, 0x7523)
    plain = Listed("/dev/ttyS0")
    assert [each.id for each in ports([usb, plain], by_id)] == [str(link), "/dev/ttyS0"]
    assert path_of(str(link), []) == str(link)


def test_a_windows_port_is_itself() -> None:
    (port,) = ports([Listed("COM3", "USB-SERIAL CH340 (COM3)", 0x1A86, 0x7523)], Path("nowhere"))
    assert (port.id, path_of(port.id, [])) == ("COM3", "COM3")
