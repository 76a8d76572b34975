"""Delivering scans over 64 kbit/s with 300 ms and gaps as 2 % of lost packets make them, beside a bare upload.

The subject is one pass of the station through the slow line, until it holds every signed receipt: ops, tokens, headers,
answers and receipts are on the same line. The baseline sends the very same bytes over one bare socket through an equal
line and waits for one byte back. The ratio is the goodput's: what of the line is left for the scans. And what went up
the line beside the scans, as a share of them.
"""

from __future__ import annotations

import socket
import threading
from pathlib import Path
from time import perf_counter

from benchmarks.measure import Measure, Seconds
from benchmarks.served import station, whole_pass
from station_app.domain.application import Content, ScanKind
from station_app.durable import Point
from station_app.services import capture, intake, submission
from station_app.services.desk import Desk
from tests.samples.cases import case
from tests.samples.people import person
from tests.samples.pictures import padded, scans_of
from tests.system.slow_line import Shape, SlowLine, slow_line

LEAST = 0.9  # of what the line carries
APPLICATIONS, SCAN_BYTES = 2, 64 * 1024
LINE = Shape(rate=8_000, delay=0.15, lost=0.02, gap=0.6)  # 64 kbit/s; a gap: what TCP waits before it sends again
_SEED = 11


def measure(folder: Path) -> list[Measure]:
    with station(folder) as (desk, url):
        size = _submit(desk)
        with slow_line(int(url.rpartition(":")[2]), LINE, seed=_SEED) as line:
            taken = _delivered(desk, line)
            beside = (line.up - size) / size
    bare = _uploaded(size)
    goodput, carried = size / taken, size / bare
    return [
        Measure(
            "slow_link", "B/s", round(goodput), round(carried), round(goodput / carried, 3), LEAST, "ratio", "higher", 1
        ),
        Measure("slow_link_beside", "share", round(beside, 4)),
    ]


def _submit(desk: Desk) -> int:
    """Queue the applications; the bytes of their scans."""
    size = 0
    for number in range(APPLICATIONS):
        record = intake.new_case(desk, Content.from_json(case(number))).value.record
        for kind, page in _pages(number).items():
            capture.add_scan(desk, record.id, kind, page)
            size += len(page)
        submission.submit(desk, record.id)
    return size


def _pages(number: int) -> dict[ScanKind, bytes]:
    base = scans_of(person(number), case(number), SCAN_BYTES // 2)
    return {kind: padded(content, SCAN_BYTES, f"{kind} {number}") for kind, content in base.items()}


def _delivered(desk: Desk, line: SlowLine) -> Seconds:
    with desk.store.write(Point.ENROLMENT) as uow:
        uow.facts.set("server_url", line.url)
    begun = perf_counter()
    received = whole_pass(desk).received
    if received != APPLICATIONS:
        raise RuntimeError(f"{received} of {APPLICATIONS} received")
    return perf_counter() - begun


# ---- the baseline


def _uploaded(size: int) -> Seconds:
    """Seconds until the receiver has said that it has all."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        receiver = threading.Thread(target=_receive, args=(listener, size))
        receiver.start()
        with slow_line(listener.getsockname()[1], LINE, seed=_SEED) as line:
            with socket.create_connection(("127.0.0.1", line.port)) as connection:
                begun = perf_counter()
                connection.sendall(bytes(size))
                if connection.recv(1) != b".":
                    raise RuntimeError("the receiver gave up")
                taken = perf_counter() - begun
            receiver.join()
    return taken


def _receive(listener: socket.socket, size: int) -> None:
    connection, _ = listener.accept()
    with connection:
        while size and (piece := connection.recv(64 * 1024)):
            size -= len(piece)
        if not size:
            connection.sendall(b".")
