"""A plan's list of occupations, and the names that stand on any plan's list.

``catalogue.csv`` has a column ``occupation`` and may have ``issuer`` (empty: any), ``levels`` (``1;2``; absent: any)
and ``level`` (one level as the plan prints it, 2013). ``occupations.txt`` holds one known name a line.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from station_app.plans.tables import pack_invalid
from station_app.plans.text import edits_within, is_subsequence, normalise

_COLUMNS = frozenset({"seq", "issuer", "occupation", "levels", "level"})
_EVERYTHING = "全部鉴定工种"
_REMEMBERED = 64


@dataclass(frozen=True)
class Entry:
    """One row. ``levels`` empty: any level. ``printed_level``: the level the plan prints beside the name."""

    occupation: str
    issuer: str = ""
    levels: frozenset[int] = frozenset()
    printed_level: int | None = None


class Catalogue:
    """Rows by normalised name. ``known``: normalised names that are occupations of their own, never a slip."""

    def __init__(self, entries: Iterable[Entry], known: Iterable[str] = ()) -> None:
        self.entries = tuple(entries)
        self._by_name: dict[str, list[Entry]] = {}
        for entry in self.entries:
            self._by_name.setdefault(normalise(entry.occupation), []).append(entry)
        self._known = frozenset(map(normalise, known)) | self._by_name.keys()
        self.near = lru_cache(maxsize=_REMEMBERED)(self._find_near)  # a name is asked for again and again

    @property
    def names(self) -> tuple[str, ...]:
        """The listed names as printed, in the plan's order."""
        return tuple(dict.fromkeys(each.occupation for each in self.entries if each.occupation != _EVERYTHING))

    def is_known(self, occupation: str) -> bool:
        """Whether a name is an occupation of its own on any plan's list."""
        return normalise(occupation) in self._known

    def names_for(self, issuer: str, level: int) -> tuple[str, ...]:
        """The names listed for this issuer and level."""
        listed = (each for each in self.entries if not is_everything(each) and _covers(each, issuer, level))
        return tuple(dict.fromkeys(each.occupation for each in listed))

    def find(self, occupation: str, issuer: str, level: int) -> Entry | None:
        """The row that lists this occupation for this issuer and level, or None."""
        for name in (normalise(occupation), _EVERYTHING):
            for entry in self._by_name.get(name, ()):
                if _covers(entry, issuer, level):
                    return entry
        return None

    def _find_near(self, occupation: str, issuer: str, level: int) -> tuple[str, ...]:
        """Listed names that the entered one may be a slip of (digest, section 10: *near*)."""
        entered = normalise(occupation)
        if entered in self._known:
            return ()
        return tuple(
            entry.occupation
            for name, entries in self._by_name.items()
            for entry in entries
            if _covers(entry, issuer, level) and _is_near(entered, name)
        )


def is_everything(entry: Entry) -> bool:
    """Whether the row stands for all occupations the issuer examines."""
    return entry.occupation == _EVERYTHING


def _covers(entry: Entry, issuer: str, level: int) -> bool:
    if entry.issuer and normalise(entry.issuer) != normalise(issuer):
        return False
    return not entry.levels or level in entry.levels


def _is_near(entered: str, listed: str) -> bool:
    return is_subsequence(entered, listed) or (len(listed) >= 3 and edits_within(entered, listed, 1))


def read_catalogue(text: str, known: Iterable[str] = (), file: str = "catalogue.csv") -> Catalogue:
    """Read ``catalogue.csv``; raises ``pack_invalid`` with file and line."""
    rows = csv.DictReader(text.splitlines(), strict=True)
    try:
        if not rows.fieldnames or "occupation" not in rows.fieldnames or not _COLUMNS.issuperset(rows.fieldnames):
            raise pack_invalid(f"{file}:1", "columns_unknown")
        entries: dict[Entry, None] = {}
        for row in rows:
            entry = _read_row(row, f"{file}:{rows.line_num}")
            if entry in entries:
                raise pack_invalid(f"{file}:{rows.line_num}", "row_twice")
            entries[entry] = None
        return Catalogue(entries, known)
    except csv.Error:
        raise pack_invalid(f"{file}:{rows.line_num + 1}", "not_csv") from None


def _read_row(row: dict[str, str], place: str) -> Entry:
    name = (row["occupation"] or "").strip()
    if not name or None in row or None in row.values():
        raise pack_invalid(place, "row_incomplete")
    printed = row.get("level", "")
    levels = [each for each in row.get("levels", "").split(";") if each]
    if not all(each.isdecimal() and len(each) == 1 for each in [*levels, *([printed] if printed else [])]):
        raise pack_invalid(place, "level_unreadable")
    return Entry(name, row.get("issuer", "").strip(), frozenset(map(int, levels)), int(printed) if printed else None)


def read_names(text: str) -> tuple[str, ...]:
    """The names of ``occupations.txt``, in its order."""
    return tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
