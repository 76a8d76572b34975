"""The server on PostgreSQL: another URL, the same case from the counter to the card."""

from __future__ import annotations

import csv
import json
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from station_app.domain.application import Category
from tests.samples.cases import case
from tests.samples.roster import write_roster
from tests.system.fixtures import Papers
from tests.system.world import World

pytestmark = pytest.mark.slow
SERVER = max(Path("/usr/lib/postgresql").glob("*/bin"))


@pytest.fixture
def database_url() -> Iterator[str]:
    """A cluster of its own on loopback, of an unprivileged user, since PostgreSQL refuses root."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    user = "nobody" if os.geteuid() == 0 else None
    if user is not None:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    port = _free_port()
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
    try:
        _run(user, folder, "initdb", "-A", "trust", "-U", "central", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        _run(user, folder, "pg_ctl", "-w", "-o", options, "-l", str(folder / "log"), "start")
        try:
            yield f"postgresql+psycopg://central@127.0.0.1:{port}/postgres"
        finally:
            _run(user, folder, "pg_ctl", "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


def _run(user: str | None, folder: Path, program: str, *arguments: str) -> None:
    command = [str(SERVER / program), "-D", str(folder / "data"), *arguments]
    subprocess.run(command, user=user, cwd=folder, stdout=subprocess.DEVNULL, check=True, timeout=60)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def test_a_whole_case_and_a_roster(database_url: str, papers: Papers, tmp_path: Path) -> None:
    world = World(tmp_path / "world", database_url)
    world.folder.mkdir()
    world.central("init")
    write_roster(tmp_path / "roster.csv", 300)
    world.central("roster", "import", tmp_path / "roster.csv")
    code = world.central("enrol", "CY001", "--name", "朝阳区测试街道工会服务站").last_word
    with world.serving() as server:
        world.station("init", "--central", server.url, "--code", code, "--operator", "王芳")
        reference = world.station("add", papers.file, *papers.scan_options()).last_word
        world.station("submit", reference)
        counts = world.station("sync").json()
        assert (counts["received"], counts["blobs"], counts["pending"]) == (1, 4, 0)
        name = case(5, Category.VOCATIONAL)["applicant"]["name"]
        assert name in [row["name"] for row in world.station("lookup", name, "--json").json()]
        world.central("review", reference, "--return", "card_no:mismatch")
        world.station("sync")
        (tmp_path / "patch.json").write_text(json.dumps({"applicant": {"position": "技师"}}), "utf-8")
        world.station("edit", reference, tmp_path / "patch.json")
        world.station("submit", reference)
        world.station("sync")
        world.central("review", reference, "--approve")
        with ThreadPoolExecutor(3) as pool:
            runs = list(pool.map(lambda _: world.central("pay", check=False), range(3)))
        files = {run.last_word for run in runs if run.code == 0 and run.out.strip().endswith(".csv")}
        rows = [row for file in files for row in csv.DictReader(Path(file).read_text("utf-8-sig").splitlines())]
        assert [row["reference"] for row in rows] == [reference]  # once, however many ask at the same time
        answer = tmp_path / "answer.csv"
        with answer.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [*rows[0], "result"])
            writer.writeheader()
            writer.writerow({**rows[0], "result": "ok"})
        world.central("pay", "--confirm", answer)
        world.central("pay", "--confirm", answer, check=False)
        world.station("sync")
    for side in (world.station, world.central):
        shown = side("show", reference, "--json").json()
        assert (shown["state"], shown["revision"], len(shown["receipts"])) == ("paid", 2, 2)
    assert not list(world.central_home.glob("*.db"))
