"""What can happen to a file of a home, and which files a home has."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

Hurt = Callable[[Path, Path], None]  # the file, and the same file of another home


def missing(path: Path, _other: Path) -> None:
    path.unlink()


def empty(path: Path, _other: Path) -> None:
    path.write_bytes(b"")


def cut_short(path: Path, _other: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 2 // 3])


def half_written(path: Path, _other: Path) -> None:
    """The right length, the second half never reached the disk."""
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2] + bytes(len(content) - len(content) // 2))


def first_bit(path: Path, _other: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 50] ^= 1
    path.write_bytes(content)


def early_bit(path: Path, _other: Path) -> None:
    """Of a database: in one of the first tables, which a start does not read."""
    content = bytearray(path.read_bytes())
    content[len(content) // 10] ^= 1
    path.write_bytes(content)


def middle_bit(path: Path, _other: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def garbage(path: Path, _other: Path) -> None:
    path.write_bytes(b"\x55\xaa" * (path.stat().st_size // 2 or 1))


def foreign(path: Path, other: Path) -> None:
    shutil.copyfile(other, path)


def folder(path: Path, _other: Path) -> None:
    path.unlink()
    path.mkdir()


HURTS: tuple[Hurt, ...] = (
    missing,
    empty,
    cut_short,
    half_written,
    first_bit,
    early_bit,
    middle_bit,
    garbage,
    foreign,
    folder,
)
