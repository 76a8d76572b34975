"""docs/trials.md names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
_NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def test_every_test_that_the_table_names_exists() -> None:
    named = _NAMED.findall((ROOT / "tests/trials/trials_page.md").read_text("utf-8"))
    assert len(named) > 20
    missing = [f"{file}::{test}" for file, test in named if f"def {test}(" not in (ROOT / file).read_text("utf-8")]
    assert missing == []


def test_the_page_is_made_of_these_words() -> None:
    page = (ROOT / "docs/trials.md").read_text("utf-8")
    words = (ROOT / "tests/trials/trials_page.md").read_text("utf-8")
    assert [line for line in words.splitlines() if "{" not in line and line not in page] == []
