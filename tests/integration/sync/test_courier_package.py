"""A station that never gets online: set up from a package, delivers and hears by stick, has its district's roster."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from central.enrolment import new_code, write_package
from central.roster import import_roster
from central.roster_file import read_roster
from station_app.domain.application import State
from station_app.errors import UserError
from station_app.services import members, plan_packs
from sync import enrolment, identity
from sync.wire import ROSTER_ROWS
from tests.integration.sync.stick import Stick
from tests.integration.sync.town import Office, Town
from tests.samples.packs import PASSED, later_bundle
from tests.samples.roster import write_roster

_NAME = "密云区测试镇工会服务站"


@pytest.fixture
def stick(tmp_path: Path) -> Stick:
    return Stick(tmp_path)


def _package(town: Town, file: Path, number: str, district: str | None = None) -> str:
    """The code that goes with it."""
    with town.central() as central:
        return str(write_package(central, file, number, _NAME, district))


@contextmanager
def _set_up(town: Town, home: Path, package: Path, code: str) -> Iterator[Office]:
    with town.office(home, enrolled=False) as office:
        enrolment.enrol_from_package(office.desk, package, code)
        office.number = office.fact("station_no") or ""
        yield office


def test_set_up_filed_received_and_paid_without_a_network(town: Town, stick: Stick, tmp_path: Path) -> None:
    code = _package(town, tmp_path / "package", "MY001")
    assert code.replace("-", "") not in (tmp_path / "package").read_text("utf-8").replace("-", "")
    with _set_up(town, tmp_path / "station", tmp_path / "package", code) as office:
        record = office.submit(7)
        assert record.reference.startswith("MY001")
        done = stick.round(office, "first")
        assert (done.received, office.fact(identity.UNCONFIRMED)) == (1, None)
        office.town.approve(record)
        office.town.pay()
        stick.round(office, "second")
        assert office.record(record).state is State.PAID
        with pytest.raises(UserError, match="no_network_address"):
            office.sync()


def test_the_file_again_and_a_lost_answer_enrol_once(town: Town, stick: Stick, tmp_path: Path) -> None:
    code = _package(town, tmp_path / "package", "MY002")
    with _set_up(town, tmp_path / "station", tmp_path / "package", code) as office:
        office.submit(1)
        (first,) = stick.export(office, "first")
        stick.answer(office, first)  # lost on the way back
        (second,) = stick.export(office, "second")
        answer = stick.answer(office, second)
        assert stick.take(office, stick.answer(office, first)).received == 1
        assert stick.take(office, answer).received == 0


def test_a_copied_package_enrols_one_pc(town: Town, stick: Stick, tmp_path: Path) -> None:
    code = _package(town, tmp_path / "package", "MY003")
    with _set_up(town, tmp_path / "station", tmp_path / "package", code) as office:
        stick.round(office, "one")
    with _set_up(town, tmp_path / "copy", tmp_path / "package", code) as copy:
        (file,) = stick.export(copy, "two")
        with pytest.raises(UserError, match="enrolment_code_used"):
            stick.answer(copy, file)


def test_a_package_keeps_its_letter_free(town: Town, stick: Stick, tmp_path: Path) -> None:
    code = _package(town, tmp_path / "package", "MY004")
    with town.office(tmp_path / "online", enrolled=False) as online:
        with town.central() as central:
            enrolment.enrol(online.desk, town.url, str(new_code(central, "MY004", _NAME)))
        assert online.fact("device_letter") == "B"
    with _set_up(town, tmp_path / "station", tmp_path / "package", code) as office:
        assert office.fact("device_letter") == "A"
        assert stick.round(office).pending == 0


def test_what_does_not_belong_together_is_refused_at_once(town: Town, tmp_path: Path) -> None:
    package = tmp_path / "package"
    code = _package(town, package, "MY005")
    other = _package(town, tmp_path / "other", "MY006")
    with pytest.raises(UserError, match="package_other_code"):
        enrolment.read_package(package, other)
    text = package.read_text("utf-8")
    package.write_text(text.replace("MY005", "MY006"), "utf-8")
    with pytest.raises(UserError, match="courier_signature"):
        enrolment.read_package(package, code)
    package.write_text(json.dumps({"text": "{}"}), "utf-8")
    with pytest.raises(UserError, match="package_unreadable"):
        enrolment.read_package(package, code)


def test_the_roster_and_a_new_plan_travel(town_of_one: Town, stick: Stick, tmp_path: Path) -> None:
    people = read_roster(write_roster(tmp_path / "roster.csv", ROSTER_ROWS + 300)).members
    with town_of_one.central() as central:
        import_roster(central, people)
    code = _package(town_of_one, tmp_path / "package", "MY007")
    with _set_up(town_of_one, tmp_path / "station", tmp_path / "package", code) as office:
        stick.round(office, "first")
        with office.desk.store.read() as uow:
            assert uow.members.count() == len(people)
        assert members.by_id_number(office.desk, people[-1].id_number)
        (tmp_path / "2024.json").write_text(later_bundle(2, PASSED), "utf-8")
        town_of_one.world.central("publish-plan", tmp_path / "2024.json")
        with town_of_one.central() as central:
            import_roster(central, [*people[1:]], replace=True)
        stick.round(office, "second")
        assert office.desk.plans.get(2024).version == 2
        with office.desk.store.read() as uow:
            assert uow.members.count() == len(people) - 1


def test_a_plan_that_does_not_hold_is_said_and_announced_again(
    town_of_one: Town, stick: Stick, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with town_of_one.office(tmp_path / "station") as office:
        (tmp_path / "2024.json").write_text(later_bundle(2, PASSED), "utf-8")
        town_of_one.world.central("publish-plan", tmp_path / "2024.json")
        real = plan_packs.store_pack
        monkeypatch.setattr(
            plan_packs, "store_pack", lambda desk, pack: real(desk, pack.model_copy(update={"signature": "A" * 86}))
        )
        assert stick.round(office, "first").warnings == ("pack_unsigned",)
        assert office.desk.plans.get(2024).version == 1
        monkeypatch.undo()
        assert stick.round(office, "second").warnings == ()
        assert office.desk.plans.get(2024).version == 2
