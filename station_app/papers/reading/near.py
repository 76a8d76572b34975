"""How far two texts are apart. Pure."""

from __future__ import annotations


def differ(one: str, other: str, most: int) -> bool:
    """By at most so many characters put in, left out or taken for others."""
    if abs(len(one) - len(other)) > most:
        return False
    row = list(range(len(other) + 1))
    for at, a in enumerate(one, 1):
        before, row[0] = row[0], at
        for place, b in enumerate(other, 1):
            before, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, before + (a != b))
    return row[-1] <= most
