"""``central serve``: begins, ends, is killed, and has commands beside it."""

from __future__ import annotations

import csv
import os
import signal
import socket
import subprocess
import threading
from pathlib import Path

import pytest
import requests

from central import review
from tests.integration.central.conftest import Seat
from tests.samples.people import person
from tests.system.world import World

pytestmark = pytest.mark.slow


def test_sigterm_ends_it_in_order_with_exit_0(own_seat: Seat) -> None:
    station = own_seat.station()
    station.sync()  # a kept connection is open
    own_seat.server.process.send_signal(signal.SIGTERM)
    assert own_seat.server.process.wait(20) == 0
    with pytest.raises(requests.ConnectionError):
        requests.get(own_seat.url, timeout=5)


def test_a_port_that_is_taken_is_the_environments_fault(seat: Seat) -> None:
    ended = seat.world.central("serve", "--port", seat_port(seat), check=False)
    assert (ended.code, ended.out) == (3, "")
    assert "port_unusable" in ended.err


def seat_port(seat: Seat) -> str:
    return str(seat.server.port)


def test_what_was_answered_survives_sigkill(own_seat: Seat) -> None:
    station = own_seat.station()
    scans = {"card": os.urandom(20_000)}
    body = station.submission(scans=scans)
    op = station.op("submit", body)
    assert station.sync(ops=[op]).results[0].result == "accepted"
    receipts = station.patch(body["reference"], scans["card"]).json()["receipts"]
    own_seat.restart()
    answer = station.sync(ops=[op])
    assert (answer.results[0].result, answer.receipts, answer.missing_blobs) == ("accepted", receipts, [])
    assert own_seat.world.central("audit").code == 0


def test_a_station_is_served_while_commands_work(seat: Seat, tmp_path: Path) -> None:
    station = seat.station()
    roster = tmp_path / "roster.csv"
    with roster.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(["name", "id_number", "card_no"])
        writer.writerows([each.name, each.id_number, each.card_no] for each in map(person, range(3000)))
    ended: list[int] = []
    importing = threading.Thread(target=lambda: ended.append(seat.world.central("roster", "import", roster).code))
    importing.start()
    accepted = 0
    while importing.is_alive() or accepted < 20:
        op = station.op("submit", station.submission(accepted))
        accepted += station.sync(ops=[op]).results[0].result == "accepted"
    importing.join()
    assert ended == [0]


def test_two_pay_runs_as_processes_hold_no_case_twice(seat: Seat) -> None:
    station = seat.station()
    references = []
    for number in range(5000, 5012):
        body = station.submission(number)
        station.sync(ops=[station.op("submit", body)])
        review.approve(seat.central, body["reference"])
        references.append(body["reference"])
    command = ["-m", "tests.faults.trap", "central", "none", "--", "pay"]
    runs = [_start(seat.world, *command) for _ in range(2)]
    outs = [run.communicate(timeout=60)[0] for run in runs]
    assert sorted(run.returncode for run in runs) in ([0, 0], [0, 1])
    files = {Path(line) for out in outs for line in out.split()}
    paid = []
    for file in files:
        with file.open(encoding="utf-8", newline="") as text:
            paid += [line["reference"] for line in csv.DictReader(text)]
    assert sorted(paid) == sorted(references)


def _start(world: World, *arguments: str) -> subprocess.Popen[str]:
    import sys

    return subprocess.Popen(
        [sys.executable, *arguments],
        env=world.environment(),
        cwd=Path(__file__).parents[3],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


@pytest.mark.parametrize("point", ["server_pay:after", "server_bank_file:before", "server_bank_file:after"])
def test_a_pay_run_killed_anywhere_is_made_good_by_the_next(own_seat: Seat, point: str) -> None:
    station = own_seat.station()
    body = station.submission(1)
    station.sync(ops=[station.op("submit", body)])
    review.approve(own_seat.central, body["reference"])
    assert own_seat.world.central("pay", trap=point, check=False).code == -signal.SIGKILL
    again = own_seat.world.central("pay", check=False)
    bank = own_seat.central.home.bank
    (file,) = [each for each in bank.iterdir() if each.suffix == ".csv"]
    assert body["reference"] in file.read_text("utf-8")
    assert (again.code, again.out.split()) in ((0, [str(file)]), (1, []))  # 1: the file was there already
    assert own_seat.world.central("pay", check=False).code == 1


def test_a_connection_that_says_nothing_holds_nobody_up(seat: Seat, station: object) -> None:
    idle = [socket.create_connection(("127.0.0.1", seat.server.port), timeout=5) for _ in range(30)]
    try:
        assert seat.station().ask("GET", "/v1/plans/2024").status_code == 200
    finally:
        for each in idle:
            each.close()
