"""The tool that takes rules out finds each of them, and takes out that one alone."""

from __future__ import annotations

import tomllib

import pytest

from resources import plan_files, plan_years
from station_app.plans import load_plan
from tests.tools.removed_rules import spans, without


@pytest.mark.parametrize("year", plan_years())
def test_every_rule_can_be_taken_out_alone_and_the_rest_still_loads(year: int) -> None:
    files = plan_files(year)
    text = files["plan.toml"]
    whole = tomllib.loads(text)
    found = [(part, place) for part, place, *_ in spans(text)]
    assert len(found) == len(whole["everybody"]) + len(whole["rules"])
    for part, place in found:
        changed = without(text, part, place)
        left = tomllib.loads(changed)
        gone = whole[part][place]
        kept = [{**each, "after": None} for each in whole[part] if each is not gone]
        assert [{**each, "after": None} for each in left[part]] == kept
        load_plan({**files, "plan.toml": changed})
