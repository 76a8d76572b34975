"""Writer, reader and sync threads at one store: none waits for what it need not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

from station_app.durable import Point
from station_app.store import Store
from station_app.store.records import ApplicationRecord
from tests.integration.store.conftest import HandClock, record


def test_a_reader_does_not_wait_for_a_writer(store: Store, draft: ApplicationRecord) -> None:
    writing, read = Event(), Event()

    def write() -> None:
        with store.write(Point.DRAFT) as uow:
            uow.applications.add(record("case-2", 2))
            writing.set()
            assert read.wait(30), "the reader waited for the writer"

    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(write)
        assert writing.wait(30)
        with store.read() as uow:
            assert [row.id for row in uow.applications.unfinished()] == ["case-1"]
        read.set()
        done.result()


def test_writers_wait_for_each_other_and_none_is_lost(store: Store) -> None:
    together = Barrier(6)

    def count_up(_: int) -> list[int]:
        together.wait(30)
        serials = []
        for _ in range(20):
            with store.write(Point.DRAFT) as uow:
                serials.append(uow.applications.next_serial(2024))
        return serials

    with ThreadPoolExecutor(6) as pool:
        serials = [serial for some in pool.map(count_up, range(6)) for serial in some]
    assert sorted(serials) == list(range(1, 121))


def test_more_readers_than_are_kept(store: Store, draft: ApplicationRecord) -> None:
    together = Barrier(12)

    def read(_: int) -> str:
        with store.read() as uow:
            together.wait(30)
            return uow.applications.get("case-1").reference

    with ThreadPoolExecutor(12) as pool:
        assert set(pool.map(read, range(12))) == {draft.reference}


def test_a_store_closed_under_a_reader_leaves_no_log(store: Store, draft: ApplicationRecord, clock: HandClock) -> None:
    with store.read() as uow:
        assert uow.applications.get("case-1") == draft
        store.close()
    assert [each.name for each in store.home.glob("store.db*")] == ["store.db"]
