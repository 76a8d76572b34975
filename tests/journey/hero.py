"""Who comes to the counter in the demo, and what lies on it."""

from __future__ import annotations

import csv
import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from station_app.domain.application import Category
from tests.samples.cases import CENTRE, case_of
from tests.samples.people import person
from tests.samples.pictures import write_scans
from tests.samples.roster import COLUMNS, rows

ROSTER_SIZE = 2000
_NUMBER = 2003  # 女, born 1971; the roster ends before it
APPLIED_ON = "2024-05-15"
STATION_NO, STATION_NAME = "CY001", "朝阳区测试街道工会服务站"
OPERATOR, PASSWORD = "王芳", "demo password 2024"

HERO = replace(
    person(_NUMBER),
    name="张静雯",
    employer="北京测试机械厂",
    position="技师",
    district="朝阳区",
    full_time_union_social_worker=False,
)
CERTIFICATE: dict[str, Any] = {
    "occupation": "汽车（拖拉机）装配工",
    "level": 2,
    "issue_date": "2023-06-20",
    "number": "Y000011000012320000123",
    "issuer": CENTRE,
}


def write_roster_with_hero(path: Path) -> Path:
    """The district's roster, with the one person somewhere in it."""
    people = [*rows(ROSTER_SIZE)]
    people.insert(ROSTER_SIZE // 3, tuple(str(_cell(getattr(HERO, column))) for column in COLUMNS))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *people])
    return path


def write_papers(folder: Path) -> list[Path]:
    """The four pages she brings, as files on a stick, the first the newest: so the window lists them."""
    folder.mkdir(parents=True, exist_ok=True)
    case = case_of(HERO, _NUMBER, Category.VOCATIONAL, APPLIED_ON)
    case["certificate"] = {**case["certificate"], **CERTIFICATE}
    paths = list(write_scans(folder, HERO, case, 400 * 1024).values())
    now = time.time()
    for age, path in enumerate(paths):
        os.utime(path, (now - age, now - age))
    return paths


def _cell(value: object) -> object:
    return int(value) if isinstance(value, bool) else value
