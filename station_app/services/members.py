"""查会员: find a person in the roster that the station holds."""

from __future__ import annotations

from station_app.domain.member import Member
from station_app.services.desk import Desk


def lookup(desk: Desk, text: str, limit: int = 20) -> list[Member]:
    """Members whose name, pinyin, initials, ID number, card or phone begin with ``text``; none for empty text."""
    with desk.store.read() as uow:
        return uow.members.search(text, limit)


def by_id_number(desk: Desk, id_number: str) -> Member | None:
    """The roster's row for this ID number, if the station holds it."""
    with desk.store.read() as uow:
        return uow.members.by_id_number(id_number)
