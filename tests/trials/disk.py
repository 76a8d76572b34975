"""A disk that forgets: what was not synced when the power goes may be there, may be missing, may be half there.

Strict, as POSIX allows: the bytes of a file are safe after a sync of the file, its name after a sync of its folder.
Names of one folder are lost from the newest backwards; bytes are lost in sectors, in any mixture.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path

from tests.trials.recording import Event

_SECTOR = 512
_NOT_KEPT = ("-shm",)  # SQLite's shared memory is made anew; it is never read after a cut


@dataclass
class _File:
    """``safe``: what a cut cannot take; ``pending``: (offset, bytes) since, None for bytes: a new size."""

    safe: bytearray
    now: bytearray
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)

    def write(self, at: int, content: bytes) -> None:
        at = len(self.now) if at < 0 else at
        _put(self.now, at, content)
        self.pending.append((at, content))

    def resize(self, size: int) -> None:
        _size(self.now, size)
        self.pending.append((size, None))

    def sync(self) -> None:
        self.safe, self.pending = bytearray(self.now), []

    def after_cut(self, chance: random.Random) -> bytes:
        kept, share = bytearray(self.safe), chance.choice([0.0, 0.5, 0.9, 1.0])
        for at, content in self.pending:
            if content is None:
                if chance.random() < share:
                    _size(kept, at)
                continue
            for start in range(0, len(content), _SECTOR):
                if chance.random() < share:
                    _put(kept, at + start, content[start : start + _SECTOR])
        return bytes(kept)


def _put(into: bytearray, at: int, content: bytes) -> None:
    if len(into) < at:
        into.extend(bytes(at - len(into)))
    into[at : at + len(content)] = content


def _size(into: bytearray, size: int) -> None:
    del into[size:]
    into.extend(bytes(size - len(into)))


_Names = dict[str, _File | None]  # None: a folder


@dataclass
class Disk:
    """Files below a folder, by relative path; ``play`` lets an event happen."""

    now: _Names = field(default_factory=dict)
    safe: _Names = field(default_factory=dict)
    pending: dict[str, list[dict[str, _File | str | None]]] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: Path) -> Disk:
        """What lies there already, all of it safe."""
        disk = cls()
        for path in sorted(folder.rglob("*")):
            content = bytearray(path.read_bytes()) if path.is_file() else None
            disk.now[str(path.relative_to(folder))] = None if content is None else _File(content, bytearray(content))
        disk.safe = dict(disk.now)
        return disk

    def play(self, event: Event) -> None:
        getattr(self, f"_{event.kind}")(event)

    def _make(self, event: Event) -> None:
        file = self.now.get(event.path)
        if file is None:
            file = _File(bytearray(), bytearray())
            self._name(event.path, file)
        elif event.at:
            file.resize(0)

    def _write(self, event: Event) -> None:
        self._file(event.path).write(event.at, event.content)

    def _size(self, event: Event) -> None:
        self._file(event.path).resize(event.at)

    def _sync(self, event: Event) -> None:
        file = self.now.get(event.path)
        if file is not None:
            file.sync()
            return
        for change in self.pending.pop(event.path, []):
            _apply(self.safe, change)

    def _rename(self, event: Event) -> None:
        moved = self.now.pop(event.path)
        self.now[event.to] = moved
        self._change(event.to, {event.path: _GONE, event.to: moved})

    def _unlink(self, event: Event) -> None:
        del self.now[event.path]
        self._change(event.path, {event.path: _GONE})

    _no_folder = _unlink

    def _folder(self, event: Event) -> None:
        self._name(event.path, None)

    def _name(self, path: str, what: _File | None) -> None:
        self.now[path] = what
        self._change(path, {path: what})

    def _change(self, path: str, change: dict[str, _File | str | None]) -> None:
        self.pending.setdefault(str(Path(path).parent), []).append(change)

    def _file(self, path: str) -> _File:
        file = self.now[path]
        assert file is not None
        return file

    # ---- what is left

    def left(self, chance: random.Random, below: str, cut: bool) -> dict[str, bytes | None]:
        """The files of one side: as they are, or after its power was ``cut``; None: a folder."""
        if not cut:
            names = self.now
        else:
            names = dict(self.safe)
            for folder, changes in self.pending.items():
                if (folder + "/").startswith(below + "/"):
                    kept = chance.choice([0, len(changes), chance.randint(0, len(changes))])
                    for change in changes[:kept]:
                        _apply(names, change)
        return {
            path: None if file is None else file.after_cut(chance) if cut else bytes(file.now)
            for path, file in sorted(names.items())
            if path.startswith(below + "/") and not path.endswith(_NOT_KEPT)
        }


_GONE = "gone"


def _apply(names: _Names, change: dict[str, _File | str | None]) -> None:
    for path, what in change.items():
        if isinstance(what, str):
            names.pop(path, None)
        else:
            names[path] = what


def write_out(folder: Path, files: dict[str, bytes | None]) -> None:
    """Put the files there; one whose folder a cut has taken is gone with it."""
    for path, content in files.items():
        target = folder / path
        if content is None:
            target.mkdir(exist_ok=True) if target.parent.is_dir() else None
        elif target.parent.is_dir():
            target.write_bytes(content)
