"""The drivers' process on a PC whose USB devices are those of a folder: ``_ SYSFS``.

The first argument is the name of the program's own, by which the tests know a driver's process.
"""

from __future__ import annotations

import sys
from pathlib import Path

from station_app.devices import usb

if __name__ == "__main__":
    usb.SYSFS = Path(sys.argv[2])
    from station_app.devices import child

    sys.exit(child.main())
