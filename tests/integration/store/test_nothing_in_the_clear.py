"""After real writes, no name, number or employer stands readable in any file of a home, in any usual encoding."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from station_app.domain.application import ScanKind, State
from station_app.domain.member import Member
from station_app.domain.operator import Operator
from station_app.durable import Point
from station_app.store import Store, StoreKeys
from station_app.store.records import ScanRecord
from station_app.store.roster import Load, row_of
from tests.integration.store.conftest import HandClock, record
from tests.integration.store.test_members import member
from tests.samples.people import person

ENCODINGS = ("utf-8", "utf-16-le", "gb18030")
SHORTEST = 6  # bytes
HOW_MANY = 60


def _secrets() -> list[str]:
    people = [person(number) for number in range(HOW_MANY)]
    texts = [text for one in people for text in (one.name, one.id_number, one.card_no, one.phone, one.employer)]
    assert all(len(each.encode()) >= SHORTEST for each in texts)  # in one encoding at least
    return [*texts, "测试操作员甲", "shanjianguo", "设备私钥在此"]


def _found(folder: Path, texts: list[str]) -> list[tuple[str, str]]:
    """Which texts stand readable in which files. Four bytes would be found by chance in megabytes of noise."""
    needles = {text: [each for each in map(text.encode, ENCODINGS) if len(each) >= SHORTEST] for text in texts}
    found = []
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        content = path.read_bytes()
        hits = (text for text, spellings in needles.items() if any(each in content for each in spellings))
        found += [(path.relative_to(folder).as_posix(), text) for text in hits]
    return found


def _load(store: Store, members: list[Member]) -> None:
    rows = sorted((row_of(each) for each in members), key=lambda row: row[1])
    with store.roster.write() as work:
        work.start_load()
        work.add_loaded(rows, Load("", 1))
    store.roster.finish_load()


def _work(store: Store, clock: HandClock) -> None:
    """Everything a store can be given."""
    with store.write(Point.OPERATOR) as uow:
        uow.operators.add(Operator("operator-1", "测试操作员甲"))
        uow.facts.set("device_private_key", "设备私钥在此")
    _load(store, [*(member(number) for number in range(HOW_MANY)), member(9999, "单建国")])
    with store.roster.write() as work:
        work.upsert(member(number) for number in range(HOW_MANY // 2))
    for number in range(HOW_MANY):
        one, case = person(number), record(f"case-{number}", number)
        page = store.scans.put(json.dumps(one.applicant(), ensure_ascii=False).encode())
        with store.write(Point.SUBMIT) as uow:
            uow.applications.add(case)
            uow.scans.add(
                ScanRecord(f"s{number}", case.id, ScanKind.CARD, page.sha256, page.size, "x", page.name, _text(clock))
            )
            body = json.dumps(case.content.to_json(), ensure_ascii=False)
            uow.applications.freeze(case.id, 1, body, operator_id="operator-1", at=clock())
            uow.applications.move(case.id, State.QUEUED, clock(), "operator-1", "station")
            uow.outbox.enqueue(f"op-{number}", case.id, case.reference, "submit", 1, body, clock())
            uow.audit.add("submitted", case.id, "operator-1", reference=case.reference)
    with store.read() as uow:
        assert uow.members.search(person(1).name)
        uow.connection.exec_driver_sql(
            "SELECT content FROM applications ORDER BY content DESC"
        ).all()  # a sort in memory


_LONG = next(name for name in (person(number).name for number in range(HOW_MANY)) if len(name) >= 3)


def _text(clock: HandClock) -> str:
    return clock().strftime("%Y-%m-%dT%H:%M:%SZ")


def test_the_search_itself_finds_what_is_there(tmp_path: Path) -> None:
    for number, encoding in enumerate(ENCODINGS):
        (tmp_path / str(number)).write_bytes(b"\x01" + _LONG.encode(encoding) + b"\x02")
    assert len(_found(tmp_path, [_LONG])) == len(ENCODINGS)


def test_nothing_stands_readable_while_working_and_afterwards(
    store: Store, home: Path, clock: HandClock, keys: StoreKeys
) -> None:
    _work(store, clock)
    store.back_up("by-hand")
    names = {path.name for path in home.rglob("*") if path.is_file()}
    assert {"store.db", "store.db-wal", "store.db-shm", "roster.db", "roster.db-wal"} <= names
    assert (home / "store.db-wal").stat().st_size > 100_000
    assert any(path.suffix == ".db" for path in (home / "backups").iterdir())
    assert _found(home, _secrets()) == []

    store.close()
    assert _found(home, _secrets()) == []
    with closing(Store.open(home, keys, clock)) as again, again.read() as uow:
        assert uow.applications.get("case-3").content == record("case-3", 3).content


def test_a_killed_station_leaves_nothing_readable_either(home: Path, tmp_path: Path) -> None:
    """The write-ahead log of a process that had no time to close."""
    program = f"""
import os, signal
from pathlib import Path
from station_app.store import Store, StoreKeys
from tests.integration.store.conftest import MASTER, HandClock
from tests.integration.store.test_nothing_in_the_clear import _work
clock = HandClock()
store = Store.create(Path({str(home)!r}), StoreKeys.derive(MASTER), clock)
_work(store, clock)
os.kill(os.getpid(), signal.SIGKILL)
"""
    environ = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(__file__).parents[3]), "TMPDIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, check=False)
    assert done.returncode == -9, done.stderr.decode()
    assert (home / "store.db-wal").exists()
    assert _found(tmp_path, _secrets()) == []  # the home lies in it, and so does TMPDIR


@pytest.mark.parametrize("name", ["store.db", "store.db-wal", "roster.db", "roster.db-wal"])
def test_two_homes_with_the_same_content_look_nothing_alike(
    store: Store, home: Path, tmp_path: Path, clock: HandClock, name: str
) -> None:
    with closing(Store.create(tmp_path / "other", StoreKeys.derive(bytes(32)), clock)) as other:
        for each in (store, other):
            _load(each, [member(number) for number in range(100)])
            with each.write(Point.DRAFT) as uow:
                for number in range(20):
                    uow.applications.add(record(f"case-{number}", number))
        pages = [(path / name).read_bytes() for path in (home, tmp_path / "other")]
    blocks = [{content[start : start + 16] for start in range(64, len(content) - 16, 16)} for content in pages]
    assert len(blocks[0] & blocks[1]) < len(blocks[0]) / 100
