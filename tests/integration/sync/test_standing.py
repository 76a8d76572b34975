"""The question at the counter: what a station of another district has reaches the verdict at once, and never waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Condition

import pytest

from station_app.domain.application import Content, ReturnCode
from station_app.events import Changed, Events, Kind
from station_app.plans import Assessment, assess, case_of
from station_app.services import intake, roster
from sync.identity import transport_for
from sync.standing import StandingDesk
from sync.transport import Transport
from sync.wire import GrantChange, StandingAnswer, StandingRequest
from tests.integration.sync.town import Office, Town
from tests.patience import PATIENCE_SECONDS
from tests.samples.cases import case
from tests.samples.people import person
from tests.unit.sync.scripted import Asked, Say, Scripted

pytestmark = pytest.mark.slow


class Counter:
    """A running desk for questions, and a way to wait for what it tells."""

    def __init__(self, office: Office, may_ask: Callable[[], bool] = lambda: True) -> None:
        events = Events()
        self._news = Condition()
        self._heard = 0
        events.listen(self._hear)
        self.standing = StandingDesk(office.desk, events, may_ask)

    def _hear(self, changed: Changed) -> None:
        with self._news:
            self._heard += changed.touches(Kind.GRANTS)
            self._news.notify_all()

    def ask(self, number: int) -> None:
        """Ask about a person, and wait for the answer."""
        with self._news:
            before = self._heard
            self.standing.ask(person(number).id_number, 2024)
            assert self._news.wait_for(lambda: self._heard > before, PATIENCE_SECONDS)


@contextmanager
def counter(office: Office) -> Iterator[Counter]:
    made = Counter(office)
    made.standing.start()
    try:
        yield made
    finally:
        made.standing.stop()


def answer(office: Office, number: int) -> Assessment:
    """What the counter says to this person now, as the window asks it."""
    content = Content.from_json(case(number))
    history = intake.history_of(office.desk, person(number).id_number)
    return assess(office.desk.plans.get(content.plan), case_of(content, history))


def test_what_another_district_has_is_in_the_verdict_at_once(town_of_one: Town, tmp_path: Path) -> None:
    town = town_of_one
    with (
        town.office(tmp_path / "far", alone=True) as far,
        town.office(tmp_path / "here", alone=True) as here,
        counter(here) as asked,
    ):
        filed = far.submit(1)
        far.sync()
        here.sync()
        assert answer(here, 1).verdict.value == "eligible"  # no pass tells of another district
        asked.ask(1)
        assert "other_application_open" in {each.code for each in answer(here, 1).findings}
        told = asked.standing.latest
        assert told is not None
        assert (told.applied, told.paid) == (True, False)
        town.approve(filed)
        town.pay()
        asked.ask(1)
        (decisive,) = [each for each in answer(here, 1).findings if each.code == "already_funded_this_year"]
        assert decisive.clause is not None
        assert asked.standing.latest is not None
        assert asked.standing.latest.paid
        draft = intake.new_case(here.desk, Content.from_json(case(1))).value.record
        assert draft.assessment is not None
        assert draft.assessment["verdict"] == "ineligible"
        asked.ask(2)
        assert asked.standing.latest is not None
        assert not asked.standing.latest.applied


def test_what_is_gone_is_taken_back_and_nothing_names_a_station(town_of_one: Town, tmp_path: Path) -> None:
    town = town_of_one
    with town.office(tmp_path / "far", alone=True) as far, town.office(tmp_path / "here", alone=True) as here:
        filed = far.submit(3)
        far.sync()
        here.sync()
        question = StandingRequest(id_number=person(3).id_number, plan=2024)
        told = _ask(here, question)
        (grant,) = told.grants
        assert (grant.plan, grant.category, grant.year_paid) == (2024, "vocational", None)
        document = told.model_dump_json()
        secrets = (filed.reference, filed.id, far.number, str(far.fact("district")), str(far.fact("device_id")))
        assert [each for each in secrets if each in document] == []
        assert _ask(far, question).grants == []  # its own case is no news to a station
        assert roster.take_standing(here.desk, question.id_number, told)
        assert len(intake.history_of(here.desk, question.id_number)) == 1
        town.reject(filed, ReturnCode.OTHER)
        assert roster.take_standing(here.desk, question.id_number, _ask(here, question))
        assert intake.history_of(here.desk, question.id_number) == ()


def test_an_answer_that_a_pass_or_a_restore_has_overtaken_is_left_out(town_of_one: Town, tmp_path: Path) -> None:
    with town_of_one.office(tmp_path / "here") as here:
        number = person(1).id_number
        grant = GrantChange(seq=4, grant_no=1, id_number=number, plan=2024, category="vocational")
        epoch = str(here.fact("epoch"))
        with here.desk.store.roster.write() as work:
            work.grants.set_cursor(5)
        for late in (
            StandingAnswer(epoch=epoch, seq=4, applied=True, paid=False, grants=[grant]),
            StandingAnswer(epoch="another", seq=9, applied=True, paid=False, grants=[grant]),
        ):
            assert not roster.take_standing(here.desk, number, late)
        assert intake.history_of(here.desk, number) == ()


def test_a_server_that_is_silent_or_gone_holds_nobody_up(town_of_one: Town, tmp_path: Path) -> None:
    with town_of_one.office(tmp_path / "here") as here, Scripted(_silent) as wire:
        here.set_fact("server_url", wire.url)
        with counter(here) as asked:
            asked.standing.ask(person(1).id_number, 2024)
            assert wire.holding.wait(PATIENCE_SECONDS)
            assert answer(here, 1).verdict.value == "eligible"
            assert asked.standing.latest is None
        assert [each.path for each in wire.asked] == ["/v1/standing"]  # and the block ended: a question can be cut


def test_nothing_is_asked_while_the_network_is_to_be_left_alone(town_of_one: Town, tmp_path: Path) -> None:
    allowed = Condition()
    asked: list[bool] = []

    def may_ask() -> bool:
        with allowed:
            asked.append(True)
            allowed.notify_all()
        return False

    with town_of_one.office(tmp_path / "here") as here, Scripted(_silent) as wire:
        here.set_fact("server_url", wire.url)
        made = Counter(here, may_ask)
        made.standing.start()
        made.standing.ask(person(1).id_number, 2024)
        with allowed:
            assert allowed.wait_for(lambda: bool(asked), PATIENCE_SECONDS)
        made.standing.stop()
        assert wire.asked == []


def _silent(_asked: Asked) -> Say:
    return Say(held=True)


def _ask(office: Office, question: StandingRequest) -> StandingAnswer:
    transport: Transport = transport_for(office.desk)
    try:
        return transport.standing(question)
    finally:
        transport.close()
