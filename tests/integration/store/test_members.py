"""Finding a member by whatever a clerk types, and keeping the roster as the server tells it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from station_app.domain.member import Member
from station_app.domain.pinyin import keys_of
from station_app.durable import Point
from station_app.store import Store
from station_app.store.records import LedgerQuery
from tests.integration.store.conftest import record
from tests.samples.people import person


def member(number: int, name: str | None = None) -> Member:
    one = person(number)
    return Member(
        member_no=number,
        name=name or one.name,
        id_number=one.id_number,
        card_no=one.card_no,
        phone=one.phone,
        employer=one.employer,
        district=one.district,
        full_time_union_social_worker=one.full_time_union_social_worker,
    )


NAMES = (
    "单建国", "仇丽", "曾志伟", "解晓东", "区小明", "朴正秀", "查良华", "盖雪", "尉迟恭", "万俟明",
    "长孙无忌", "吕丽丽", "张建国", "张建", "建国", "王伟", "任盈盈", "买买提·吐尔逊", "欧阳乐", "李雪梅",
)  # fmt: skip


@pytest.fixture
def roster(store: Store) -> Store:
    """Two thousand invented people, and those above from number 10000 on."""
    with store.roster.write() as work:
        work.upsert(member(number) for number in range(2000))
        work.upsert(member(10_000 + number, name) for number, name in enumerate(NAMES))
    return store


def _names(store: Store, text: str, limit: int = 20) -> list[str]:
    with store.read() as uow:
        return [each.name for each in uow.members.search(text, limit)]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        *(("shanjianguo", "单建国"), ("danjianguo", "单建国"), ("sjg", "单建国"), ("shanjg", "单建国")),
        *(("qiuli", "仇丽"), ("chouli", "仇丽"), ("zengzhi", "曾志伟"), ("cengzhi", "曾志伟")),
        *(("xiexiaod", "解晓东"), ("jiexd", "解晓东"), ("ouxiao", "区小明"), ("quxm", "区小明")),
        *(("piaozheng", "朴正秀"), ("puzx", "朴正秀"), ("zhaliang", "查良华"), ("chaliang", "查良华")),
        *(("gexue", "盖雪"), ("gaixue", "盖雪"), ("yuchigong", "尉迟恭"), ("weichigong", "尉迟恭"), ("ycg", "尉迟恭")),
        *(("moqiming", "万俟明"), ("wansiming", "万俟明"), ("zhangsun", "长孙无忌"), ("changsunwuji", "长孙无忌")),
        *(("lvlili", "吕丽丽"), ("lulili", "吕丽丽"), ("lyulili", "吕丽丽"), ("lülili", "吕丽丽")),
        *(("单建", "单建国"), ("尉迟", "尉迟恭"), ("无忌", "长孙无忌"), ("wuji", "长孙无忌"), ("wj", "长孙无忌")),
        *(
            ("吐尔逊", "买买提·吐尔逊"),
            ("买买提吐", "买买提·吐尔逊"),
            ("买买提·吐", "买买提·吐尔逊"),
            ("mmttex", "买买提·吐尔逊"),
        ),
        *(("OUYANGYUE", "欧阳乐"), ("ouyang le", "欧阳乐"), ("ouyang'le", "欧阳乐"), ("ｏｕｙａｎｇｌｅ", "欧阳乐")),
    ],
)
def test_a_name_is_found_by_every_way_of_typing_it(roster: Store, typed: str, name: str) -> None:
    assert name in _names(roster, typed)


def test_whole_names_stand_before_given_names(roster: Store) -> None:
    assert _names(roster, "建国") == ["建国", "单建国", "张建国"]
    assert _names(roster, "张建")[:2] == ["张建", "张建国"]


def test_numbers_are_found_from_their_start(roster: Store) -> None:
    someone = member(1234)
    with roster.read() as uow:
        for number in (someone.id_number, someone.card_no, someone.phone):
            assert uow.members.search(number) == [someone]
            assert someone in uow.members.search(number[:-3], 1000)
        spaced = f" {someone.id_number[:6]} {someone.id_number[6:14]}-{someone.id_number[14:]} "
        assert uow.members.search(spaced) == [someone]
        assert uow.members.search(someone.id_number[1:]) == []
        assert uow.members.by_id_number(someone.id_number.lower()) == someone
        assert uow.members.by_id_number(someone.id_number[:17]) is None


def test_a_check_character_x_may_be_small_or_wide(roster: Store) -> None:
    someone = next(each for each in map(member, range(2000)) if each.id_number.endswith("X"))
    with roster.read() as uow:
        for last in "xXＸ":
            assert uow.members.search(someone.id_number[:17] + last) == [someone]


def test_nothing_typed_finds_nothing_and_a_limit_holds(roster: Store) -> None:
    assert _names(roster, "") == _names(roster, "  ") == _names(roster, "·") == _names(roster, "%") == []
    assert len(_names(roster, "9", 20)) == 20
    assert len(_names(roster, "w", 7)) == 7
    assert len(_names(roster, "99", 10_000)) == 2000 + len(NAMES)


def test_every_key_of_everybody_finds_them(roster: Store) -> None:
    with roster.read() as uow:
        for number in range(0, 2000, 97):
            someone = member(number)
            for key in keys_of(someone.name):
                assert someone in uow.members.search(key.removeprefix("~"), 5000), (someone.name, key)


def test_a_changed_row_is_found_as_it_is_now(roster: Store) -> None:
    before = member(10_000, "单建国")
    after = replace(before, name="单卫红", phone="13800199999", full_time_union_social_worker=True)
    with roster.roster.write() as work:
        work.upsert([after])
    with roster.read() as uow:
        assert uow.members.search("单卫红") == [after]
        assert uow.members.search("13800199999") == [after]
        assert uow.members.search("单建国") == uow.members.search("shanjianguo") == []
        assert uow.members.search(before.phone) == []
        assert uow.members.count() == 2000 + len(NAMES)


def test_a_member_taken_out_is_gone_with_every_spelling(roster: Store) -> None:
    with roster.roster.write() as work:
        work.remove([10_000, 999_999])
    with roster.read() as uow:
        left = uow.connection.exec_driver_sql("SELECT key FROM member_keys WHERE name = '单建国'").all()
        assert (uow.members.search("单建国"), left) == ([], [])


def test_a_name_that_somebody_else_bears_stays_findable(roster: Store) -> None:
    case = record()
    with roster.write(Point.DRAFT) as uow:
        uow.applications.add(replace(case, content=case.content.with_value("applicant", "name", "仇丽")))
    with roster.roster.write() as work:
        work.upsert([member(20_000, "单建国")])
        work.remove([10_000, 10_001])
    with roster.read() as uow:
        assert [each.member_no for each in uow.members.search("单建国")] == [20_000]
        assert uow.members.search("仇丽") == []
        assert [row.reference for row in uow.applications.find(LedgerQuery(text="qiuli"))] == [case.reference]


def test_the_same_member_twice_in_one_batch_is_the_last_one(store: Store) -> None:
    with store.roster.write() as work:
        work.upsert([member(1, "张三"), member(1, "李四")])
    with store.read() as uow:
        assert [each.name for each in uow.members.search("9")] == ["李四"]
        assert uow.members.search("张三") == []


@pytest.mark.parametrize("text", ["zhang", "张", "9900", "1380", "建", "zjg"])
def test_a_search_reads_indexes_only(roster: Store, text: str) -> None:
    """No statement of a search scans a table; what it reads grows with the answer, not with the roster."""
    statements: list[str] = []
    with roster.read() as uow:
        driver = uow.connection.connection.driver_connection
        assert driver is not None
        driver.set_trace_callback(statements.append)
        uow.members.search(text)
        driver.set_trace_callback(None)
        assert statements
        for statement in statements:
            plan = [row[3] for row in uow.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}")]
            scans = [step for step in plan if step.startswith("SCAN") and step != "SCAN k"]  # k: the few names found
            assert scans == [], plan
