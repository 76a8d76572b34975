"""会员: one person of the roster, as the association lists them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Member:
    """A roster row. ``member_no`` is the server's number of the row, 0 for one entered by hand."""

    member_no: int
    name: str
    id_number: str
    card_no: str = ""
    phone: str = ""
    employer: str = ""
    district: str = ""
    full_time_union_social_worker: bool = False

    @property
    def has_card(self) -> bool:
        return bool(self.card_no)
