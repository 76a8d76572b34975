"""A worker who was granted something at one station is told so at the next, though that one is offline."""

from __future__ import annotations

from pathlib import Path

import pytest

from station_app.domain.application import Content
from station_app.plans import Assessment, assess, case_of
from station_app.services import intake
from tests.integration.sync.town import Office, Town
from tests.samples.cases import case
from tests.samples.people import person
from ui.messages import finding_sentence

pytestmark = pytest.mark.slow


def answer(office: Office, number: int) -> Assessment:
    """What the counter says to this person now, as the window asks it."""
    content = Content.from_json(case(number))
    plan = office.desk.plans.get(content.plan)
    return assess(plan, case_of(content, intake.history_of(office.desk, person(number).id_number)))


def test_paid_at_one_station_refused_at_the_next(town_of_one: Town, tmp_path: Path) -> None:
    town = town_of_one
    with town.office(tmp_path / "first") as first, town.office(tmp_path / "second") as second:
        filed = first.submit(1)
        first.sync()
        second.sync()
        assert "other_application_open" in {each.code for each in answer(second, 1).findings}
        assert answer(second, 2).verdict.value == "eligible"
        town.approve(filed)
        town.pay()
        assert second.sync().code is None
        assert second.sync().requests == 1
        town.stop()  # from here on the second station is offline
        refused = answer(second, 1)
        assert refused.verdict.value == "ineligible"
        assert "already_funded_this_year" in refused.reasons
        (finding,) = [each for each in refused.findings if each.code == "already_funded_this_year"]
        said = finding_sentence(finding)
        assert "前一件在别处申报，2024 年方案，已发资助" in said
        assert filed.reference not in said
        draft = intake.new_case(second.desk, Content.from_json(case(1))).value.record  # while writing, the same answer
        assert draft.assessment is not None
        assert draft.assessment["verdict"] == "ineligible"
        # the first station knows its own case by its number, and once
        (own,) = intake.history_of(first.desk, person(1).id_number)
        assert own.reference == filed.reference


def test_a_restored_server_tells_it_anew_and_a_lost_copy_is_fetched(town_of_one: Town, tmp_path: Path) -> None:
    town = town_of_one
    with town.office(tmp_path / "first") as first, town.office(tmp_path / "second") as second:
        first.submit(3)
        first.sync()
        second.sync()
        town.stop()
        town.begin_new_epoch()
        town.start()
        for office in (first, second):
            office.set_fact("server_url", town.url)
            office.sync()
        assert len(intake.history_of(second.desk, person(3).id_number)) == 1
        with second.desk.store.roster.write() as work:
            work.grants.forget()
        assert intake.history_of(second.desk, person(3).id_number) == ()
        second.sync()
        assert len(intake.history_of(second.desk, person(3).id_number)) == 1
