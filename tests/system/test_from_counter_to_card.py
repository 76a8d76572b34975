"""One case through the real commands, store, network and server: returned, corrected, approved, paid, booked once."""

from __future__ import annotations

import csv
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.samples.people import card_no
from tests.system.fixtures import Papers
from tests.system.world import World

pytestmark = pytest.mark.slow


def _submitted(world: World, papers: Papers) -> str:
    reference = world.station("add", papers.file, *papers.scan_options()).last_word
    world.station("submit", reference)
    assert world.station("sync").json()["received"] == 1
    return reference


def _patch(world: World, document: dict[str, Any]) -> Path:
    path = world.folder / "patch.json"
    path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    return path


def _state(world: World, reference: str) -> dict[str, Any]:
    shown: dict[str, Any] = world.station("show", reference, "--json").json()
    return shown


def _answered(bank_file: Path, result: str) -> Path:
    rows = list(csv.DictReader(bank_file.read_text("utf-8-sig").splitlines()))
    answer = bank_file.with_name("answer.csv")
    with answer.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0], "result"])
        writer.writeheader()
        writer.writerows({**row, "result": result} for row in rows)
    return answer


def test_returned_corrected_resubmitted_approved_paid(world: World, port: int, papers: Papers) -> None:
    with world.serving(port):
        reference = _submitted(world, papers)
        world.central("review", reference, "--return", "card_no:mismatch:与卡面不一致")
        world.station("sync")
        returned = _state(world, reference)
        assert returned["state"] == "returned"
        assert returned["returned"] == [{"field": "card_no", "code": "mismatch", "note": "与卡面不一致"}]

        world.station("edit", reference, _patch(world, {"applicant": {"card_no": card_no(8)}}))
        world.station("submit", reference)
        world.station("sync")
        again = _state(world, reference)
        assert (again["state"], again["revision"], again["returned"]) == ("received", 2, [])
        assert [each["revision"] for each in again["receipts"]] == [1, 2]
        assert [each["revision"] for each in again["revisions"]] == [1, 2]

        world.central("review", reference, "--approve")
        bank_file = Path(world.central("pay").last_word)
        assert card_no(8) in bank_file.read_text("utf-8-sig")
        answer = _answered(bank_file, "ok")
        world.central("pay", "--confirm", answer)
        once = world.central("show", reference, "--json").json()
        world.central("pay", "--confirm", answer, check=False)
        twice = world.central("show", reference, "--json").json()
        assert once["state"] == twice["state"] == "paid"
        assert once["history"] == twice["history"]

        world.station("sync")
        paid = _state(world, reference)
        assert (paid["state"], paid["amount"]) == ("paid", 1000)
        assert [each["to"] for each in paid["history"]] == [
            "draft", "queued", "received", "returned", "queued", "received", "approved", "paid",
        ]  # fmt: skip


def test_the_bank_refuses_a_card(world: World, port: int, papers: Papers) -> None:
    with world.serving(port):
        reference = _submitted(world, papers)
        world.central("review", reference, "--approve")
        answer = _answered(Path(world.central("pay").last_word), "账号不存在")
        world.central("pay", "--confirm", answer)
        world.station("sync")
        shown = _state(world, reference)
        assert shown["state"] == "returned"
        assert [(each["field"], each["code"]) for each in shown["returned"]] == [("card_no", "invalid")]


def test_two_pay_runs_at_once_never_hold_one_case_twice(world: World, port: int, papers: Papers) -> None:
    with world.serving(port):
        reference = _submitted(world, papers)
        world.central("review", reference, "--approve")
        with ThreadPoolExecutor(3) as pool:
            runs = list(pool.map(lambda _: world.central("pay", check=False), range(3)))
        files = {run.last_word for run in runs if run.code == 0 and run.out.strip().endswith(".csv")}
        lines = [line for file in files for line in Path(file).read_text("utf-8-sig").splitlines()[1:]]
        assert sum(reference in line for line in lines) == 1


def test_withdrawn_before_payment(world: World, port: int, papers: Papers) -> None:
    with world.serving(port):
        reference = _submitted(world, papers)
        world.station("withdraw", reference)
        world.station("sync")
        assert _state(world, reference)["state"] == "withdrawn"
        assert world.central("show", reference, "--json").json()["state"] == "withdrawn"


def test_offline_is_the_normal_case(world: World, port: int, papers: Papers) -> None:
    reference = world.station("add", papers.file, *papers.scan_options()).last_word
    world.station("submit", reference)
    assert world.station("sync", check=False).code == 3
    assert _state(world, reference)["state"] == "queued"
    with world.serving(port):
        counts = world.station("sync").json()
    assert counts == {"sent": 1, "blobs": 4, "received": 1, "pending": 0, "quarantined": 0}


def test_a_signed_sheet_may_follow(world: World, port: int, papers: Papers) -> None:
    with world.serving(port):
        reference = _submitted(world, papers)
        sheet = next(iter(papers.scans.values()))
        world.central("review", reference, "--return", "scan.form:missing")
        world.station("sync")
        world.station("edit", reference, _patch(world, {}), "--scan", f"form={sheet}")
        world.station("submit", reference)
        world.station("sync")
        assert "form" in {scan["kind"] for scan in world.central("show", reference, "--json").json()["scans"]}
