"""A plan pack as it lies on a disk: a folder, its ``plan.toml``, or a bundle."""

from __future__ import annotations

from pathlib import Path

from station_app.plans import PACK_FILES, unbundle
from station_app.plans.tables import pack_invalid

LARGEST = 8 * 1024 * 1024  # bytes: the largest file of the packs shipped has some tens of thousands


def pack_at(path: Path) -> dict[str, str]:
    """Its files, name to text. Raises UserError ``pack_invalid``, OSError."""
    if path.is_dir():
        return _of_folder(path)
    if path.suffix == ".toml":
        return _of_folder(path.parent, path.name)
    return dict(unbundle(_text(path)))


def _of_folder(folder: Path, toml: str = "plan.toml") -> dict[str, str]:
    """What belongs to a pack is read, what does not is named without being read; hidden files are passed over."""
    files: dict[str, str] = {}
    for each in sorted(folder.iterdir()):
        name = "plan.toml" if each.name == toml else each.name
        if each.name.startswith(".") or not each.is_file():
            continue
        if name not in PACK_FILES:
            raise pack_invalid(name, "file_unknown")
        files[name] = _text(each)
    return files


def _text(path: Path) -> str:
    with path.open("rb") as source:
        content = source.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise pack_invalid(path.name, "file_too_large")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise pack_invalid(f"{path.name}:{line}", "not_utf8") from error
