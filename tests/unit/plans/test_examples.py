"""The sample cases of the policy digest, every plan year: verdict, amount and reasons agree."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from station_app.plans import Verdict, assess, read_case
from tests.unit.plans.cases import plan_of

LINES = (Path(__file__).parent / "examples.jsonl").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("raw", [pytest.param(each, id=each["id"]) for each in map(json.loads, LINES)])
def test_sample_case_agrees(raw: dict[str, Any]) -> None:
    answer = assess(plan_of(raw["plan"]), read_case(raw)).to_json()
    expected = raw["expect"]
    assert answer["verdict"] == expected["verdict"]
    assert answer["amount"] == expected["amount"]
    assert sorted(answer["reasons"]) == sorted(expected["reasons"])
    assert answer.get("amount_if_approved") == expected.get("amount_if_approved")


def test_the_sample_covers_all_packs_and_verdicts() -> None:
    cases = [json.loads(line) for line in LINES]
    assert {each["plan"] for each in cases} == {2013, 2014, 2017, 2024}
    assert {each["expect"]["verdict"] for each in cases} == set(Verdict)
