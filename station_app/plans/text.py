"""Names as they are compared: Unicode width (NFKC) and white space set aside, nothing else.

Digest, section 7: never accept by edit distance; edits only say what is *near* and goes to a reviewer.
"""

from __future__ import annotations

import re
import unicodedata

_YEAR = re.compile(r"(?<!\d)(\d{4})年度?")
_HALF = 0.5
_QUOTES = str.maketrans("", "", "\"'“”‘’「」『』《》〈〉")


def normalise(text: str) -> str:
    """The spelling under which two names are the same name."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def contest_name(text: str) -> str:
    """A contest's name without its year and its quotation marks."""
    return _YEAR.sub("", normalise(text).translate(_QUOTES))


def year_in(text: str) -> int | None:
    """The year a contest's name carries (``2023年…``), or None."""
    found = _YEAR.search(normalise(text))
    return int(found[1]) if found else None


def likeness(one: str, other: str) -> float:
    """How many of their characters two names share, 0 to 1: only to say which is nearest, never to accept."""
    mine, theirs = set(one), set(other)
    return 2 * len(mine & theirs) / (len(mine) + len(theirs)) if mine or theirs else 1.0


def most_alike(name: str, others: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the others that share at least half their characters with a name, the most alike first."""
    plain = normalise(name)
    shares = {each: likeness(plain, normalise(each)) for each in others}
    return tuple(sorted((each for each in others if shares[each] >= _HALF), key=lambda each: -shares[each]))


def is_subsequence(short: str, long: str) -> bool:
    """Whether ``short`` is ``long`` with characters left out."""
    rest = iter(long)
    return all(each in rest for each in short)


def edits_within(one: str, other: str, limit: int) -> bool:
    """Whether at most ``limit`` insertions, deletions or substitutions lie between two texts."""
    if abs(len(one) - len(other)) > limit:
        return False
    row = list(range(len(other) + 1))
    for down, mine in enumerate(one, start=1):
        above, row[0] = row[0], down
        for across, theirs in enumerate(other, start=1):
            above, row[across] = row[across], min(row[across] + 1, row[across - 1] + 1, above + (mine != theirs))
        if min(row) > limit:
            return False
    return row[-1] <= limit
