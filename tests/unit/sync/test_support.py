"""The support bundle: nobody in it, listed before it is written, opened by the association alone."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pyrage
import pytest

from station_app.access import key_file
from station_app.access.key_file import KeyFile
from station_app.access.sealing import seal_recovery
from station_app.durable import Point
from station_app.errors import UserError
from station_app.services import settings, support
from sync.envelope import new_private_key, openssh_public_key, public_key_of
from sync.support import LARGEST, open_bundle
from tests.samples.people import person
from tests.unit.sync.stations import MASTER, Station
from tests.unit.sync.test_delivery import received


@pytest.fixture
def worked(here: Station) -> Station:
    """A station with cases, a log and a crash report that name the folders of whoever uses the PC."""
    received(here, 7)
    here.submit(8)
    settings.change(here.desk, "proxy", "http://name:hush-hush@proxy.test:3128")
    home = here.desk.home
    (home / "station.log").write_text(f'{{"event": "opened", "place": "{home}/store.db"}}\n', "utf-8")
    (home / "reports").mkdir()
    (home / "reports" / "report-0123456789ab.txt").write_text(f"ValueError\n  {Path.home()}/ui/x.py:1 f\n", "utf-8")
    return here


@pytest.fixture
def bundle(worked: Station, tmp_path: Path) -> Path:
    made = support.collect(worked.desk)
    return support.write(worked.desk, made, tmp_path / "bundle.age").value


def _refused(sealed: bytes, key: bytes, identity: str = "") -> str:
    with pytest.raises(UserError) as caught:
        open_bundle(sealed, key, identity)
    return caught.value.code


def test_what_was_listed_is_what_the_server_finds(worked: Station, bundle: Path) -> None:
    listed = support.collect(worked.desk).manifest
    manifest, files = open_bundle(bundle.read_bytes(), worked.server_key)
    assert (manifest.station_no, manifest.device_id) == ("CY001", "device-1")
    names = {"system.json", "checks.json", "counts.json", "settings.json", "sync.json", "station.log"}
    assert set(files) == {each.name for each in listed.entries} == names | {"report-0123456789ab.txt"}
    assert json.loads(files["counts.json"])["applications"] == {"received": 1, "queued": 1}
    assert json.loads(files["sync.json"])["facts"]["epoch"] == "epoch-1"
    with worked.desk.store.read() as uow:
        assert uow.audit.last(1)[0].action == "support_written"


def test_nobody_is_in_it(worked: Station, bundle: Path) -> None:
    _, files = open_bundle(bundle.read_bytes(), worked.server_key)
    people = [person(7), person(8)]
    words = [word for one in people for word in (one.name, one.id_number, one.card_no, one.phone, one.employer)]
    words += [worked.desk.operator.name, "hush-hush", str(worked.desk.home), str(Path.home())]
    found = [(name, word) for name, content in files.items() for word in words if word.encode() in content]
    assert found == []
    assert json.loads(files["settings.json"])["proxy"] is True
    assert b"HOME/store.db" in files["station.log"]
    assert b"~/ui/x.py" in files["report-0123456789ab.txt"]


def test_only_the_server_opens_it(worked: Station, bundle: Path) -> None:
    sealed = bundle.read_bytes()
    assert b"system.json" not in sealed
    assert _refused(sealed, new_private_key()) == "support_not_opened"


@pytest.mark.parametrize("place", [30, 250, -1])
def test_a_hurt_bundle_is_refused(worked: Station, bundle: Path, place: int) -> None:
    sealed = bytearray(bundle.read_bytes())
    sealed[place] ^= 1
    assert _refused(bytes(sealed), worked.server_key) == "support_not_opened"
    assert _refused(bundle.read_bytes()[:-1], worked.server_key) == "support_not_opened"


def test_what_is_no_bundle_is_refused(worked: Station) -> None:
    assert _refused(b"PK\x03\x04 some other file", worked.server_key) == "support_unreadable"
    assert _refused(b"age-encryption.org/v1\n" + bytes(LARGEST), worked.server_key) == "support_unreadable"


@pytest.mark.parametrize(
    ("manifest", "name", "content"),
    [
        ({"entries": [{"name": "../evil.txt", "size": 1}]}, "../evil.txt", b"x"),
        ({"entries": [{"name": "a.txt", "size": 1}]}, "a.txt", b"more than it says"),
        ({"entries": [{"name": "a.txt", "size": 1}]}, "b.txt", b"x"),
        ({"format": "another-1", "entries": []}, "a.txt", b"x"),
        ({"entries": [{"name": "a.txt", "size": LARGEST}] * 2}, "a.txt", b"x"),
    ],
)
def test_a_bundle_made_by_somebody_else_does_no_harm(
    worked: Station, manifest: dict[str, object], name: str, content: bytes
) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("manifest.json", json.dumps({"made_at": "now", "version": "1", **manifest}))
        archive.writestr(name, content)
    recipient = pyrage.ssh.Recipient.from_str(openssh_public_key(public_key_of(worked.server_key)))
    assert _refused(pyrage.encrypt(out.getvalue(), [recipient]), worked.server_key) == "support_unreadable"
    assert _refused(pyrage.encrypt(b"no archive", [recipient]), worked.server_key) == "support_unreadable"


def test_a_home_that_cannot_be_opened_seals_to_the_recovery_recipient(worked: Station, tmp_path: Path) -> None:
    identity = pyrage.x25519.Identity.generate()
    home, target = worked.desk.home, tmp_path / "closed.age"
    made = support.collect_closed(home, worked.clock())
    with pytest.raises(UserError, match="recovery_missing"):
        support.write_closed(home, made, target)
    key_file.write(home, KeyFile((), (seal_recovery(MASTER, str(identity.to_public())),)))
    support.write_closed(home, made, target)
    assert _refused(target.read_bytes(), worked.server_key) == "support_not_opened"
    assert _refused(target.read_bytes(), worked.server_key, "no key") == "identity_unreadable"
    manifest, files = open_bundle(target.read_bytes(), worked.server_key, str(identity))
    assert manifest.station_no == ""
    assert set(files) == {"system.json", "checks.json", "station.log", "report-0123456789ab.txt"}


def test_a_station_without_a_server_has_nobody_to_seal_to(worked: Station, tmp_path: Path) -> None:
    with worked.desk.store.write(Point.ENROLMENT) as uow:
        uow.facts.set("server_key", None)
    with pytest.raises(UserError, match="not_enrolled"):
        support.write(worked.desk, support.collect(worked.desk), tmp_path / "x.age")
