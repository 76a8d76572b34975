"""The keys that no two payments may share, read off each plan's own rules."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

import resources
from central.repeat_keys import repeat_keys
from station_app.domain.application import Category, Content
from station_app.plans import Plan, case_of, load_plan


def keys(year: int, category: str, id_number: str = "A", **certificate: Any) -> set[str]:
    content = Content(year, Category(category), applied_on=date(year, 5, 1), certificate=certificate)
    return set(repeat_keys(plan(year), case_of(content, ()), id_number))


def plan(year: int) -> Plan:
    return load_plan(resources.plan_files(year))


def test_2024_once_a_person_whatever_the_category() -> None:
    one = keys(2024, "vocational", occupation="焊工", level=2, number="Y1")
    assert one & keys(2024, "social_worker", level_name="社会工作师", management_no="9")
    assert not one & keys(2024, "vocational", id_number="B", occupation="焊工", level=2, number="Y2")


@pytest.mark.parametrize(
    ("other", "shared"),
    [
        ({"occupation": "焊工", "level": 2}, True),
        ({"occupation": "焊 工", "level": 2}, True),  # white space never counts
        ({"occupation": "焊工", "level": 1}, False),
        ({"occupation": "电工", "level": 2}, False),
    ],
)
def test_2017_once_for_an_occupation_and_level(other: dict[str, Any], shared: bool) -> None:
    one = keys(2017, "vocational", occupation="焊工", level=2, number="Y1")
    assert bool(one & keys(2017, "vocational", **other, number="Y2")) is shared


def test_2013_once_for_a_certificate() -> None:
    one = keys(2013, "vocational", occupation="焊工", level=2, number="y 1")
    assert one & keys(2013, "vocational", occupation="电工", level=1, number="Y1")
    assert not one & keys(2013, "vocational", occupation="焊工", level=2, number="Y2")


def test_what_a_case_does_not_state_makes_no_key() -> None:
    assert keys(2013, "vocational", occupation="焊工", level=2) == set()
