"""Which device stands behind SANE's name of it. A bus address changes with every replug, and sane-airscan numbers what
it hears in the order in which it hears it: an id must not hold either.
"""

from __future__ import annotations

import re
from pathlib import Path

SYSFS = Path("/sys/bus/usb/devices")
_ADDRESS = re.compile(r":(?:libusb|usb|interpreter):(\d{3}):(\d{3})$")  # the last two are Epson's own
_HEARD = re.compile(r"(airscan:[a-z])\d+:")
_LOOKED_UP = re.compile(r".*:usb:|airscan:[a-z]:")


def is_looked_up(address: str) -> bool:
    """Whether SANE's name of today has to be found for this lasting one."""
    return _LOOKED_UP.match(address) is not None


def lasting_name(sane_name: str, sysfs: Path = SYSFS) -> str:
    """``genesys:libusb:001:004`` -> ``genesys:usb:04a9:190f:SERIAL``; of a device without a serial number, its socket.
    ``airscan:e0:Brother MFC`` -> ``airscan:e:Brother MFC``.

    Any other name, and one whose device is not to be found, stays as it is.
    """
    heard = _HEARD.match(sane_name)
    if heard is not None:
        return f"{heard[1]}:{sane_name[heard.end() :]}"
    found = _ADDRESS.search(sane_name)
    folder = _folder_at(int(found[1]), int(found[2]), sysfs) if found else None
    if found is None or folder is None:
        return sane_name
    which = _fact(folder, "serial") or f"socket-{folder.name}"
    facts = (_fact(folder, "idVendor"), _fact(folder, "idProduct"), re.sub(r"\s+", "_", which))
    return f"{sane_name[: found.start()]}:usb:{':'.join(facts)}"


def _folder_at(bus: int, device: int, sysfs: Path) -> Path | None:
    for folder in sorted(sysfs.glob("*")):
        if (_fact(folder, "busnum"), _fact(folder, "devnum")) == (str(bus), str(device)):
            return folder
    return None


def _fact(folder: Path, name: str) -> str:
    try:
        return (folder / name).read_text("utf-8", "replace").strip()
    except OSError:
        return ""
