"""Publishing a plan pack, and the version of its plan that each case is judged under."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from central import money, packs, review, tables
from central.cli import main
from resources import plan_files
from station_app.errors import UserError
from station_app.plans import load_plan, unbundle
from sync.envelope import check_pack
from sync.wire import PackChange
from tests.samples.packs import PASSED, later_bundle, later_files
from tests.unit.central.office import Office, Sender


@pytest.fixture(autouse=True)
def home(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CENTRAL_HOME", str(office.central.home.path))
    monkeypatch.delenv("CENTRAL_DATABASE_URL", raising=False)


def run(capsys: pytest.CaptureFixture[str], file: Path) -> tuple[int, str, str]:
    code = main(["publish-plan", str(file)])
    said = capsys.readouterr()
    return code, said.out, said.err


def packed(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    return folder


def doubts(office: Office, reference: str) -> set[str]:
    return {each["code"] for each in json.loads(office.case(reference).review_findings)}


def verdict(office: Office, reference: str) -> str:
    answer: dict[str, Any] = json.loads(office.case(reference).assessment)
    return str(answer["verdict"])


def received(sender: Sender, **changed: Any) -> str:
    body = sender.submission(1, **changed)
    sender.submit(body)
    return str(body["reference"])


@pytest.mark.parametrize("given", ["folder", "toml", "bundle"])
def test_a_pack_is_published_from_a_folder_its_toml_or_a_bundle(
    given: str, office: Office, sender: Sender, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = packed(tmp_path / "2024", later_files())
    (tmp_path / "2024.json").write_text(later_bundle(), "utf-8")
    file = {"folder": folder, "toml": folder / "plan.toml", "bundle": tmp_path / "2024.json"}[given]
    before = sender.sync().cursor
    code, out, err = run(capsys, file)
    assert (code, out.split()[-1]) == (0, "2024/2")
    assert "2024 年方案第 2 版" in err
    told = [each for each in sender.sync(cursor=before).changes if isinstance(each, PackChange)]
    assert [(each.year, each.version) for each in told] == [(2024, 2)]
    with office.central.database.read() as tx:
        answer = packs.pack_of(tx, 2024)
    check_pack(answer, office.central.keys.public)
    assert load_plan(unbundle(answer.text)).version == 2


@pytest.mark.parametrize("version", [1, 2])
def test_a_version_that_is_not_newer_is_refused(
    version: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(capsys, packed(tmp_path / "new", later_files(2)))[0] == 0
    code, out, err = run(capsys, packed(tmp_path / "old", later_files(version, deadline=PASSED)))
    assert (code, out) == (1, "")
    assert "已有第 2 版" in err


def test_a_pack_that_does_not_hold_is_refused_with_line_and_field(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, packed(tmp_path / "bad", later_files(deadline="2024-02-30")))
    assert (code, out) == (1, "")
    assert "plan.toml:" in err
    assert "没有这个日期" in err
    assert run(capsys, tmp_path / "nowhere.json")[0] == 2
    with office.central.database.read() as tx:
        assert packs.pack_of(tx, 2024).version == 1


def test_every_version_is_kept(office: Office) -> None:
    packs.publish(office.central, later_files(2, deadline=PASSED))
    packs.publish(office.central, later_files(5))
    with office.central.database.read() as tx:
        book = packs.plan_book(tx)
        kept = tx.execute(select(tables.packs.c.version).where(tables.packs.c.year == 2024)).scalars().all()
    assert sorted(kept) == [1, 2, 5]
    assert book.get(2024).version == 5
    assert [book.get(2024, version).version for version in (1, 2, 5)] == [1, 2, 5]


def test_a_case_is_judged_approved_and_paid_under_the_version_it_was_filed_under(
    office: Office, sender: Sender
) -> None:
    old = received(sender)
    packs.publish(office.central, later_files(2, deadline=PASSED))
    late = received(sender, pack_version=1)  # was offline meanwhile
    new = received(sender, pack_version=2)
    assert [verdict(office, each) for each in (old, late, new)] == ["eligible", "eligible", "ineligible"]
    assert "newer_plan_differs" in doubts(office, late)
    assert not doubts(office, new) & {"newer_plan_differs", "pack_version_unknown"}
    review.approve(office.central, old)
    with pytest.raises(UserError, match="not_eligible"):
        review.approve(office.central, new)
    assert money.pay(office.central).held == []


def test_a_later_revision_says_which_version_it_uses(office: Office, sender: Sender) -> None:
    body = sender.submission(1)
    sender.submit(body)
    packs.publish(office.central, later_files(2, deadline=PASSED))
    for revision, version, answer in ((2, 1, "eligible"), (3, 2, "ineligible")):
        review.give_back(office.central, body["reference"], ())
        sender.submit({**body, "revision": revision, "pack_version": version})
        assert verdict(office, body["reference"]) == answer


def test_a_version_that_was_never_published_is_judged_by_the_newest_with_a_doubt(
    office: Office, sender: Sender
) -> None:
    reference = received(sender, pack_version=77)
    assert verdict(office, reference) == "eligible"
    assert "pack_version_unknown" in doubts(office, reference)


def test_the_packs_of_the_program_are_published_once(office: Office) -> None:
    assert packs.publish_packaged(office.central) == []
    with pytest.raises(UserError, match="pack_not_newer"):
        packs.publish(office.central, plan_files(2024))
