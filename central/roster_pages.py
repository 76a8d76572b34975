"""The roster in pages, for stations that lack more of it than fits beside a pass.

``load`` begins the whole roster as it stands now, in the order of names, so that the station's tables are filled one
page after the other; what changes meanwhile stands in the log behind the number that all its pages carry. ``log-N`` is
what the log says after N.

A position names a member and travels in a path, which whoever stands before the server may write down: it is sealed.
"""

from __future__ import annotations

import base64
import json
import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Connection, func, literal, select, tuple_

from central.context import Central
from central.roster import log_after, member_changes
from central.tables import members, roster_log
from station_app.errors import UserError
from sync.wire import ROSTER_ROWS, RosterPage

LOAD, _LOADING, _LOG = "load", "load-", "log-"
_NONCE = 12  # bytes
_LONGEST = 18  # digits of a number in the log
_COLUMNS = (
    members.c.member_no,
    members.c.name,
    members.c.id_number,
    members.c.card_no,
    members.c.phone,
    members.c.employer,
    members.c.district,
    members.c.full_time_union_social_worker,
)


def waiting(tx: Connection, district: str, after: int) -> int:
    """How much of the log a station has not heard."""
    return int(tx.execute(select(func.count()).select_from(log_after(district, after).subquery())).scalar_one())


def roster_page(central: Central, tx: Connection, district: str, position: str) -> RosterPage:
    """The page at a position; raises UserError ``position_unknown``."""
    seal = _Seal(central.keys.private)
    if position == LOAD:
        seq = tx.execute(select(func.coalesce(func.max(roster_log.c.seq), 0))).scalar_one()
        return _load_page(seal, tx, district, _Place(int(seq)))
    if position.startswith(_LOADING):
        return _load_page(seal, tx, district, _Place.read(seal, position))
    number = position.removeprefix(_LOG)
    if position.startswith(_LOG) and number.isascii() and number.isdecimal() and len(number) <= _LONGEST:
        return _log_page(tx, district, int(number))
    raise UserError("position_unknown", "position")


class _Seal:
    """Text that only this server reads (AES-256-GCM), safe in a path."""

    def __init__(self, private_key: bytes) -> None:
        self._cipher = AESGCM(HKDF(hashes.SHA256(), 32, None, b"central roster positions").derive(private_key))

    def seal(self, text: bytes) -> str:
        nonce = os.urandom(_NONCE)
        return base64.urlsafe_b64encode(nonce + self._cipher.encrypt(nonce, text, None)).decode().rstrip("=")

    def open(self, sealed: str) -> bytes:
        """Raises ValueError, InvalidTag."""
        whole = base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
        return self._cipher.decrypt(whole[:_NONCE], whole[_NONCE:], None)


@dataclass(frozen=True)
class _Place:
    """Inside a load: the log's number when it began, and the last member told. ``part``: see ``_parts``."""

    seq: int
    part: int = 0
    name: str = ""
    member_no: int = 0

    def text(self, seal: _Seal) -> str:
        return _LOADING + seal.seal(json.dumps([self.seq, self.part, self.name, self.member_no]).encode())

    @classmethod
    def read(cls, seal: _Seal, position: str) -> _Place:
        try:
            seq, part, name, member_no = json.loads(seal.open(position.removeprefix(_LOADING)))
        except (ValueError, TypeError, InvalidTag, RecursionError) as error:
            raise UserError("position_unknown", "position") from error
        numbers = (seq, part, member_no)
        if not isinstance(name, str) or any(type(each) is not int or not 0 <= each < 2**62 for each in numbers):
            raise UserError("position_unknown", "position")
        return cls(seq, part, name, member_no)


def _parts(district: str) -> list[str | None]:
    """The districts whose members a station gets, None for all: its own and those of none, or the whole city's."""
    return ["", district] if district else [None]


def _load_page(seal: _Seal, tx: Connection, district: str, place: _Place) -> RosterPage:
    parts = _parts(district)
    if place.part >= len(parts):
        raise UserError("position_unknown", "position")
    told = tuple_(literal(place.name), literal(place.member_no))
    query = select(*_COLUMNS).where(members.c.gone.is_(False), tuple_(members.c.name, members.c.member_no) > told)
    if (only := parts[place.part]) is not None:
        query = query.where(members.c.district == only)
    rows = tx.execute(query.order_by(members.c.name, members.c.member_no).limit(ROSTER_ROWS)).all()
    following = ""
    if len(rows) == ROSTER_ROWS:
        following = _Place(place.seq, place.part, rows[-1].name, rows[-1].member_no).text(seal)
    elif place.part + 1 < len(parts):
        following = _Place(place.seq, place.part + 1).text(seal)
    return RosterPage.model_construct(rows=[tuple(row) for row in rows], gone=[], seq=place.seq, next=following)


def _log_page(tx: Connection, district: str, after: int) -> RosterPage:
    told = member_changes(tx, district, after, ROSTER_ROWS)
    rows = [
        (m.member_no, m.name, m.id_number, m.card_no, m.phone, m.employer, m.district, m.full_time_union_social_worker)
        for m in told
        if not m.gone
    ]
    seq = told[-1].seq if told else after
    following = f"{_LOG}{seq}" if len(told) == ROSTER_ROWS else ""
    return RosterPage(rows=rows, gone=[m.member_no for m in told if m.gone], seq=seq, next=following)
