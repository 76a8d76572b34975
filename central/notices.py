"""Short messages to applicants: an outbox, a port for whoever delivers them, and a provider that writes files.

A notice is queued in the transaction that is its reason, and handed over afterwards; what was not handed over is
tried again by the next command and at the next start. A courtesy: nothing waits for it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, insert, select, update

from central.cases import Case
from central.context import Central
from central.tables import notices
from station_app import durable
from station_app.domain.application import State
from station_app.domain.identity import phone_problem
from station_app.durable import Point

_TEXTS = {
    State.PAID: "【职工助推】您的助推申报（受理号{reference}）已划拨{amount}元至您的互助服务卡，请查收。",
    State.RETURNED: "【职工助推】您的助推申报（受理号{reference}）需要补正，请联系受理您申报的工会服务站。",
}
_AT_ONCE = 200


@dataclass(frozen=True)
class Notice:
    """One message. ``id`` is the same at every try, so that a provider can tell a repetition."""

    id: int
    phone: str
    text: str


class Provider(Protocol):
    """Whoever delivers messages. ``send`` returns when it has taken the notice over; the same id may come again."""

    def send(self, notice: Notice) -> None: ...


class FileProvider:
    """Writes each notice as one JSON line into a file of its own, named by its id."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, notice: Notice) -> None:
        line = json.dumps({"id": notice.id, "phone": notice.phone, "text": notice.text}, ensure_ascii=False)
        durable.make_folder(self._folder, Point.SERVER_NOTICE)
        durable.write_file(self._folder / f"sms-{notice.id:08d}.jsonl", f"{line}\n".encode(), Point.SERVER_NOTICE)


def queue(tx: Connection, central: Central, case: Case, occasion: State) -> None:
    """Queue the message for this occasion, if the server sends any and there is a mobile number to send it to."""
    if not central.configuration.sms or phone_problem(case.phone) is not None:
        return
    text = _TEXTS[occasion].format(reference=case.reference, amount=case.amount)
    tx.execute(
        insert(notices).values(
            reference=case.reference, occasion=occasion.value, phone=case.phone, text=text, created_at=central.now()
        )
    )


def hand_over(central: Central, provider: Provider) -> int:
    """Give the provider what waits; returns how many it took."""
    done = 0
    while waiting := _waiting(central):
        for notice in waiting:
            provider.send(notice)
        with central.database.write(Point.SERVER_NOTICE) as tx:
            ids = [notice.id for notice in waiting]
            tx.execute(update(notices).where(notices.c.id.in_(ids)).values(sent_at=central.now()))
        done += len(waiting)
    return done


def _waiting(central: Central) -> list[Notice]:
    query = select(notices).where(notices.c.sent_at.is_(None)).order_by(notices.c.id).limit(_AT_ONCE)
    with central.database.read() as tx:
        return [Notice(row.id, row.phone, row.text) for row in tx.execute(query)]
