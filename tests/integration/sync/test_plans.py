"""A new version of a plan, from ``central publish-plan`` to the station's 待办, over a real server."""

from __future__ import annotations

from pathlib import Path

import pytest

from station_app.domain.application import Content, FieldReturn, ReturnCode, State
from station_app.services import intake, todo
from station_app.services.todo import Need
from tests.integration.sync.town import Town
from tests.samples.cases import case
from tests.samples.packs import PASSED, later_bundle

pytestmark = pytest.mark.slow


def test_a_published_version_reaches_the_station_and_what_is_filed_keeps_its_own(
    town_of_one: Town, tmp_path: Path
) -> None:
    town = town_of_one
    with town.office(tmp_path / "station") as office:
        filed = office.submit(1)
        office.sync()
        town.give_back(filed, FieldReturn("phone", ReturnCode.INVALID))
        file = tmp_path / "2024.json"
        file.write_text(later_bundle(2, PASSED), "utf-8")
        assert town.world.central("publish-plan", file).last_word == "2024/2"
        draft = intake.new_case(office.desk, Content.from_json(case(3))).value.record
        report = office.sync()
        assert (report.code, report.warnings) == (None, ())
        assert office.desk.plans.get(2024).version == 2
        (row,) = [each for each in todo.todo(office.desk) if each.need is Need.ANSWER_CHANGED]
        assert row.reference == draft.reference
        office.again(filed)
        office.sync()
        assert office.record(filed).state is State.RECEIVED
        shown = town.show(filed)
        assert shown["server_assessment"]["verdict"] == "eligible"
        assert "newer_plan_differs" in {each["code"] for each in shown["review_findings"]}
        town.approve(filed)
        town.pay()
        office.sync()
        assert office.record(filed).state is State.PAID
