"""Key slots with the real derivation, opened by passwords and by the association's recovery key."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

import pyrage
import pytest

from station_app.access import key_file, sealing, slots
from station_app.access.secrets import NoSecrets, os_account
from station_app.domain.operator import Operator
from station_app.errors import EnvironmentFault, UserError
from station_app.store import Store, StoreKeys

LEAD, CLERK = Operator("id-1", "李组长"), Operator("id-2", "赵一")
PASSWORD, ANOTHER = "一句很长的口令吧2024", "another long one"


@dataclass
class MemorySecrets:
    """A fake at the port: what the real store of ``test_secret_service`` keeps, kept in a dictionary."""

    kept: dict[str, bytes] = field(default_factory=dict)
    usable: bool = True
    problem: str | None = None

    def put(self, name: str, secret: bytes) -> None:
        self.kept[name] = secret

    def get(self, name: str) -> bytes | None:
        return self.kept.get(name)

    def forget(self, name: str) -> None:
        self.kept.pop(name, None)


@pytest.fixture
def secrets() -> MemorySecrets:
    return MemorySecrets()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def master(home: Path, secrets: MemorySecrets) -> bytes:
    return slots.create_slots(home, LEAD, PASSWORD, secrets)


def _file(home: Path) -> dict[str, Any]:
    """What stands in it, without the check: whoever changes the file on purpose leaves that out."""
    document: dict[str, Any] = json.loads((home / "keys.json").read_bytes().decode("ascii"))
    del document["check"]
    return document


def test_the_password_opens_the_slot(home: Path, secrets: MemorySecrets, master: bytes) -> None:
    assert len(master) == 32
    assert slots.open_slot(home, LEAD.name, PASSWORD, secrets) == (master, LEAD.id)
    assert slots.operators(home) == [LEAD.name]


def test_full_width_letters_are_the_same_password(home: Path, secrets: MemorySecrets, master: bytes) -> None:
    assert slots.open_slot(home, LEAD.name, "一句很长的口令吧２０２４", secrets)[0] == master


@pytest.mark.parametrize(
    ("name", "password", "code"),
    [
        (LEAD.name, PASSWORD + " ", "password_wrong"),
        (LEAD.name, "", "password_wrong"),
        ("没有这个人", PASSWORD, "operator_unknown"),
    ],
)
def test_anything_else_does_not(
    home: Path, secrets: MemorySecrets, master: bytes, name: str, password: str, code: str
) -> None:
    with pytest.raises(UserError) as caught:
        slots.open_slot(home, name, password, secrets)
    assert caught.value.code == code


def test_the_password_alone_is_not_enough(home: Path, secrets: MemorySecrets, master: bytes) -> None:
    """A stolen disk without the account's secret store."""
    (name,) = secrets.kept
    with pytest.raises(EnvironmentFault, match="keyring_unusable"):
        slots.open_slot(home, LEAD.name, PASSWORD, NoSecrets())
    with pytest.raises(EnvironmentFault, match="device_secret_missing"):
        slots.open_slot(home, LEAD.name, PASSWORD, MemorySecrets())
    with pytest.raises(UserError, match="password_wrong"):
        slots.open_slot(home, LEAD.name, PASSWORD, MemorySecrets({name: bytes(32)}))


def test_without_an_os_store_the_derivation_is_costlier_and_the_password_longer(home: Path) -> None:
    none = NoSecrets()
    assert none.problem == "keyring_unusable"
    with pytest.raises(UserError) as caught:
        slots.create_slots(home, LEAD, "123456789", none)
    assert (caught.value.code, caught.value.params) == ("password_too_short", {"least": 10})
    assert not (home / "keys.json").exists()
    master = slots.create_slots(home, LEAD, "1234567890", none)
    (slot,) = _file(home)["operators"]
    assert slot["device_secret"] is False
    assert slot["cost"]["memory_kib"] * slot["cost"]["passes"] > 4 * 64 * 1024 * 3
    assert slots.open_slot(home, LEAD.name, "1234567890", none)[0] == master
    assert slots.open_slot(home, LEAD.name, "1234567890", MemorySecrets())[0] == master


def test_with_an_os_store_eight_characters_do(home: Path, secrets: MemorySecrets) -> None:
    with pytest.raises(UserError, match="password_too_short"):
        slots.create_slots(home, LEAD, "1234567", secrets)
    slots.create_slots(home, LEAD, "12345678", secrets)


def test_a_second_operator_opens_the_same_home(home: Path, secrets: MemorySecrets, master: bytes) -> None:
    slots.add_operator_slot(home, master, CLERK, ANOTHER, secrets)
    assert slots.operators(home) == [LEAD.name, CLERK.name]
    assert slots.open_slot(home, CLERK.name, ANOTHER, secrets) == (master, CLERK.id)
    assert slots.open_slot(home, LEAD.name, PASSWORD, secrets) == (master, LEAD.id)
    with pytest.raises(UserError, match="operator_name_taken"):
        slots.add_operator_slot(home, master, Operator("id-3", CLERK.name), ANOTHER, secrets)


def test_changing_a_password_wraps_again_and_forgets_the_old_secret(
    home: Path, secrets: MemorySecrets, master: bytes
) -> None:
    slots.add_operator_slot(home, master, CLERK, ANOTHER, secrets)
    before = {slot["name"]: slot for slot in _file(home)["operators"]}
    slots.change_password(home, LEAD.name, PASSWORD, "a new password", secrets)
    after = {slot["name"]: slot for slot in _file(home)["operators"]}
    assert slots.open_slot(home, LEAD.name, "a new password", secrets) == (master, LEAD.id)
    with pytest.raises(UserError, match="password_wrong"):
        slots.open_slot(home, LEAD.name, PASSWORD, secrets)
    assert after[CLERK.name] == before[CLERK.name]
    assert not any(after[LEAD.name][each] == before[LEAD.name][each] for each in ("slot_id", "salt", "nonce", "sealed"))
    assert set(secrets.kept) == {slot["slot_id"] for slot in after.values()}


def _meanwhile(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """``act`` happens on another thread while a key is derived, which takes its time."""
    real = slots._wrapped

    def wrapped(*told: Any) -> key_file.OperatorSlot:
        other = Thread(target=act)
        other.start()
        other.join()
        return real(*told)

    monkeypatch.setattr(slots, "_wrapped", wrapped)


def test_who_is_shut_out_while_a_password_changes_stays_out(
    home: Path, secrets: MemorySecrets, master: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    slots.add_operator_slot(home, master, CLERK, ANOTHER, secrets)
    _meanwhile(monkeypatch, lambda: slots.remove_operator_slots(home, CLERK.id, secrets))
    slots.change_password(home, LEAD.name, PASSWORD, "a new password", secrets)
    assert slots.operators(home) == [LEAD.name]
    assert slots.open_slot(home, LEAD.name, "a new password", secrets) == (master, LEAD.id)
    assert len(secrets.kept) == 1


@pytest.mark.parametrize("erase", [True, False], ids=["erased", "shut out"])
def test_a_password_that_changes_brings_nothing_back(
    home: Path, secrets: MemorySecrets, master: bytes, monkeypatch: pytest.MonkeyPatch, erase: bool
) -> None:
    def act() -> None:
        if erase:
            former = key_file.change(home, lambda _keys: key_file.KeyFile())
            slots.forget(former.operators, secrets)
        else:
            slots.remove_operator_slots(home, LEAD.id, secrets)

    _meanwhile(monkeypatch, act)
    with pytest.raises(UserError, match="operator_unknown"):
        slots.change_password(home, LEAD.name, PASSWORD, "a new password", secrets)
    assert (slots.operators(home), secrets.kept) == ([], {})


def test_a_wrong_old_or_a_short_new_password_changes_nothing(home: Path, secrets: MemorySecrets, master: bytes) -> None:
    before = (home / "keys.json").read_bytes(), dict(secrets.kept)
    for old, new, code in (("wrong", ANOTHER, "password_wrong"), (PASSWORD, "short", "password_too_short")):
        with pytest.raises(UserError, match=code):
            slots.change_password(home, LEAD.name, old, new, secrets)
    assert ((home / "keys.json").read_bytes(), secrets.kept) == before


def test_a_secret_store_that_fails_leaves_the_old_password(home: Path, secrets: MemorySecrets, master: bytes) -> None:
    class Failing(MemorySecrets):
        def put(self, name: str, secret: bytes) -> None:
            raise EnvironmentFault("keyring_failed")

    with pytest.raises(EnvironmentFault, match="keyring_failed"):
        slots.change_password(home, LEAD.name, PASSWORD, ANOTHER, Failing(secrets.kept))
    assert slots.open_slot(home, LEAD.name, PASSWORD, secrets)[0] == master


def test_a_slot_of_another_os_account_says_so(home: Path, secrets: MemorySecrets, master: bytes) -> None:
    document = _file(home)
    document["operators"][0]["account"] = os_account() + "-another"
    (home / "keys.json").write_text(json.dumps(document), "ascii")
    with pytest.raises(EnvironmentFault, match="slot_other_account"):
        slots.open_slot(home, LEAD.name, PASSWORD, secrets)
    slots.add_operator_slot(home, master, LEAD, ANOTHER, secrets)  # as after recovery: one more, for this account
    assert slots.open_slot(home, LEAD.name, ANOTHER, secrets)[0] == master
    assert len(_file(home)["operators"]) == 2


def test_set_up_runs_once_but_may_run_again_when_it_was_cut_off(
    home: Path, secrets: MemorySecrets, master: bytes
) -> None:
    again = slots.create_slots(home, LEAD, PASSWORD, secrets)  # no store yet: nothing is guarded
    assert again != master
    Store.create(home, StoreKeys.derive(again), lambda: datetime.now(UTC)).close()
    with pytest.raises(UserError, match="already_set_up"):
        slots.create_slots(home, LEAD, PASSWORD, secrets)


# ---- the file


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("operator_id", "id-2"),
        ("name", CLERK.name),
        ("account", None),
        ("salt", "AAAAAAAAAAAAAAAAAAAAAA=="),
        ("nonce", "AAAAAAAAAAAAAAAA"),
        ("sealed", "AAAA"),
        ("cost", {"passes": 1, "memory_kib": 8192, "lanes": 1}),
    ],
)
def test_a_doctored_slot_does_not_open(
    home: Path, secrets: MemorySecrets, master: bytes, name: str, value: object
) -> None:
    document = _file(home)
    document["operators"][0][name] = value
    (home / "keys.json").write_text(json.dumps(document), "ascii")
    with pytest.raises((UserError, EnvironmentFault)):
        slots.open_slot(home, slots.operators(home)[0], PASSWORD, secrets)


def test_a_doctored_cost_does_not_eat_the_pc(home: Path, secrets: MemorySecrets, master: bytes) -> None:
    document = _file(home)
    document["operators"][0]["cost"]["memory_kib"] = 2**31
    (home / "keys.json").write_text(json.dumps(document), "ascii")
    with pytest.raises(EnvironmentFault, match="keys_damaged"):
        slots.open_slot(home, LEAD.name, PASSWORD, secrets)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "keys_damaged"),
        (b"{", "keys_damaged"),
        (b"[]", "keys_damaged"),
        (b'{"format": 1}', "keys_damaged"),
        (b'{"format": 1, "operators": [{}], "recovery": []}', "keys_damaged"),
        ('{"名": 1}'.encode(), "keys_damaged"),
        (b'{"format": 2, "operators": [], "recovery": []}', "keys_too_new"),
    ],
)
def test_a_file_that_cannot_be_read_says_so(home: Path, content: bytes, code: str) -> None:
    home.mkdir()
    (home / "keys.json").write_bytes(content)
    with pytest.raises(EnvironmentFault) as caught:
        slots.operators(home)
    assert caught.value.code == code


def test_the_file_is_ascii_and_of_the_owner_only(home: Path, secrets: MemorySecrets, master: bytes) -> None:
    content = (home / "keys.json").read_bytes()
    assert content.isascii()
    assert master not in content
    assert (home / "keys.json").stat().st_mode & 0o077 == 0
    assert all(secret not in content for secret in secrets.kept.values())


def test_an_empty_home_has_no_operators(home: Path) -> None:
    assert slots.operators(home) == []
    assert not home.exists()


def test_naming_the_operators_imports_no_cryptography(home: Path, secrets: MemorySecrets, master: bytes) -> None:
    program = f"""
import sys
from pathlib import Path
from station_app.access import slots
assert slots.operators(Path({str(home)!r})) == [{LEAD.name!r}]
heavy = {{"cryptography", "argon2", "pyrage", "keyring", "secretstorage", "sqlalchemy"}} & sys.modules.keys()
assert not heavy, heavy
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_costs_are_worth_their_name() -> None:
    """RFC 9106, section 4: 64 MiB and 3 passes is the least that is recommended."""
    assert (sealing.WITH_SECRET.passes, sealing.WITH_SECRET.memory_kib) >= (3, 64 * 1024)
    assert sealing.WITHOUT_SECRET.passes * sealing.WITHOUT_SECRET.memory_kib >= 4 * 256 * 1024


# ---- recovery


def test_the_association_opens_a_real_store_with_its_key(home: Path, secrets: MemorySecrets, master: bytes) -> None:
    identity = pyrage.x25519.Identity.generate()
    with closing(Store.create(home, StoreKeys.derive(master), lambda: datetime.now(UTC))) as store:
        page = store.scans.put(b"a page")
    assert not slots.has_recovery_slot(home)
    slots.add_recovery_slot(home, master, str(identity.to_public()))
    assert slots.has_recovery_slot(home)

    recovered = slots.open_recovery_slot(home, f" {identity}\n")  # the operator's password and profile are gone

    with closing(Store.open(home, StoreKeys.derive(recovered), lambda: datetime.now(UTC))) as store:
        assert store.scans.get(page.name) == b"a page"
        assert store.is_sound()
    fresh = MemorySecrets()
    slots.add_operator_slot(home, recovered, LEAD, "a password after recovery", fresh)
    assert slots.open_slot(home, LEAD.name, "a password after recovery", fresh) == (master, LEAD.id)
    assert slots.open_recovery_slot(home, str(identity)) == master


def test_recovery_with_the_wrong_or_no_key(home: Path, secrets: MemorySecrets, master: bytes) -> None:
    right, wrong = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    with pytest.raises(UserError, match="recovery_missing"):
        slots.open_recovery_slot(home, str(right))
    with pytest.raises(UserError, match="recipient_unreadable"):
        slots.add_recovery_slot(home, master, "age1nonsense")
    slots.add_recovery_slot(home, master, str(right.to_public()))
    slots.add_recovery_slot(home, master, str(right.to_public()))
    assert len(key_file.read(home).recovery) == 1
    with pytest.raises(UserError, match="identity_wrong"):
        slots.open_recovery_slot(home, str(wrong))
    with pytest.raises(UserError, match="identity_unreadable"):
        slots.open_recovery_slot(home, "AGE-SECRET-KEY-1NONSENSE")


def test_a_second_recipient_opens_it_too(home: Path, secrets: MemorySecrets, master: bytes) -> None:
    """The association may change its key; the old one serves until the station has synced."""
    keys = [pyrage.x25519.Identity.generate() for _ in range(2)]
    for key in keys:
        slots.add_recovery_slot(home, master, str(key.to_public()))
    assert [slots.open_recovery_slot(home, str(key)) for key in keys] == [master, master]
