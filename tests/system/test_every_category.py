"""A case of each category, from the counter to the card."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from station_app.domain.application import Category
from tests.samples.cases import case
from tests.system.fixtures import Papers
from tests.system.world import World

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("category", "number", "amount", "paper"),
    [
        (Category.VOCATIONAL, 7, 1000, "sheet"),
        (Category.SOCIAL_WORKER, 7, 2000, "form"),
        (Category.COMPETITION, 10, 2000, "sheet"),
    ],
)
def test_it_is_received_approved_paid_and_shown(
    world: World, port: int, papers: Papers, category: Category, number: int, amount: int, paper: str
) -> None:
    file = world.folder / "case.json"
    file.write_text(json.dumps(case(number, category), ensure_ascii=False), "utf-8")
    reference = world.station("add", file, *papers.scan_options()).last_word
    shown = world.station("show", reference, "--json").json()
    assert (shown["assessment"]["verdict"], shown["assessment"]["amount"]) == ("eligible", amount)
    world.station("print", reference, "--paper", paper, "--out", world.folder / "paper.pdf")
    assert (world.folder / "paper.pdf").read_bytes().startswith(b"%PDF-")
    world.station("submit", reference)
    with world.serving(port):
        world.station("sync")
        world.central("review", reference, "--approve")
        bank_file = Path(world.central("pay").last_word)
        rows = list(csv.DictReader(bank_file.read_text("utf-8-sig").splitlines()))
        assert [(row["reference"], row["amount"]) for row in rows] == [(reference, str(amount))]
        with bank_file.with_name("answer.csv").open("w", encoding="utf-8", newline="") as answer:
            writer = csv.DictWriter(answer, [*rows[0], "result"])
            writer.writeheader()
            writer.writerows({**row, "result": "ok"} for row in rows)
        world.central("pay", "--confirm", answer.name)
        world.station("sync")
    for side in (world.station, world.central):
        shown = side("show", reference, "--json").json()
        assert (shown["state"], shown["category"]) == ("paid", category.value)
