"""Reading a pack's TOML table by table: typed values, the way to each, and no key left over unread."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from station_app.errors import UserError

_HIGHEST = 10_000_000


def pack_invalid(place: str, problem: str) -> UserError:
    """``pack_invalid``; ``field`` is ``file:line`` or ``file:key``."""
    return UserError("pack_invalid", place, problem=problem)


class Table:
    """One TOML table and the way to it. Every getter raises ``pack_invalid`` at the key it was asked for."""

    def __init__(self, values: Mapping[str, Any], place: str) -> None:
        self._values = values
        self._place = place
        self._read: set[str] = set()

    def wrong(self, key: str, problem: str) -> UserError:
        """The error to raise for this key."""
        separator = "" if self._place.endswith(":") else "."
        return pack_invalid(f"{self._place}{separator}{key}" if key else self._place, problem)

    def has(self, key: str) -> bool:
        return key in self._values

    def text(self, key: str, default: str | None = None) -> str:
        return str(self._value(key, str, default))

    def whole(self, key: str, *, low: int = 0, high: int = _HIGHEST) -> int:
        value = self._value(key, int, None)
        if isinstance(value, bool):
            raise self.wrong(key, "not_a_whole_number")
        if not low <= value <= high:
            raise self.wrong(key, "out_of_range")
        return int(value)

    def flag(self, key: str, *, default: bool | None = None) -> bool:
        return bool(self._value(key, bool, default))

    def day(self, key: str) -> date:
        value: date = self._value(key, date, None)
        if type(value) is not date:
            raise self.wrong(key, "not_a_date")
        return value

    def optional_day(self, key: str) -> date | None:
        return self.day(key) if self.has(key) else None

    def optional_whole(self, key: str) -> int | None:
        return self.whole(key) if self.has(key) else None

    def optional_text(self, key: str) -> str | None:
        return self.text(key) if self.has(key) else None

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; absent: empty."""
        return self._list(key, str)

    def wholes(self, key: str) -> tuple[int, ...]:
        values: tuple[int, ...] = self._list(key, int)
        if any(isinstance(each, bool) or not 0 <= each <= _HIGHEST for each in values):
            raise self.wrong(key, "out_of_range")
        return values

    def days(self, key: str) -> tuple[date, ...]:
        values: tuple[date, ...] = self._list(key, date)
        if any(type(each) is not date for each in values):
            raise self.wrong(key, "not_a_date")
        return values

    def table(self, key: str) -> Table:
        """A table inside this one; absent: empty."""
        return Table(self._value(key, dict, {}), self._inside(key))

    def tables(self, key: str) -> tuple[Table, ...]:
        rows = self._list(key, dict)
        return tuple(Table(row, f"{self._inside(key)}[{place}]") for place, row in enumerate(rows))

    def entries(self) -> dict[str, Any]:
        """All keys and values as they are."""
        self._read.update(self._values)
        return dict(self._values)

    def end(self) -> None:
        """Raise when a key was never asked for: a misspelt key must not pass."""
        for key in self._values:
            if key not in self._read:
                raise self.wrong(key, "key_unknown")

    def _inside(self, key: str) -> str:
        return f"{self._place}{key}" if self._place.endswith(":") else f"{self._place}.{key}"

    def _value(self, key: str, kind: type, default: Any) -> Any:
        self._read.add(key)
        value = self._values.get(key, default)
        if value is None:
            raise self.wrong(key, "missing")
        if not isinstance(value, kind):
            raise self.wrong(key, f"not_{kind.__name__}")
        return value

    def _list(self, key: str, kind: type) -> tuple[Any, ...]:
        values = self._value(key, list, [])
        if not all(isinstance(each, kind) for each in values):
            raise self.wrong(key, f"not_a_list_of_{kind.__name__}")
        return tuple(values)
