"""The disk that forgets keeps what was synced and nothing that it may not keep."""

from __future__ import annotations

import random
from pathlib import Path

from tests.trials.disk import Disk
from tests.trials.recording import Event, _Reader

_NAME = "side/a"


def _played(*events: Event) -> list[dict[str, bytes | None]]:
    """What fifty cuts leave."""
    disk = Disk()
    for event in events:
        disk.play(event)
    return [disk.left(random.Random(seed), "side", cut=True) for seed in range(50)]


_WRITTEN = (Event("make", "side/a.part"), Event("write", "side/a.part", 0, b"x" * 2000))
_SYNCED = (*_WRITTEN, Event("sync", "side/a.part"), Event("rename", "side/a.part", to=_NAME))


def test_what_is_synced_stays() -> None:
    assert all(left == {_NAME: b"x" * 2000} for left in _played(*_SYNCED, Event("sync", "side")))


def test_a_name_without_a_sync_of_its_folder_may_go() -> None:
    left = _played(*_SYNCED)
    assert {tuple(each) for each in left} == {(), ("side/a.part",), (_NAME,)}
    assert all(content == b"x" * 2000 for each in left for content in each.values())


def test_bytes_without_a_sync_may_go_in_any_mixture() -> None:
    left = _played(*_WRITTEN, Event("rename", "side/a.part", to=_NAME), Event("sync", "side"))
    contents = {each[_NAME] for each in left}
    assert {b"", b"x" * 2000} < contents
    assert any(content and 0 in content for content in contents)  # a hole before what was kept


def test_an_old_file_is_there_until_the_new_name_is_safe() -> None:
    before = (*_SYNCED, Event("sync", "side"))
    again = (Event("make", "side/b"), Event("write", "side/b", 0, b"new"), Event("sync", "side/b"))
    left = _played(*before, *again, Event("rename", "side/b", to=_NAME))
    assert {each[_NAME] for each in left} == {b"x" * 2000, b"new"}


def test_strace_is_read() -> None:
    reader = _Reader("/t")

    def hexed(text: str) -> str:
        return "".join(f"\\x{byte:02x}" for byte in text.encode())

    lines = [
        f'7 openat(AT_FDCWD</w>, "{hexed("/t/s/a")}", O_WRONLY|O_CREAT|O_TRUNC, 0600) = 4<{hexed("/t/s/a")}>',
        f'7 write(4<{hexed("/t/s/a")}>, "{hexed("one")}", 3) = 3',
        f'7 write(4<{hexed("/t/s/a")}>, "{hexed("two")}", 3) = 3',
        f'7 pwrite64(4<{hexed("/t/s/a")}>, "{hexed("X")}", 1, 1) = 1',
        f"7 fsync(4<{hexed('/t/s/a')}>) = 0",
        f'7 rename("{hexed("/t/s/a")}", "{hexed("/t/s/b")}") = 0',
        f'7 write(5<{hexed("/elsewhere")}>, "{hexed("no")}", 2) = 2',
        f'7 unlink("{hexed("/t/s/c")}") = -1 ENOENT (No such file or directory)',
    ]
    assert [event for line in lines for event in reader.events(line)] == [
        Event("make", "s/a", 1),
        Event("write", "s/a", 0, b"one"),
        Event("write", "s/a", 3, b"two"),
        Event("write", "s/a", 1, b"X"),
        Event("sync", "s/a"),
        Event("rename", "s/a", to="s/b"),
    ]


def test_what_lay_there_before_is_safe(tmp_path: Path) -> None:
    (tmp_path / "side").mkdir()
    (tmp_path / "side" / "a").write_bytes(b"old")
    disk = Disk.of(tmp_path)
    disk.play(Event("write", _NAME, 0, b"new"))
    left = [disk.left(random.Random(seed), "side", cut=True)[_NAME] for seed in range(20)]
    assert set(left) == {b"old", b"new"}
