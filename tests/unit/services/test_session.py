from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from station_app.access.secrets import NoSecrets
from station_app.errors import EnvironmentFault, UserError
from station_app.services import doctor, session, settings, setup
from station_app.services.desk import Desk
from tests.unit.services.conftest import OPERATOR, PASSWORD, Made, Watch


@pytest.fixture
def home(made: Made, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made.home, tmp_path / "signed"))


def test_signing_in_and_out(home: Path, watch: Watch) -> None:
    assert session.operators(home) == [OPERATOR]
    desk = session.sign_in(home, OPERATOR, PASSWORD, watch, NoSecrets())
    session.check_password(desk, PASSWORD)
    session.sign_out(desk)
    assert desk.master == b""


def test_wrong_passwords_wait_longer_and_a_right_one_is_refused_meanwhile(home: Path, watch: Watch) -> None:
    codes = []
    for _ in range(4):
        with pytest.raises(UserError) as caught:
            session.sign_in(home, OPERATOR, "not the password", watch, NoSecrets())
        codes.append(caught.value.code)
    assert codes == ["password_wrong", "password_wrong", "password_wrong", "sign_in_wait"]
    with pytest.raises(UserError, match="sign_in_wait"):
        session.sign_in(home, OPERATOR, PASSWORD, watch, NoSecrets())


def test_a_new_password_opens_and_the_old_one_does_not(home: Path, watch: Watch) -> None:
    desk = session.sign_in(home, OPERATOR, PASSWORD, watch, NoSecrets())
    session.change_password(desk, PASSWORD, "another long password")
    session.sign_out(desk)
    with pytest.raises(UserError, match="password_wrong"):
        session.sign_in(home, OPERATOR, PASSWORD, watch, NoSecrets())
    session.sign_out(session.sign_in(home, OPERATOR, "another long password", watch, NoSecrets()))


def test_one_process_for_each_home(home: Path) -> None:
    with session.hold(home), pytest.raises(EnvironmentFault, match="home_in_use"):
        session.hold(home)
    session.hold(home).release()


@pytest.mark.parametrize(
    ("name", "password", "code"), [(" ", PASSWORD, "operator_name_missing"), ("王芳", "short", "password_too_short")]
)
def test_a_home_is_not_made_of_nothing(tmp_path: Path, watch: Watch, name: str, password: str, code: str) -> None:
    with pytest.raises(UserError, match=code):
        setup.create_home(tmp_path / "new", name, password, watch, NoSecrets())
    assert not setup.has_home(tmp_path / "new")


def test_a_home_is_made_once(home: Path, watch: Watch) -> None:
    with pytest.raises(UserError, match="already_set_up"):
        setup.create_home(home, OPERATOR, PASSWORD, watch, NoSecrets())


@pytest.mark.parametrize(
    ("key", "value"), [("text_size", 13), ("text_size", "14"), ("idle_lock_minutes", 0), ("no_such", 1)]
)
def test_a_setting_is_what_its_declaration_allows(desk: Desk, key: str, value: int | str) -> None:
    with pytest.raises(UserError):
        settings.change(desk, key, value)
    assert settings.read_all(desk)["text_size"] == 14


def test_a_setting_is_kept(desk: Desk) -> None:
    settings.change(desk, "theme", "dark")
    assert settings.read_all(desk)["theme"] == "dark"


def test_the_self_check_looks_at_everything(desk: Desk) -> None:
    found = {each.code: each.ok for each in (*doctor.check_machine(desk.home), *doctor.check_desk(desk))}
    assert all(found[code] for code in ("doctor_store", "doctor_audit", "doctor_plans", "doctor_scans"))
    assert not found["doctor_enrolled"]


def test_a_page_without_a_case_goes_to_the_trash_after_a_day(home: Path, watch: Watch) -> None:
    desk = session.sign_in(home, OPERATOR, PASSWORD, watch, NoSecrets())
    orphan = desk.store.scans.put(b"a page whose row was never written")
    session.sign_out(desk)
    watch.now = datetime.now(UTC) + timedelta(hours=25)
    session.sign_out(session.sign_in(home, OPERATOR, PASSWORD, watch, NoSecrets()))
    assert [path.name for path in (home / "trash").iterdir()] == [orphan.name]
