"""What a district is told of grants: whose they are and what for, never which station's."""

from __future__ import annotations

from sqlalchemy import delete, select, update

from central import grants, money, review
from central.context import make_central
from central.roster import import_roster
from central.tables import counters, grant_log, grant_news
from station_app.domain.application import ReturnCode
from station_app.durable import Point
from sync.wire import MAX_CHANGES, Cursor, GrantChange
from tests.samples.cases import case
from tests.samples.people import person
from tests.unit.central.office import Office, Sender
from tests.unit.central.test_money import answered
from tests.unit.central.test_roster import member

HERE, THERE = "朝阳区", "海淀区"


def heard(sender: Sender, cursor: Cursor | None = None) -> list[GrantChange]:
    answer = sender.sync(cursor=cursor or Cursor(), grants=True)
    return [each for each in answer.changes if isinstance(each, GrantChange)]


def cursor_of(sender: Sender) -> Cursor:
    return sender.sync(cursor=Cursor(), grants=True).cursor


def test_another_station_of_the_district_hears_and_nobody_else(office: Office) -> None:
    mine, near, far = office.sender("CY001", HERE), office.sender("CY002", HERE), office.sender("HD001", THERE)
    city = office.sender("BJ001", "")
    reference = office.approved(mine, 1)
    told = heard(near)
    assert [each.id_number for each in told] == [person(1).id_number]
    assert [each.id_number for each in heard(city)] == [person(1).id_number]
    assert (heard(mine), heard(far)) == ([], [])
    document = told[0].model_dump_json()
    assert reference not in document
    assert "CY001" not in document


def test_it_is_open_until_the_money_is_on_its_way_and_gone_with_a_rejection(office: Office) -> None:
    mine, near = office.sender("CY001", HERE), office.sender("CY002", HERE)
    office.approved(mine, 1)
    other = mine.submission(2)
    mine.submit(other)
    first, second = heard(near)
    assert (first.year_paid, first.plan, first.category, first.level) == (None, 2024, "vocational", 2)
    assert first.occupation == case(1)["certificate"]["occupation"]
    assert first.certificate_number == case(1)["certificate"]["number"]
    cursor = cursor_of(near)
    run = money.pay(office.central)
    review.reject(office.central, other["reference"], ReturnCode.OTHER)
    news = {each.grant_no: each for each in heard(near, cursor)}
    assert news[first.grant_no].year_paid == 2024
    assert news[second.grant_no].gone
    cursor = cursor_of(near)
    reference = mine.reference()
    money.confirm(office.central, answered(run.files[0]))
    assert [each.year_paid for each in heard(near, cursor)] == [2024]
    assert reference not in "".join(each.model_dump_json() for each in heard(near))


def test_a_payment_that_the_bank_refused_is_open_again(office: Office) -> None:
    mine, near = office.sender("CY001", HERE), office.sender("CY002", HERE)
    reference = office.approved(mine, 1)
    (file,) = money.pay(office.central).files
    assert [each.year_paid for each in heard(near)] == [2024]
    money.confirm(office.central, answered(file, **{reference.replace("-", "_"): "账号有误"}))
    assert [(each.year_paid, each.gone) for each in heard(near)] == [(None, False)]


def test_the_district_where_the_roster_lists_the_person_hears_too(office: Office) -> None:
    mine, home = office.sender("CY001", HERE), office.sender("HD001", THERE)
    office.approved(mine, 1)
    assert heard(home) == []
    import_roster(office.central, [member(1, district=THERE)])
    (told,) = heard(home)
    assert not told.gone
    cursor = cursor_of(home)
    import_roster(office.central, [member(1, district="东城区")])
    assert [(each.grant_no, each.gone) for each in heard(home, cursor)] == [(told.grant_no, True)]
    import_roster(office.central, [member(1, district=THERE)])
    cursor = cursor_of(home)
    import_roster(office.central, [member(2, district=THERE)], replace=True)
    assert [(each.grant_no, each.gone) for each in heard(home, cursor)] == [(told.grant_no, True)]


def test_another_id_number_replaces_the_first(office: Office) -> None:
    mine, near = office.sender("CY001", HERE), office.sender("CY002", HERE)
    body = mine.submission(1)
    mine.submit(body)
    (before,) = heard(near)
    review.give_back(office.central, body["reference"], [])
    corrected = {**body, "revision": 2, "content": case(2)}
    assert mine.submit(corrected).result == "accepted"
    (after,) = heard(near)
    assert (after.grant_no, after.id_number) == (before.grant_no, person(2).id_number)


def test_it_comes_in_parts_and_once(office: Office) -> None:
    mine, near = office.sender("CY001", HERE), office.sender("CY002", HERE)
    for number in range(MAX_CHANGES // 50 + 1):
        mine.sync(*[mine.op("submit", mine.submission(number * 50 + each)) for each in range(50)])
    numbers: list[int] = []
    cursor, more = Cursor(), True
    while more:
        answer = near.sync(cursor=cursor, grants=True)
        numbers += [each.grant_no for each in answer.changes if isinstance(each, GrantChange)]
        cursor, more = answer.cursor, answer.more
    assert len(numbers) == len(set(numbers)) == MAX_CHANGES + 50
    assert heard(near, cursor) == []
    own, more = Cursor(), True
    while more:
        answer = mine.sync(cursor=own, grants=True)
        assert not any(isinstance(each, GrantChange) for each in answer.changes)
        own, more = answer.cursor, answer.more
    assert own.grants == cursor.grants  # one's own cases are not told, and not looked through again


def test_a_station_of_before_hears_nothing_of_it(office: Office) -> None:
    mine, near = office.sender("CY001", HERE), office.sender("CY002", HERE)
    office.approved(mine, 1)
    answer = near.sync()
    assert not any(isinstance(each, GrantChange) for each in answer.changes)
    assert answer.cursor.grants == 0


def test_a_database_from_before_the_log_tells_of_every_case(office: Office) -> None:
    mine, near = office.sender("CY001", HERE), office.sender("CY002", HERE)
    office.approved(mine, 1)
    with office.central.database.write(Point.SERVER_SCHEMA) as tx:
        tx.execute(delete(grant_news))
        tx.execute(delete(grant_log))
        tx.execute(delete(counters).where(counters.c.name == "grants"))
    make_central({"CENTRAL_HOME": str(office.central.home.path)}, office.clock).close()
    assert [each.id_number for each in heard(near)] == [person(1).id_number]


def test_numbering_twice_costs_nothing(office: Office) -> None:
    office.approved(office.sender("CY001", HERE), 1)
    grants.number(office.central)
    with office.central.database.read() as tx:
        before = tx.execute(select(grant_log)).all()
        assert tx.execute(select(grant_news)).all() == []
    with office.central.database.write(Point.SERVER_SYNC) as tx:
        tx.execute(update(counters).where(counters.c.name == "grants").values(value=900))
    grants.number(office.central)
    with office.central.database.read() as tx:
        assert tx.execute(select(grant_log)).all() == before
