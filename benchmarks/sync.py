"""Delivering 200 applications with 800 scans of 400 KB, beside the same bytes over one raw loopback connection.

The subject is one pass of the station against ``central serve`` in a process of its own, until the station holds every
signed receipt: scans decrypted, sent, hashed, fsynced, linked; ops, results and receipts committed on both sides. The
baseline is a sender that reads the scans' plain files and a receiver, also a process of its own, that writes and fsyncs
each of them and answers once at the end. And a pass with nothing to tell must be one request.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from time import perf_counter

from benchmarks.measure import Measure, Seconds, alternated, bounded, compared, median
from benchmarks.served import station, whole_pass
from station_app.domain.application import Content, ScanKind
from station_app.services import capture, intake, submission
from station_app.services.desk import Desk
from tests.samples.cases import case
from tests.samples.people import person
from tests.samples.pictures import padded, scans_of

RUNS, LIMIT = 3, 1.3
APPLICATIONS = 200
SCAN_BYTES = 400 * 1024
_TAIL = 64  # bytes of comment by which any two scans differ


def measure(folder: Path) -> list[Measure]:
    with station(folder) as (desk, _url):
        numbers = count()
        subject, baseline = alternated(
            lambda: _delivered(desk, _submit(desk, numbers)), lambda: _uploaded(folder / "plain"), RUNS, warm_up=0
        )
        requests = whole_pass(desk).requests
    return [
        compared("sync", "s", median(subject), median(baseline), LIMIT, RUNS),
        bounded("sync_idle_requests", "requests", requests, 1, 1),
    ]


# ---- the subject


def _submit(desk: Desk, numbers: Iterator[int]) -> int:
    """Queue the applications; how many. Not timed."""
    base = scans_of(person(0), case(0), SCAN_BYTES - _TAIL)
    for _, number in zip(range(APPLICATIONS), numbers, strict=False):
        application_id = intake.new_case(desk, Content.from_json(case(number))).value.record.id
        capture.add_scans(desk, application_id, list(_pages(base, number).items()))
        submission.submit(desk, application_id)
    return APPLICATIONS


def _pages(base: dict[ScanKind, bytes], number: int) -> dict[ScanKind, bytes]:
    return {kind: padded(content, SCAN_BYTES, f"{kind} {number}") for kind, content in base.items()}


def _delivered(desk: Desk, expected: int) -> Seconds:
    begun = perf_counter()
    received = whole_pass(desk).received
    taken = perf_counter() - begun
    if received != expected:
        raise RuntimeError(f"{received} of {expected} received")
    return taken


# ---- the baseline

_RECEIVER = """
import os, socket, sys
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
connection, _ = listener.accept()
size, folder = int(sys.argv[1]), sys.argv[2]
buffer = memoryview(bytearray(size))
for number in range(int(sys.argv[3])):
    filled = 0
    while filled < size:
        got = connection.recv_into(buffer[filled:])
        if not got:
            sys.exit(1)
        filled += got
    descriptor = os.open(f"{folder}/{number}", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    os.write(descriptor, buffer)
    os.fsync(descriptor)
    os.close(descriptor)
connection.sendall(b".")
"""


def _uploaded(folder: Path) -> Seconds:
    """Seconds from the first byte read to the receiver's word that all is on the disk; all scans are of one size."""
    number = APPLICATIONS * 4
    sources = _sources(folder / "from", number)
    (folder / "to").mkdir()
    command = [sys.executable, "-c", _RECEIVER, str(SCAN_BYTES), str(folder / "to"), str(number)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as receiver:
        assert receiver.stdout is not None
        port = int(receiver.stdout.readline())
        with socket.create_connection(("127.0.0.1", port)) as connection:
            begun = perf_counter()
            for source in sources:
                connection.sendall(source.read_bytes())
            if connection.recv(1) != b".":
                raise RuntimeError("the receiver gave up")
            taken = perf_counter() - begun
    shutil.rmtree(folder)
    return taken


def _sources(folder: Path, number: int) -> list[Path]:
    folder.mkdir(parents=True)
    base = scans_of(person(0), case(0), SCAN_BYTES - _TAIL)[ScanKind.CARD]
    paths = [folder / f"{each}.jpg" for each in range(number)]
    for each in paths:
        each.write_bytes(padded(base, SCAN_BYTES, each.name))
    return paths
