"""What a process did to files below a folder, read from ``strace``: every write, name and sync, in their order."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.system.world import ROOT

_CALLS = (
    "openat,open,creat,close,lseek,write,pwrite64,writev,ftruncate,truncate,fsync,fdatasync,"
    "rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir,"
    # not understood below: a recording that shows one of them on our files is refused
    "pwritev,pwritev2,sendfile,copy_file_range,fallocate,link,linkat,symlink"
)
_LINE = re.compile(r"^(?:\d+\s+)?(\w+)\((.*)\)\s*= (-?\d+)(<.*)?")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_DESCRIPTOR = re.compile(r"^(\d+|AT_FDCWD)(?:<((?:\\x[0-9a-f]{2})*|[^>]*)>)?")
_NAMES = frozenset({"rename", "renameat", "renameat2", "unlink", "unlinkat", "mkdir", "mkdirat", "rmdir"})
_FOREIGN = frozenset({"pwritev", "pwritev2", "sendfile", "copy_file_range", "fallocate", "link", "linkat", "symlink"})


@dataclass(frozen=True)
class Event:
    """``kind``: make (``at`` 1: emptied), write, size, sync, rename, unlink, folder, no_folder. Paths are relative."""

    kind: str
    path: str
    at: int = 0
    content: bytes = b""
    to: str = ""


@dataclass
class _Reader:
    """Follows descriptors' positions; everything else ``strace -y`` says itself."""

    root: str
    positions: dict[int, int] = field(default_factory=dict)
    appending: set[int] = field(default_factory=set)

    def events(self, line: str) -> Iterator[Event]:
        found = _LINE.match(line)
        if found is None:
            assert "unfinished" not in line, line
            return
        call, arguments, result = found[1], found[2], int(found[3])
        if result < 0:
            return
        if call in ("openat", "open", "creat"):
            yield from self._open(arguments, result, found[4] or "")
        elif call in _NAMES:
            yield from self._name(call, arguments)
        else:
            yield from self._on_descriptor(call, arguments, result)

    def _below(self, path: str) -> str | None:
        return path[len(self.root) + 1 :] if path.startswith(self.root + "/") else None

    def _open(self, arguments: str, descriptor: int, decoration: str) -> Iterator[Event]:
        self.positions[descriptor] = 0
        self.appending.discard(descriptor)
        path = self._below(_decoded(decoration[1:-1]))
        if path is None:
            return
        if "O_APPEND" in arguments:
            self.appending.add(descriptor)
        if "O_CREAT" in arguments or "O_TRUNC" in arguments:
            yield Event("make", path, int("O_TRUNC" in arguments))

    def _name(self, call: str, arguments: str) -> Iterator[Event]:
        paths = [self._below(_decoded(each)) for each in _TEXT.findall(arguments)]
        if paths[0] is None:
            return
        if call.startswith("rename"):
            assert paths[1] is not None
            yield Event("rename", paths[0], to=paths[1])
        elif call.startswith("mkdir"):
            yield Event("folder", paths[0])
        else:
            gone = call == "rmdir" or "AT_REMOVEDIR" in arguments
            yield Event("no_folder" if gone else "unlink", paths[0])

    def _on_descriptor(self, call: str, arguments: str, result: int) -> Iterator[Event]:
        if call == "truncate":
            raise AssertionError(arguments)
        found = _DESCRIPTOR.match(arguments)
        assert found is not None, arguments
        number, path = int(found[1]), self._below(_decoded(found[2] or ""))
        if path is None:
            return
        assert call not in _FOREIGN, f"{call} {path}"
        if call in ("fsync", "fdatasync"):
            yield Event("sync", path)
        elif call == "ftruncate":
            yield Event("size", path, int(arguments.rsplit(",", 1)[1]))
        elif call == "lseek":
            self.positions[number] = result
        elif call in ("write", "pwrite64", "writev"):
            yield self._write(call, arguments, number, path, result)

    def _write(self, call: str, arguments: str, number: int, path: str, length: int) -> Event:
        content = b"".join(_bytes(each) for each in _TEXT.findall(arguments))[:length]
        assert len(content) == length, f"{path}: {len(content)} of {length} bytes recorded"
        if call == "pwrite64":
            return Event("write", path, int(arguments.rsplit(",", 1)[1]), content)
        if number in self.appending:
            return Event("write", path, -1, content)
        at = self.positions.get(number, 0)
        self.positions[number] = at + length
        return Event("write", path, at, content)


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


def _decoded(text: str) -> str:
    return _bytes(text).decode() if text.startswith("\\x") else text


def record(folder: Path, *arguments: str) -> list[Event]:
    """Run ``python -m tests.trials.recorded FOLDER ARGUMENTS`` and return what it did below ``folder``."""
    tool = shutil.which("strace")
    assert tool is not None, "strace is missing; packaging/setup.sh test installs it"
    log = folder.with_name(folder.name + ".strace")
    command = [tool, "-f", "-y", "-xx", "-s", str(2**22), "-e", f"trace={_CALLS}", "-o", str(log)]
    program = [sys.executable, "-m", "tests.trials.recorded", str(folder), *arguments]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([*command, *program], cwd=ROOT, env=environment, check=True, timeout=300)
    reader = _Reader(str(folder))
    with log.open(encoding="ascii", errors="replace") as lines:
        events = [event for line in lines for event in reader.events(line)]
    log.unlink()
    return events
