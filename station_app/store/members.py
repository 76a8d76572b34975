"""The search that runs at every key the clerk presses: range queries on indexes of the roster, never a scan."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from station_app.domain.identity import tidy_number
from station_app.domain.member import Member
from station_app.domain.pinyin import GIVEN, query_key
from station_app.store import names

# ruff: noqa: S608  the SQL is put together from this module's own constants

COLUMNS = "member_no, name, id_number, card_no, phone, employer, district, full_time_union_social_worker"
_BY_NAME = f"""
    SELECT {", ".join("m." + each for each in COLUMNS.split(", "))}
    FROM (SELECT DISTINCT name FROM member_keys WHERE key >= ? AND key < ? ORDER BY key LIMIT ?) k
    CROSS JOIN members m ON m.name = k.name LIMIT ?
"""
_BY_NUMBER = tuple(
    f"SELECT {COLUMNS} FROM members WHERE {column} >= ? AND {column} < ? ORDER BY {column} LIMIT ?"
    for column in ("id_number", "card_no", "phone")
)


class Members:
    """Members by what a clerk can type: name, pinyin, initials, ID number, card, phone, each from its start."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def search(self, text: str, limit: int = 20) -> list[Member]:
        """At most ``limit`` members: whole names before given names, shorter spellings first."""
        number = tidy_number(text)
        if number and number.removesuffix("X").isdigit():
            return self._by_number(number, limit)
        key = query_key(text)
        return self._by_name(key, limit) if key else []

    def by_id_number(self, text: str) -> Member | None:
        """The member with exactly this ID number."""
        found = self._members(f"SELECT {COLUMNS} FROM members WHERE id_number = ? LIMIT 1", (tidy_number(text),))
        return found[0] if found else None

    def count(self) -> int:
        return int(self._connection.exec_driver_sql("SELECT count(*) FROM members").scalar_one())

    def _by_name(self, key: str, limit: int) -> list[Member]:
        found: dict[int, Member] = {}
        for prefix in (key, GIVEN + key):
            for member in self._members(_BY_NAME, (*names.bounds(prefix), limit, limit)):
                found.setdefault(member.member_no, member)
            if len(found) >= limit:
                break
        return list(found.values())[:limit]

    def _by_number(self, number: str, limit: int) -> list[Member]:
        found: dict[int, Member] = {}
        for sql in _BY_NUMBER:
            for member in self._members(sql, (*names.bounds(number), limit - len(found))):
                found[member.member_no] = member
            if len(found) >= limit:
                break
        return list(found.values())

    def _members(self, sql: str, values: tuple[Any, ...]) -> list[Member]:
        # straight to the driver: at every key, what SQLAlchemy adds would cost more than the query
        driver_connection: Any = self._connection.connection.driver_connection
        return [
            Member(number, name, id_number, card_no, phone, employer, district, full_time == 1)
            for number, name, id_number, card_no, phone, employer, district, full_time in driver_connection.execute(
                sql, values
            )
        ]
