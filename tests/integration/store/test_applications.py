"""Cases in the store: drafts, moves, revisions, the server's word, the ledger."""

from __future__ import annotations

from dataclasses import replace

import pytest

from station_app.domain.application import Category, FieldReturn, ReturnCode, State
from station_app.durable import Point
from station_app.errors import BugError, UserError
from station_app.store import Store
from station_app.store.records import ApplicationRecord, LedgerQuery, Source
from tests.integration.store.conftest import HandClock, content, record
from tests.samples.people import person

BACK = (FieldReturn("card_no", ReturnCode.MISMATCH, "与卡面不符"), FieldReturn("scan.card", ReturnCode.UNREADABLE))


def _submit(store: Store, clock: HandClock, revision: int = 1, application_id: str = "case-1") -> None:
    with store.write(Point.SUBMIT) as uow:
        uow.applications.freeze(application_id, revision, f'{{"n":{revision}}}', operator_id="operator-1", at=clock())
        uow.applications.move(application_id, State.QUEUED, clock(), "operator-1", Source.STATION)


def _move(store: Store, to: State, at: str, application_id: str = "case-1", **facts: object) -> ApplicationRecord:
    with store.write(Point.APPLY) as uow:
        return uow.applications.move(application_id, to, at, "", Source.SERVER, **facts)


@pytest.mark.parametrize("category", list(Category))
def test_a_record_comes_back_as_it_went_in(store: Store, category: Category) -> None:
    before = replace(
        record(),
        content=content(3, category),
        consent={"notice": "2024-1", "given_on": "2024-05-15"},
        assessment={"verdict": "eligible", "amount": 1000, "findings": []},
        insisted="本人坚持",
        pack_version=4,
    )
    with store.write(Point.DRAFT) as uow:
        uow.applications.add(before)
    with store.read() as uow:
        assert uow.applications.get(before.id) == before
        assert uow.applications.by_reference(before.reference) == before


def test_an_unknown_case_is_the_callers_mistake(store: Store) -> None:
    with store.read() as uow, pytest.raises(UserError, match="application_unknown"):
        uow.applications.by_reference("CY001-24-A000001-0")
    with pytest.raises(UserError, match="application_unknown"), store.write(Point.DRAFT) as uow:
        uow.applications.save_content("nobody", content(), None, "2024-05-15T06:30:00Z")


def test_a_value_that_no_longer_fits_does_not_shut_the_case(store: Store, draft: ApplicationRecord) -> None:
    """A field that a later program reads more strictly, or no longer knows."""
    with store.write(Point.DRAFT) as uow:
        uow.connection.exec_driver_sql(
            "UPDATE applications SET content = json_set(content, '$.certificate.level', 'high', '$.applicant.hat', 'x')"
        )
        read = uow.applications.get(draft.id).content
    assert read.applicant == draft.content.applicant
    assert "level" not in read.certificate
    assert read.value("occupation") == draft.content.value("occupation")


def test_serials_are_never_given_twice(store: Store) -> None:
    numbers = []
    for year in (2024, 2024, 2025, 2024):
        with store.write(Point.DRAFT) as uow:
            numbers.append(uow.applications.next_serial(year))
    _take_and_fail(store)  # a number that nobody has seen may be given again
    with store.write(Point.DRAFT) as uow:
        numbers.append(uow.applications.next_serial(2024))
    assert numbers == [1, 2, 1, 3, 4]


def _take_and_fail(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.write(Point.DRAFT) as uow:
        assert 1 / (uow.applications.next_serial(2024) - 4)


def test_saving_keeps_everything_but_what_was_typed(store: Store, draft: ApplicationRecord, clock: HandClock) -> None:
    clock.turn(minutes=1)
    typed = draft.content.with_value("applicant", "phone", "13800139999")
    with store.write(Point.DRAFT) as uow:
        uow.applications.save_content(draft.id, typed, {"verdict": "eligible"}, clock(), pack_version=2)
    with store.read() as uow:
        assert uow.applications.get(draft.id) == replace(
            draft,
            content=typed,
            assessment={"verdict": "eligible"},
            pack_version=2,
            updated_at="2024-05-15T06:31:00Z",
        )


def test_what_was_submitted_is_not_edited(store: Store, draft: ApplicationRecord, clock: HandClock) -> None:
    _submit(store, clock)
    with pytest.raises(UserError, match="not_editable"), store.write(Point.DRAFT) as uow:
        uow.applications.save_content(draft.id, content(2), None, clock())


def test_a_case_goes_all_the_way_with_a_return(store: Store, draft: ApplicationRecord, clock: HandClock) -> None:
    _submit(store, clock)
    _move(store, State.RECEIVED, "2024-05-15T08:00:00Z")
    returned = _move(store, State.RETURNED, "2024-05-16T08:00:00Z", returned=BACK)
    assert (returned.state, returned.returned, returned.revision) == (State.RETURNED, BACK, 1)
    with store.write(Point.DRAFT) as uow:
        mended = draft.content.with_value("applicant", "card_no", "6299990000000000")
        uow.applications.save_content(draft.id, mended, None, clock())
    _submit(store, clock, 2)
    _move(store, State.RECEIVED, "2024-05-17T08:00:00Z")
    _move(store, State.APPROVED, "2024-05-18T08:00:00Z", amount=1500)
    paid = _move(store, State.PAID, "2024-05-19T08:00:00Z", amount=1500, paid_on="2024-05-19")
    assert (paid.state, paid.revision, paid.amount, paid.paid_on) == (State.PAID, 2, 1500, "2024-05-19")
    assert paid.returned == ()
    with store.read() as uow:
        history = uow.applications.history(draft.id)
        bodies = [each.body for each in uow.applications.revisions(draft.id)]
    way = [State.DRAFT, State.QUEUED, State.RECEIVED, State.RETURNED]
    way += [State.QUEUED, State.RECEIVED, State.APPROVED, State.PAID]
    assert [move.to_state for move in history] == way
    assert [move.revision for move in history] == [0, 1, 1, 1, 2, 2, 2, 2]
    assert history[3].facts == {"returned": [each.to_json() for each in BACK]}
    assert bodies == ['{"n":1}', '{"n":2}']


def test_a_move_that_the_table_lacks_changes_nothing(store: Store, draft: ApplicationRecord) -> None:
    with pytest.raises(UserError, match="move_not_allowed"):
        _move(store, State.PAID, "2024-05-16T08:00:00Z")
    with store.read() as uow:
        assert uow.applications.get(draft.id) == draft
        assert len(uow.applications.history(draft.id)) == 1


def test_revisions_are_consecutive(store: Store, draft: ApplicationRecord, clock: HandClock) -> None:
    with pytest.raises(BugError, match="revision_not_consecutive"):
        _submit(store, clock, 2)
    _submit(store, clock, 1)
    with store.write(Point.SUBMIT) as uow, pytest.raises(Exception, match="revision_not_consecutive"):
        uow.applications.freeze(draft.id, 1, "{}", operator_id="operator-1", at=clock())


def test_the_servers_word_is_taken_where_no_move_leads(
    store: Store, draft: ApplicationRecord, clock: HandClock
) -> None:
    """A restored backup, a restored server: the station follows, and its history says so."""
    _submit(store, clock)
    with store.write(Point.APPLY) as uow:
        at = "2024-06-01T00:00:00Z"
        paid = uow.applications.adopt(draft.id, State.PAID, at, new=True, amount=900, paid_on="2024-06-01")
        assert (paid.state, paid.amount) == (State.PAID, 900)
        back = uow.applications.adopt(
            draft.id, State.RETURNED, "2024-06-02T00:00:00Z", new=True, returned=list(BACK), amount=None, paid_on=None
        )
        assert (back.state, back.returned, back.amount, back.paid_on) == (State.RETURNED, BACK, None, None)
        again = uow.applications.adopt(draft.id, State.PAID, "2024-06-01T00:00:00Z", new=False, returned=[], amount=900)
        assert (again.state, again.returned) == (State.PAID, ())
    with store.read() as uow:
        history = uow.applications.history(draft.id)
    assert [(move.from_state, move.to_state) for move in history[-2:]] == [
        (State.QUEUED, State.PAID),
        (State.PAID, State.RETURNED),
    ]
    assert history[-1].source is Source.SERVER


def test_without_the_servers_word_the_database_refuses(store: Store, draft: ApplicationRecord) -> None:
    with pytest.raises(BugError, match="move_not_allowed"), store.write(Point.APPLY) as uow:
        uow.applications.adopt(draft.id, State.PAID, "2024-06-01T00:00:00Z", new=False)


# ---- what was paid before


def test_grants_are_the_cases_that_count(store: Store, clock: HandClock) -> None:
    someone = content(5)
    states = [State.DRAFT, State.QUEUED, State.PAID, State.REJECTED, State.WITHDRAWN]
    with store.write(Point.DRAFT) as uow:
        for number, state in enumerate(states):
            uow.applications.add(replace(record(f"case-{number}", number), content=someone))
            if state is not State.DRAFT:
                uow.applications.adopt(f"case-{number}", state, clock(), new=True, paid_on="2024-05-20", amount=800)
        uow.applications.add(record("somebody-else", 77))
    with store.read() as uow:
        grants = uow.applications.grants_of(person(5).id_number)
        assert uow.applications.grants_of("") == []
    assert [(each.state, each.application_id) for each in grants] == [
        (State.QUEUED, "case-1"),
        (State.PAID, "case-2"),
    ]
    assert (grants[1].occupation, grants[1].level) == (someone.value("occupation"), someone.value("level"))
    assert (grants[1].paid_on, grants[1].amount, grants[1].plan) == ("2024-05-20", 800, 2024)


# ---- the ledger


@pytest.fixture
def ledger(store: Store, clock: HandClock) -> Store:
    """Sixty cases of invented people, one minute apart; every third queued, case-7 receipted."""
    with store.write(Point.DRAFT) as uow:
        for number in range(60):
            clock.turn(minutes=1)
            category = list(Category)[number % 3]
            case = replace(record(f"case-{number}", number), content=content(number, category))
            uow.applications.add(replace(case, updated_at=clock().strftime("%Y-%m-%dT%H:%M:%SZ")))
    for number in range(0, 60, 3):
        _submit(store, clock, 1, f"case-{number}")
    with store.write(Point.APPLY) as uow:
        uow.receipts.add(record("", 6).reference, 1, "a.b.c", clock())
    return store


def _found(store: Store, query: LedgerQuery) -> list[str]:
    with store.read() as uow:
        rows = uow.applications.find(query)
        assert uow.applications.count(replace(query, limit=1)) >= len(rows)
        return [row.id for row in rows]


def test_the_ledger_finds_by_whatever_is_typed(ledger: Store) -> None:
    someone = person(11)
    for text in (someone.id_number, someone.card_no, someone.phone, someone.name, record("", 11).reference):
        assert "case-11" in _found(ledger, LedgerQuery(text))
    assert _found(ledger, LedgerQuery(record("", 11).reference.lower())) == ["case-11"]
    assert _found(ledger, LedgerQuery(someone.id_number)) == ["case-11"]
    assert _found(ledger, LedgerQuery(someone.id_number[:14] + " " + someone.id_number[14:])) == ["case-11"]
    assert _found(ledger, LedgerQuery("查无此人")) == []


def test_the_ledger_filters_and_pages(ledger: Store) -> None:
    assert len(_found(ledger, LedgerQuery())) == 60
    queued = LedgerQuery(states=frozenset({State.QUEUED}))
    assert sorted(_found(ledger, queued)) == sorted(f"case-{number}" for number in range(0, 60, 3))
    assert len(_found(ledger, LedgerQuery(category=Category.COMPETITION))) == 20
    text = person(9).id_number[:4]
    both = set(_found(ledger, queued)) & set(_found(ledger, LedgerQuery(text)))
    assert set(_found(ledger, replace(queued, text=text))) == both != set()
    assert _found(ledger, LedgerQuery(plan=2023)) == []
    pages = [_found(ledger, LedgerQuery(limit=25, offset=offset)) for offset in (0, 25, 50)]
    assert [len(page) for page in pages] == [25, 25, 10]
    assert len({each for page in pages for each in page}) == 60


def test_a_ledger_line_says_what_the_list_shows(ledger: Store) -> None:
    with ledger.read() as uow:
        (line,) = uow.applications.find(LedgerQuery(person(6).id_number))
        assert uow.applications.count_by_state() == {State.QUEUED: 20, State.DRAFT: 40}
    assert (line.name, line.employer, line.applied_on) == (person(6).name, person(6).employer, "2024-05-15")
    assert (line.receipted, line.revision, line.returned, line.verdict) == (True, 1, 0, None)


def test_a_receipt_for_an_older_revision_is_not_the_truth_light(ledger: Store, clock: HandClock) -> None:
    _move(ledger, State.RECEIVED, "2024-05-17T00:00:00Z", "case-6")
    _move(ledger, State.RETURNED, "2024-05-17T00:00:00Z", "case-6", returned=BACK)
    _submit(ledger, clock, 2, "case-6")
    with ledger.read() as uow:
        (line,) = uow.applications.find(LedgerQuery(person(6).id_number))
    assert (line.revision, line.receipted) == (2, False)
