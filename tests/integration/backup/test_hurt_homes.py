"""Every file of a home, hurt in every way: it works with nothing lost, or a code says what happened; never silence.

The hurt file stays as it is, and once the whole one is put back everything is there again.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from station_app.access import slots
from station_app.access.secrets import NoSecrets
from station_app.errors import StationError
from station_app.services import backup, doctor, session, setup
from station_app.services.desk import Desk
from tests.integration.backup import hurts
from tests.integration.backup.conftest import OPERATOR, PASSWORD, Watch, add_case, files_of, pages, references
from tests.integration.backup.hurts import HURTS, Hurt
from tests.unit.ui.stations import copy_home, make_home
from ui.messages import table

NEEDED = {
    "store.db": {
        "missing": "store_missing",
        "empty": "store_damaged",
        "cut_short": "store_damaged",
        "half_written": "store_damaged",
        "first_bit": "store_damaged",
        "early_bit": "found later",
        "middle_bit": "store_damaged",
        "garbage": "store_wrong_key",
        "foreign": "store_wrong_key",
        "folder": "store_damaged",
    },
    "keys.json": {
        "missing": "keys_missing",
        "foreign": "store_wrong_key",
        "folder": "keys_unreadable",
    },
}
IDLE = ("window.json", "sign_in_waits.json")  # nothing is lost with them


@pytest.fixture(scope="session")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another station's home, with the same operator and password."""
    home = tmp_path_factory.mktemp("other") / "home"
    make_home(home)
    return home


@pytest.fixture
def home(made: tuple[Path, bytes], tmp_path: Path) -> Path:
    return copy_home(made[0], tmp_path / "home")


def _sign_in(home: Path, watch: Watch) -> Desk:
    return session.sign_in(home, OPERATOR, PASSWORD, watch, NoSecrets())


def _outcome(home: Path, watch: Watch) -> str:
    """``works``, or the code that says what is wrong; what the first window would do included."""
    try:
        if not slots.is_set_up(home):
            return "set-up is offered"
        desk = _sign_in(home, watch)
    except StationError as error:
        return error.code
    try:
        if not desk.store.is_sound():
            return "found later"
        return "works" if (len(references(desk)), len(pages(desk))) == (2, 2) else "silent loss"
    except StationError as error:
        return error.code
    finally:
        session.sign_out(desk)


def _expected(name: str, hurt: Hurt) -> str:
    return NEEDED[name].get(hurt.__name__, "keys_damaged")


@pytest.mark.parametrize("hurt", HURTS, ids=lambda hurt: hurt.__name__)
@pytest.mark.parametrize("name", NEEDED)
def test_a_hurt_file_is_named_kept_and_its_whole_one_heals(
    home: Path, other: Path, watch: Watch, name: str, hurt: Hurt
) -> None:
    whole = (home / name).read_bytes()
    hurt(home / name, other / name)
    after = (home / name).read_bytes() if (home / name).is_file() else None
    code = _outcome(home, watch)
    assert code == _expected(name, hurt)
    if code in table("errors"):
        assert ((home / name).read_bytes() if (home / name).is_file() else None) == after
    with pytest.raises(StationError) as caught:
        setup.create_home(home, "别人", "another long password", watch, NoSecrets())
    assert caught.value.code in (code, "already_set_up", "keys_damaged")  # and nothing was set up over it
    if (home / name).is_dir():
        (home / name).rmdir()
    (home / name).write_bytes(whole)
    assert _outcome(home, watch) == "works"


@pytest.mark.parametrize("hurt", [hurts.missing, hurts.empty, hurts.garbage], ids=lambda hurt: hurt.__name__)
@pytest.mark.parametrize("name", IDLE)
def test_a_file_without_which_nothing_is_lost(home: Path, watch: Watch, name: str, hurt: Hurt) -> None:
    (home / name).write_bytes(b"{}")
    hurt(home / name, home / name)
    assert _outcome(home, watch) == "works"


@pytest.mark.parametrize("hurt", HURTS, ids=lambda hurt: hurt.__name__)
def test_a_hurt_roster_is_made_anew(home: Path, other: Path, watch: Watch, hurt: Hurt) -> None:
    hurt(home / "roster.db", other / "roster.db")
    assert _outcome(home, watch) == ("store_unwritable" if hurt is hurts.folder else "works")


@pytest.mark.parametrize("hurt", [each for each in HURTS if each is not hurts.foreign], ids=lambda hurt: hurt.__name__)
@pytest.mark.parametrize("copied", [True, False], ids=["with-backup", "without"])
def test_a_hurt_page(desk: Desk, hurt: Hurt, copied: bool) -> None:
    if copied:
        backup.back_up(desk)
    victim = min(path for path in (desk.home / "scans").rglob("*") if path.is_file())
    whole = victim.read_bytes()
    hurt(victim, victim)
    left = victim.read_bytes() if victim.is_file() else None
    found = {each.code: each for each in doctor.check_desk(desk, full=True)}["doctor_scans"]
    assert found.ok is copied
    if copied:
        assert victim.read_bytes() == whole
        assert left is None or left in files_of(desk.home / "trash").values()
    else:
        assert found.params["cases"] == [_case_of(desk, victim.name)]
        assert (victim.read_bytes() if victim.is_file() else None) == left


def _case_of(desk: Desk, file_name: str) -> str:
    with desk.store.read() as uow:
        (reference,) = uow.scans.references_with([file_name])
        return reference


def test_a_new_home_is_still_offered_the_set_up(tmp_path: Path, watch: Watch) -> None:
    assert not slots.is_set_up(tmp_path / "new")
    (tmp_path / "new").mkdir()
    assert not slots.is_set_up(tmp_path / "new")


def test_pages_without_database_and_keys_are_not_a_new_home(home: Path, watch: Watch) -> None:
    (home / "store.db").unlink()
    (home / "keys.json").unlink()
    assert _outcome(home, watch) == "store_missing"


def test_all_pages_gone_at_once(desk: Desk) -> None:
    backup.back_up(desk)
    before = pages(desk)
    shutil.rmtree(desk.home / "scans")
    assert pages(desk) == before


def test_an_older_database_in_its_place_is_told(desk: Desk, watch: Watch) -> None:
    older = files_of(desk.home)["store.db"]
    add_case(desk, 3)
    backup.back_up(desk)
    home = desk.home
    session.sign_out(desk)
    (home / "store.db").write_bytes(older)
    again = _sign_in(home, watch)
    try:
        found = {each.code: each for each in doctor.check_desk(again)}
        assert not found["doctor_older"].ok
    finally:
        session.sign_out(again)


def test_work_on_an_older_database_neither_hides_it_nor_costs_the_backup_that_knows_more(
    desk: Desk, watch: Watch
) -> None:
    older = files_of(desk.home)["store.db"]
    add_case(desk, 3)
    backup.back_up(desk)
    knows = backup.newest(desk)
    assert knows is not None
    home = desk.home
    session.sign_out(desk)
    (home / "store.db").write_bytes(older)
    again = _sign_in(home, watch)
    try:
        for number in range(4, 14):
            add_case(again, number)
            backup.back_up(again)
        assert backup.is_behind_its_backup(again)
        assert (knows.folder / "manifest.json").exists()
        assert len(backup.place_of(again).set.kept()) == 7
    finally:
        session.sign_out(again)
