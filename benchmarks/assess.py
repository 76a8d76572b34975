"""The assessment as it runs at every keystroke, beside merely reading the same case from JSON."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.measure import Measure, alternated, bounded, median, timed
from station_app.domain.application import Category, Content
from station_app.plans import Plan, assess, case_of
from station_app.services.plan_book import packaged_plans
from tests.samples.cases import case

RUNS, BATCH, LIMIT_US = 300, 20, 100.0


def measure(folder: Path) -> list[Measure]:
    plan = packaged_plans().get(2024)
    return [_measured(plan, category) for category in Category]


def _measured(plan: Plan, category: Category) -> Measure:
    raws = [case(number, category) for number in range(BATCH)]
    cases = [case_of(Content.from_json(raw), ()) for raw in raws]
    texts = [json.dumps(raw, ensure_ascii=False) for raw in raws]

    def assess_all() -> None:
        for each in cases:
            assess(plan, each)

    def parse_all() -> None:
        for each in texts:
            json.loads(each)

    subject, baseline = alternated(timed(assess_all), timed(parse_all), RUNS)
    one = 1e6 / BATCH
    return bounded(f"assess_{category.value}", "us", median(subject) * one, LIMIT_US, RUNS, median(baseline) * one)
