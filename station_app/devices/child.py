"""A driver's process: one request on standard input, messages on standard output, and the end.

Standard input stays open as long as the answer is wanted. When it closes, because the clerk has had enough or the
program is gone, the driver is asked to stop, and a moment later the whole process group ends.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from typing import IO, Any

from station_app.devices import drivers
from station_app.devices.id_reader import CardOrder, IdReader
from station_app.devices.pipe import fault_head, send
from station_app.devices.scanner import Begun, ScannerDriver, ScanOrder
from station_app.errors import EnvironmentFault, UserError

ID_READER = "samv"
GRACE = 5.0  # seconds a driver has to put the device to rest


def main() -> int:
    """Serve the one request."""
    request = json.loads(sys.stdin.buffer.readline())
    out = sys.stdout.buffer
    if request["put_away"] is not None:
        return _put_away(request["put_away"])
    driver = _driver(request)
    threading.Thread(target=_watch, args=(sys.stdin.fileno(), driver), daemon=True).start()
    try:
        _serve(driver, request, out)
        send(out, "end")
    except (UserError, EnvironmentFault) as error:
        send(out, "fault", **fault_head(error))
    return 0


def _put_away(job: str) -> int:
    """What another process of the driver has left on the device."""
    from station_app.devices.escl import put_away  # SANE's and WIA's leave nothing: it goes with their process

    put_away(job)
    send(sys.stdout.buffer, "end")
    return 0


def _driver(request: dict[str, Any]) -> ScannerDriver | IdReader:
    if request["driver"] == ID_READER:
        return IdReader(CardOrder(**request["order"]))
    return drivers.load(request["driver"])


def _serve(driver: ScannerDriver | IdReader, request: dict[str, Any], out: IO[bytes]) -> None:
    if isinstance(driver, IdReader):
        for record in driver.read():
            if record is None:
                send(out, "alive")
            else:
                send(out, "card", **record.to_json())
        return
    if request["order"] is None:
        for scanner in driver.scanners():
            send(out, "alive") if scanner is None else send(out, "scanner", **scanner.to_json())
        return
    for page in driver.scan(ScanOrder.from_json(request["order"])):
        if page is None:
            send(out, "alive")
        elif isinstance(page, Begun):
            send(out, "begun", job=page.job, certificate=page.certificate)
        else:
            send(out, "page", page.content, media_type=page.media_type)


def _watch(stdin: int, driver: ScannerDriver | IdReader) -> None:
    """Not through ``sys.stdin``, whose lock a thread must not hold when the interpreter ends."""
    while os.read(stdin, 1):
        pass
    driver.stop()
    threading.Event().wait(GRACE)  # the main thread ends the process before this
    if sys.platform == "win32":
        os._exit(1)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
