"""Who this station is to its server: the facts of the enrolment, and the transport that they make."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from station_app.errors import UserError
from station_app.services.desk import Desk
from sync.envelope import TokenSigner, decode_key
from sync.transport import Transport


@dataclass(frozen=True)
class Identity:
    """Where the server is, which key it has, who we are to it, and through which proxy we go."""

    server_url: str
    server_key_id: str
    device_id: str
    device_private_key: str
    proxy: str


def identity_of(desk: Desk) -> Identity:
    """Raises UserError ``not_enrolled``."""
    with desk.store.read() as uow:
        facts, proxy = uow.facts.all(), str(uow.settings.get("proxy"))
    names = ("server_url", "server_key_id", "device_id", "device_private_key")
    if not all(facts.get(name) for name in names):
        raise UserError("not_enrolled")
    return Identity(**{name: facts[name] for name in names}, proxy=proxy)


def transport_for(desk: Desk) -> Transport:
    """A transport to the server of the enrolment. Nothing is sent yet. Raises UserError ``not_enrolled``."""
    return open_transport(desk, identity_of(desk))


def open_transport(desk: Desk, who: Identity) -> Transport:
    signer = TokenSigner(decode_key(who.device_private_key), who.device_id, who.server_key_id)
    return Transport(who.server_url, signer, desk.clock, who.proxy, _offset(desk))


def _offset(desk: Desk) -> timedelta:
    with desk.store.read() as uow:
        text = uow.facts.get("clock_offset_seconds")
    try:
        return timedelta(seconds=int(text or 0))
    except (ValueError, OverflowError):
        return timedelta(0)
