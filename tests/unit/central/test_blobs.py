"""Scans as files: whole, hashed and on the disk, or not there."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from central.blobs import BlobStore, Place, Upload
from station_app import durable
from station_app.durable import Point
from station_app.errors import EnvironmentFault, UserError
from tests.unit.central.office import Office, Sender, sha

CONTENT = bytes(range(256)) * 500
PLACE = Place("device", "CY001-24-A100001-K", sha(CONTENT))


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    made = BlobStore(tmp_path / "blobs")
    made.prepare(PLACE.device_id, [PLACE.reference])
    return made


def upload(blobs: BlobStore, start: int = 0, place: Place = PLACE) -> Upload:
    return Upload(blobs, place, len(CONTENT), start)


def noted(monkeypatch: pytest.MonkeyPatch, act: str, acts: list[str], name: Callable[[tuple[Any, ...]], str]) -> None:
    """Keep an account of one durable act, which is done all the same."""
    original = getattr(durable, act)

    def wrapped(*arguments: Any) -> Any:
        acts.append(name(arguments))
        return original(*arguments)

    monkeypatch.setattr(durable, act, wrapped)


def test_a_blob_sent_in_one_piece_is_whole(blobs: BlobStore) -> None:
    upload(blobs).finish([CONTENT[:10], CONTENT[10:]], sha(CONTENT))
    assert blobs.is_whole(PLACE)
    assert blobs.path(PLACE).read_bytes() == CONTENT
    assert [each.name for each in blobs.path(PLACE).parent.iterdir()] == [PLACE.sha256]


def test_a_blob_goes_on_where_it_broke_off(blobs: BlobStore) -> None:
    upload(blobs).write([CONTENT[:1000]])
    assert (blobs.arrived(PLACE), blobs.is_whole(PLACE)) == (1000, False)
    second = upload(blobs, 1000)
    second.write([CONTENT[1000:5000]])
    second.finish([CONTENT[5000:]], sha(CONTENT[1000:]))
    assert blobs.path(PLACE).read_bytes() == CONTENT


def test_nothing_is_appended_at_a_wrong_offset(blobs: BlobStore) -> None:
    upload(blobs).write([CONTENT[:1000]])
    with pytest.raises(UserError, match="offset_mismatch"):
        upload(blobs, 900).write([CONTENT[900:1000]])
    with pytest.raises(UserError, match="offset_mismatch"):
        upload(blobs).finish([CONTENT], sha(CONTENT))
    assert blobs.arrived(PLACE) == 1000


def test_a_body_that_is_not_the_tokens_is_taken_back(blobs: BlobStore) -> None:
    upload(blobs).write([CONTENT[:1000]])
    with pytest.raises(UserError, match="body_mismatch"):
        upload(blobs, 1000).finish([b"x" * 50], sha(b"y" * 50), complete=False)
    assert blobs.arrived(PLACE) == 1000
    upload(blobs, 1000).finish([CONTENT[1000:]], sha(CONTENT[1000:]))
    assert blobs.is_whole(PLACE)


def test_a_blob_that_is_not_its_hash_is_thrown_away(blobs: BlobStore) -> None:
    wrong = bytes(len(CONTENT))
    with pytest.raises(UserError, match="blob_hash_mismatch"):
        upload(blobs).finish([wrong], sha(wrong))
    assert (blobs.arrived(PLACE), blobs.is_whole(PLACE)) == (0, False)


def test_a_blob_is_neither_longer_nor_shorter_than_promised(blobs: BlobStore) -> None:
    with pytest.raises(UserError, match="upload_too_long"):
        upload(blobs).write([CONTENT, b"x"])
    with pytest.raises(UserError, match="upload_too_short"):
        upload(blobs).finish([CONTENT[:10]], sha(CONTENT[:10]))
    assert blobs.arrived(PLACE) == 10  # what came stays


def test_the_bytes_are_on_the_disk_before_the_name(blobs: BlobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    acts: list[str] = []
    noted(monkeypatch, "sync_file", acts, lambda _each: "sync")
    noted(monkeypatch, "rename", acts, lambda _each: "rename")
    upload(blobs).finish([CONTENT], sha(CONTENT))
    assert acts == ["sync", "rename"]


def test_a_full_disk_is_the_machines_fault_and_what_came_stays(
    blobs: BlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    import errno
    import os

    upload(blobs).write([CONTENT[:1000]])
    with monkeypatch.context() as patched:

        def full(*_arguments: object) -> int:
            raise OSError(errno.ENOSPC, "no space")

        patched.setattr(os, "writev", full)
        with pytest.raises(EnvironmentFault, match="disk_full"):
            upload(blobs, 1000).write([CONTENT[1000:]])
    assert blobs.arrived(PLACE) == 1000


@pytest.mark.parametrize(("content", "whole"), [(CONTENT, True), (bytes(len(CONTENT)), False)])
def test_a_full_part_left_by_a_crash_is_settled(blobs: BlobStore, content: bytes, whole: bool) -> None:
    blobs.path(PLACE).with_suffix(".part").write_bytes(content)
    assert blobs.settle(PLACE, len(CONTENT)) is whole
    assert blobs.is_whole(PLACE) is whole
    assert blobs.arrived(PLACE) == 0


def test_a_crash_between_the_last_byte_and_its_name_is_healed_by_the_next_sync(
    office: Office, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = sender.submission(scans={"card": CONTENT})
    sender.submit(body)
    with monkeypatch.context() as patched:

        def killed(_source: Path, _target: Path, point: Point) -> None:
            assert point is Point.SERVER_BLOB_FILE
            raise KeyboardInterrupt

        patched.setattr(durable, "rename", killed)
        with pytest.raises(KeyboardInterrupt):
            sender.upload(body["reference"], CONTENT)
    assert office.state(body["reference"]) == "queued"
    answer = sender.sync(have=[{"reference": body["reference"], "revision": 1}])
    assert (answer.missing_blobs, len(answer.receipts)) == ([], 1)


def test_the_names_are_durable_before_the_receipt(
    office: Office, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = sender.submission(scans={"card": CONTENT})
    sender.submit(body)
    sender.upload(body["reference"], CONTENT)
    acts: list[str] = []
    noted(monkeypatch, "sync_folder", acts, lambda each: each[0].name)
    noted(monkeypatch, "commit", acts, lambda each: each[1])
    sender.sync(have=[{"reference": body["reference"], "revision": 1}])
    assert acts == [body["reference"], Point.SERVER_BLOB]


def test_two_devices_do_not_share_a_blob(office: Office, sender: Sender) -> None:
    other = office.sender("HD002")
    mine, theirs = sender.submission(scans={"card": CONTENT}), other.submission(scans={"card": CONTENT})
    sender.submit(mine)
    other.submit(theirs)
    sender.upload(mine["reference"], CONTENT)
    answer = other.sync(have=[{"reference": theirs["reference"], "revision": 1}])
    assert [each.sha256 for each in answer.missing_blobs] == [sha(CONTENT)]
    assert answer.receipts == []


def test_the_empty_hash_is_that_of_nothing() -> None:
    assert Upload.nothing == hashlib.sha256(b"").hexdigest()
