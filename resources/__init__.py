"""Files that come with the program: plan packs, translations, icons, styles.

Real files, in the frozen program too (a style sheet names its pictures by path), so ``importlib.resources`` is not
needed, nor the 2 ms that it costs before the first picture.
"""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).parent
_PACK_FILES = (".toml", ".txt", ".csv")


def resource_path(name: str) -> Path:
    """A resource by its way from this folder, ``plans/2024/plan.toml``."""
    return _FOLDER.joinpath(*name.split("/"))


def read_text(name: str) -> str:
    """A text resource, UTF-8. Raises FileNotFoundError."""
    return resource_path(name).read_text(encoding="utf-8")


def plan_years() -> tuple[int, ...]:
    """The years whose packs come with the program, ascending."""
    return tuple(sorted(int(each.name) for each in resource_path("plans").iterdir() if each.name.isdecimal()))


def plan_files(year: int) -> dict[str, str]:
    """The files of one pack: name to text. Raises FileNotFoundError."""
    folder = resource_path(f"plans/{year}")
    return {each.name: each.read_text(encoding="utf-8") for each in folder.iterdir() if each.name.endswith(_PACK_FILES)}
