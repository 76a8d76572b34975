"""Taking in the roster, a few members beside a pass or pages where there are many, and what people have elsewhere.

Nothing here asks the network.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from station_app.domain.application import Category
from station_app.domain.member import Member
from station_app.events import Changed, Kind
from station_app.services.desk import Desk
from station_app.store.roster import Load, RosterWork
from sync.wire import Change, Cursor, GrantChange, MemberChange, RosterPage, StandingAnswer, own_epoch

_LOAD, _LOG = "load", "log-"
_SMALL = 20_000  # rows that are quicker written one by one than loaded anew


def take_news(desk: Desk, told: Sequence[Change], cursor: Cursor) -> None:
    """What came with an answer of members and of grants elsewhere, and how far the station has come with it."""
    members = {each.member_no: each for each in told if isinstance(each, MemberChange)}.values()
    grants = {each.grant_no: each for each in told if isinstance(each, GrantChange)}.values()
    if not members and not grants and (cursor.roster, cursor.grants) == desk.store.roster.cursors():
        return
    with desk.store.roster.write() as work:
        work.remove(each.member_no for each in members if each.gone)
        work.upsert(_member(each) for each in members if not each.gone)
        work.set_cursor(max(cursor.roster, work.cursor()))  # a stick's answer may have come further meanwhile
        work.grants.remove(each.grant_no for each in grants)
        work.grants.put(_rows(grants))
        work.grants.set_cursor(max(cursor.grants, work.grants.cursor()))


def take_standing(desk: Desk, id_number: str, answer: StandingAnswer) -> Changed:
    """What the server says of one person now; an answer that a pass has overtaken is left out."""
    with desk.store.read() as uow:
        if answer.epoch != own_epoch(uow.facts.get("epoch") or ""):
            return Changed()
    with desk.store.roster.write() as work:
        if work.grants.cursor() > answer.seq:
            return Changed()
        work.grants.replace(id_number, _rows(answer.grants))
    return Changed.of(Kind.GRANTS)


def begin_anew(desk: Desk) -> None:
    """The server's numbers mean nothing any more: load the whole roster; the old one is searched until then."""
    with desk.store.roster.write() as work:
        work.set_cursor(0)
        work.drop_load()
        work.grants.forget()


def next_position(desk: Desk, waiting: int) -> str:
    """Which page to ask for first; empty when all of them are here. ``waiting``: how much the server has to tell."""
    with desk.store.roster.read() as work:
        load, cursor, count = work.load(), work.cursor(), work.members.count()
    if load is not None:
        return load.position
    if cursor == 0 or waiting > max(_SMALL, count // 3):
        return _LOAD
    return f"{_LOG}{cursor}"


def take_page(desk: Desk, position: str, page: RosterPage) -> bool:
    """Write a page that was asked for at ``position``.

    False, and nothing is written, where it does not follow what is here any more: a stick's answer, or a server that
    was changed, has begun anew beside the one who asked.
    """
    with desk.store.roster.write() as work:
        if position.startswith(_LOG):
            return _take_log_page(work, int(position.removeprefix(_LOG)), page)
        if position == _LOAD:
            work.start_load()
        elif _position(work) != position:
            return False
        work.add_loaded(page.rows, Load(page.next, page.seq))
    return True


def _take_log_page(work: RosterWork, after: int, page: RosterPage) -> bool:
    if after > work.cursor():
        return False
    if page.seq > work.cursor():  # else it was heard meanwhile
        work.remove(page.gone)
        work.upsert(Member(*row) for row in page.rows)
        work.set_cursor(page.seq)
    return True


def _position(work: RosterWork) -> str:
    load = work.load()
    return "" if load is None else load.position


def finish(desk: Desk) -> Changed:
    """All pages are here: what was loaded is searched from now on."""
    desk.store.roster.finish_load()
    return Changed.of(Kind.MEMBERS)


def _rows(grants: Iterable[GrantChange]) -> Iterator[tuple[int, str, dict[str, object]]]:
    """As the store takes them; a category that this version does not know is left out."""
    kept = (each for each in grants if not each.gone and each.category in set(Category))
    return ((each.grant_no, each.id_number, each.model_dump()) for each in kept)


def _member(change: MemberChange) -> Member:
    return Member(
        member_no=change.member_no,
        name=change.name,
        id_number=change.id_number,
        card_no=change.card_no,
        phone=change.phone,
        employer=change.employer,
        district=change.district,
        full_time_union_social_worker=change.full_time_union_social_worker,
    )
