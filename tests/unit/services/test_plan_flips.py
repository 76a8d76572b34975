"""Which cases of a real store another version of a plan answers otherwise, and the command that asks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from resources import plan_files
from station_app.cli import main
from station_app.cli.output import Exit
from station_app.domain.application import State
from station_app.plans import Plan, Verdict, bundle, load_plan
from station_app.services import intake, submission
from station_app.services.desk import Desk
from station_app.services.plan_flips import case_flips
from tests.unit.services.conftest import PASSWORD, complete, content


def stricter() -> dict[str, str]:
    """The 2024 pack with a deadline that the cases' days have passed."""
    files = plan_files(2024)
    files["plan.toml"] = files["plan.toml"].replace("last = 2024-10-31", "last = 2024-04-30")
    return files


def plans() -> tuple[Plan, Plan]:
    return load_plan(plan_files(2024)), load_plan(stricter())


def test_drafts_and_queued_cases_that_flip_are_named(desk: Desk) -> None:
    whole = complete(desk)
    queued = submission.submit(desk, whole.id).value
    other = intake.new_case(desk, content(8)).value.record
    found = case_flips(desk, *plans())
    assert {each.reference for each in found} == {queued.reference, other.reference}
    (first,) = (each for each in found if each.reference == queued.reference)
    assert (first.state, first.application_id) == (State.QUEUED, queued.id)
    assert first.before is not None
    assert first.after is not None
    assert first.after.verdict is Verdict.INELIGIBLE
    assert first.after.reasons == ("after_deadline",)


def test_a_case_that_was_withdrawn_or_is_of_another_plan_is_not_asked(desk: Desk) -> None:
    gone = intake.new_case(desk, content(8)).value.record
    submission.withdraw(desk, gone.id)
    assert case_flips(desk, *plans()) == ()
    assert case_flips(desk, load_plan(plan_files(2017)), load_plan(plan_files(2014))) == ()


def test_nothing_flips_where_nothing_changed(desk: Desk) -> None:
    complete(desk)
    plan = load_plan(plan_files(2024))
    assert case_flips(desk, plan, plan) == ()


def test_more_cases_than_a_page_are_all_asked(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("station_app.services.plan_flips._PAGE", 2)
    made = {intake.new_case(desk, content(8)).value.record.reference for _ in range(5)}
    assert {each.reference for each in case_flips(desk, *plans())} == made


def test_the_command_lists_them_when_the_home_is_open_to_it(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    case = intake.new_case(desk, content(8)).value.record
    desk.store.close()
    monkeypatch.setenv("STATION_HOME", str(desk.home))
    monkeypatch.setenv("STATION_PASSWORD", PASSWORD)
    packed = tmp_path / "2024.json"
    packed.write_text(bundle(stricter()), "utf-8")
    assert main(["plans", "diff", "2024", str(packed), "--json"]) == Exit.DONE
    flipped = json.loads(capsys.readouterr().out)["flips"]
    assert [(each["reference"], each["state"]) for each in flipped] == [(case.reference, "draft")]
    assert flipped[0]["after"]["reasons"] == ["after_deadline"]
    assert main(["plans", "diff", "2024", str(packed)]) == Exit.DONE
    assert f"{case.reference}（草稿）：" in capsys.readouterr().out
    assert main(["plans", "diff", "2024", "2024"]) == Exit.DONE
    assert "本机没有答案会改变的申报。" in capsys.readouterr().out
