"""A whole roster takes the place of the old one in one act, goes on where it broke off, and is made anew where lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from station_app.domain.member import Member
from station_app.domain.pinyin import keys_of
from station_app.durable import Point
from station_app.errors import EnvironmentFault
from station_app.store import Store, StoreKeys
from station_app.store.roster import ROSTER, Load, Row, row_of
from tests.integration.store.conftest import MASTER, HandClock
from tests.integration.store.test_members import member

OLD = [member(number) for number in range(40)]
NEW = [*(replace(each, phone="13900000000") for each in OLD[:20]), *(member(number) for number in range(100, 400))]


def rows(members: Sequence[Member]) -> list[Row]:
    return sorted(map(row_of, members), key=lambda row: row[1])


def load(store: Store, members: Sequence[Member], seq: int, page: int = 50) -> None:
    told = rows(members)
    with store.roster.write() as work:
        work.start_load()
    for start in range(0, len(told), page):
        following = f"load-{start}" if start + page < len(told) else ""
        with store.roster.write() as work:
            work.add_loaded(told[start : start + page], Load(following, seq))
    store.roster.finish_load()


def found(store: Store, text: str) -> list[Member]:
    with store.read() as uow:
        return uow.members.search(text, 1000)


def count(store: Store) -> int:
    with store.read() as uow:
        return uow.members.count()


@pytest.fixture
def loaded(store: Store) -> Store:
    load(store, OLD, 7)
    return store


def test_everybody_loaded_is_found_by_every_key_and_number(loaded: Store) -> None:
    assert (count(loaded), loaded.roster.cursors()[0]) == (40, 7)
    for someone in OLD:
        for key in (*keys_of(someone.name), someone.id_number, someone.card_no, someone.phone):
            assert someone in found(loaded, key.removeprefix("~")), key


def test_the_new_roster_is_the_whole_roster(loaded: Store) -> None:
    load(loaded, NEW, 90)
    assert (count(loaded), loaded.roster.cursors()[0]) == (len(NEW), 90)
    assert found(loaded, OLD[30].id_number) == []
    assert found(loaded, OLD[3].id_number) == [NEW[3]]
    with loaded.read() as uow:
        known = {row[0] for row in uow.connection.exec_driver_sql("SELECT name FROM member_keys")}
    assert known == {each.name for each in NEW}


def test_the_old_roster_is_searched_until_the_new_one_is_whole(loaded: Store) -> None:
    with loaded.roster.write() as work:
        work.start_load()
        work.add_loaded(rows(NEW)[:50], Load("load-50", 90))
    loaded.roster.finish_load()  # not yet: pages are missing
    assert (count(loaded), loaded.roster.cursors()[0]) == (40, 7)
    assert found(loaded, OLD[3].id_number) == [OLD[3]]


def test_small_news_after_a_load_is_written_row_by_row(loaded: Store) -> None:
    with loaded.roster.write() as work:
        work.upsert([replace(OLD[0], name="单建国"), member(500)])
        work.remove([OLD[1].member_no])
        work.set_cursor(9)
    assert [each.member_no for each in found(loaded, "shanjianguo")] == [OLD[0].member_no]
    assert (count(loaded), loaded.roster.cursors()[0]) == (40, 9)


def test_who_was_renamed_while_the_load_went_on_waits_for_the_log(store: Store) -> None:
    load(store, [*OLD, replace(OLD[5], name="单建国")], 7)
    assert count(store) == 39
    with store.roster.write() as work:
        work.upsert([replace(OLD[5], name="单建国")])
    assert [each.name for each in found(store, OLD[5].id_number)] == ["单建国"]


@pytest.mark.parametrize("until", range(9))
def test_a_load_goes_on_after_the_program_ended_at_any_step(
    loaded: Store, home: Path, keys: StoreKeys, clock: HandClock, until: int
) -> None:
    """``until``: how many transactions of the finishing were made before the end."""
    with loaded.roster.write() as work:
        work.start_load()
        work.add_loaded(rows(NEW), Load("", 90))
    left = iter(range(until))
    real = loaded.roster.write

    def write() -> object:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return real()

    loaded.roster.write = write  # type: ignore[method-assign,assignment]
    ended = False
    try:
        loaded.roster.finish_load()
    except KeyboardInterrupt:
        ended = True
    assert ended is (until < 8)
    loaded.close()
    with closing(Store.open(home, keys, clock)) as again:
        assert count(again) == (40 if ended else len(NEW))
        with again.roster.read() as work:
            assert work.load() == (Load("", 90) if ended else None)
        again.roster.finish_load()
        assert (count(again), again.roster.cursors()[0]) == (len(NEW), 90)
        assert found(again, NEW[100].id_number) == [NEW[100]]


def _gone(path: Path) -> None:
    path.unlink()


def _emptied(path: Path) -> None:
    path.write_bytes(b"")


def _garbled(path: Path) -> None:
    path.write_bytes(b"\x5a" * path.stat().st_size)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def _of_another_home(path: Path) -> None:
    with closing(Store.create(path.parent / "another", StoreKeys.derive(MASTER[::-1]), HandClock())):
        pass
    path.write_bytes((path.parent / "another" / ROSTER).read_bytes())


@pytest.mark.parametrize("hurt", [_gone, _emptied, _garbled, _cut, _of_another_home])
def test_a_lost_roster_is_made_anew_and_the_cases_are_untouched(
    loaded: Store, home: Path, keys: StoreKeys, clock: HandClock, hurt: Callable[[Path], None]
) -> None:
    loaded.close()
    cases = (home / "store.db").read_bytes()
    hurt(home / ROSTER)
    with closing(Store.open(home, keys, clock)) as again:
        assert (count(again), again.roster.cursors()[0]) == (0, 0)
        load(again, NEW, 90)
        assert count(again) == len(NEW)
    assert (home / "store.db").read_bytes() == cases


def test_the_wrong_key_does_not_cost_the_roster(loaded: Store, home: Path, keys: StoreKeys, clock: HandClock) -> None:
    loaded.close()
    with pytest.raises(EnvironmentFault, match="store_wrong_key"):
        Store.open(home, StoreKeys.derive(MASTER[::-1]), clock)
    with closing(Store.open(home, keys, clock)) as again:
        assert count(again) == 40


def test_a_save_does_not_wait_for_the_roster(loaded: Store) -> None:
    with loaded.roster.write() as work:
        work.upsert([member(600)])
        with loaded.write(Point.DRAFT) as uow:
            uow.facts.set("station_no", "CY001")
        with loaded.read() as uow:
            assert uow.facts.get("station_no") == "CY001"
