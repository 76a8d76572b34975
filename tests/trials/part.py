"""A share of a gear's trials, so that several processes can divide them among themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count, islice
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Part:
    """Every ``of``-th trial, from the ``at``-th on."""

    at: int = 0
    of: int = 1

    def numbers(self) -> Iterator[int]:
        return count(self.at, self.of)

    def pick(self, things: Iterable[T]) -> Iterator[T]:
        return islice(things, self.at, None, self.of)

    def share(self, trials: int) -> int:
        """How many of so many are this part's."""
        return len(range(self.at, trials, self.of))


WHOLE = Part()
