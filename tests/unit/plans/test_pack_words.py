"""Every way a pack can be wrong is said in words."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

import station_app.cli.plans
import station_app.plans
from station_app.errors import UserError
from station_app.plans.tables import pack_invalid
from ui.messages import sentence, table

SOURCES = [
    *Path(station_app.plans.__file__).parent.rglob("*.py"),
    Path(station_app.cli.plans.__file__).with_name("packs.py"),
]


def problems() -> Iterator[str]:
    """The last argument of ``pack_invalid(...)`` and of ``table.wrong(...)``, and the table of TOML's own errors."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in ("pack_invalid", "wrong"):
                last = node.args[-1]
                if isinstance(last, ast.Constant) and isinstance(last.value, str):
                    yield last.value
            elif isinstance(node, ast.Assign) and _name(node.targets[0]) == "_TOML_PROBLEMS":
                yield from (pair[1] for pair in ast.literal_eval(node.value))


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def test_the_search_finds_problems() -> None:
    assert {"quote_not_in_text", "file_empty", "date_impossible", "row_twice", "kind_unknown"} <= set(problems())


def test_every_problem_has_its_words() -> None:
    kinds = [f"not_{each.__name__}" for each in (str, int, bool, dict, list, date)]
    lists = [f"not_a_list_of_{each.__name__}" for each in (str, int, dict, date)]
    values = ["not_true_or_false", "not_a_whole_number", "not_text", "out_of_range", "too_long", "control_character"]
    silent = {each for each in [*problems(), *kinds, *lists, *values] if f"problem.{each}" not in table("plans")}
    assert not silent


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (pack_invalid("plan.toml:12 rules[0].kind", "kind_unknown"), "plan.toml:12 rules[0].kind，没有这种规则。"),
        (UserError("pack_invalid", "version"), "没有启用：version。"),
    ],
)
def test_the_sentence_names_place_and_problem(error: UserError, words: str) -> None:
    assert words in sentence(error)
