"""Who this station is to its server: the facts of the enrolment, and the transport that they make."""

from __future__ import annotations

import platform
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from station_app.errors import UserError
from station_app.services import retention
from station_app.services.desk import Desk
from sync.connection import trusting_only
from sync.envelope import TokenSigner, decode_key, encode_key, public_key_of, sign
from sync.transport import Transport
from sync.wire import EnrolRequest

UNCONFIRMED = "enrolment_secret"  # a fact: the code's secret, until the server has confirmed a package's device


@dataclass(frozen=True)
class Identity:
    """Where the server is, which key it has, who we are to it, through which proxy we go,
    and whose TLS certificates we trust (PEM; empty: whom the PC trusts).
    """

    server_url: str
    server_key_id: str
    device_id: str
    device_private_key: str
    proxy: str
    authority: str = ""


def identity_of(desk: Desk) -> Identity:
    """Raises UserError ``not_enrolled``, ``no_network_address`` (set up from a package)."""
    with desk.store.read() as uow:
        facts, proxy = uow.facts.all(), str(uow.settings.get("proxy"))
    names = ("server_url", "server_key_id", "device_id", "device_private_key")
    if facts.get("device_id") and not facts.get("server_url"):
        raise UserError("no_network_address")
    if not all(facts.get(name) for name in names):
        raise UserError("not_enrolled")
    return Identity(**{name: facts[name] for name in names}, proxy=proxy, authority=facts.get("tls_authority") or "")


@dataclass(frozen=True)
class CourierIdentity:
    """Who we are on a stick: no address, but the keys of both sides, raw (``device_key`` is private).

    ``request``: the enrolment that the server has not confirmed yet, of a station set up from a package.
    """

    device_id: str
    device_key: bytes = field(repr=False)
    server_key: bytes
    server_key_id: str
    request: EnrolRequest | None = field(default=None, repr=False)


def courier_of(desk: Desk) -> CourierIdentity:
    """Raises UserError ``not_enrolled``."""
    with desk.store.read() as uow:
        facts = uow.facts.all()
    if not all(facts.get(name) for name in ("server_key", "server_key_id", "device_id", "device_private_key")):
        raise UserError("not_enrolled")
    key, secret = decode_key(facts["device_private_key"]), facts.get(UNCONFIRMED)
    return CourierIdentity(
        facts["device_id"],
        key,
        decode_key(facts["server_key"]),
        facts["server_key_id"],
        enrol_request(secret, key) if secret else None,
    )


def enrol_request(secret: str, device_key: bytes) -> EnrolRequest:
    """``secret``: of the enrolment code; ``device_key``: private, 32 raw bytes."""
    return EnrolRequest(
        code=secret,
        device_key=encode_key(public_key_of(device_key)),
        proof=sign(device_key, secret.encode()),
        device_name=platform.node()[:100],
    )


def transport_for(desk: Desk) -> Transport:
    """A transport to the server of the enrolment. Nothing is sent yet. Raises UserError ``not_enrolled``."""
    return open_transport(desk, identity_of(desk))


def open_transport(desk: Desk, who: Identity) -> Transport:
    signer = TokenSigner(decode_key(who.device_private_key), who.device_id, who.server_key_id)
    trust = trusting_only(who.authority, *_moments(desk)) if who.authority else None
    return Transport(who.server_url, signer, desk.clock, who.proxy, _offset(desk), trust)


def _moments(desk: Desk) -> tuple[datetime, ...]:
    """What certificates are judged by where this PC's clock is behind the server's own word of the last contact: that
    word too, since to a battery that died every certificate is one of the future. Empty where the clock may be right.
    """
    with desk.store.read() as uow:
        text = uow.facts.get(retention.SERVER_TIME)
    now = desk.clock()
    try:
        told = datetime.fromisoformat(text or "")
        behind = told > now
    except (ValueError, TypeError):  # never heard, or a time without a zone
        return ()
    return (now, told) if behind else ()


def _offset(desk: Desk) -> timedelta:
    with desk.store.read() as uow:
        text = uow.facts.get("clock_offset_seconds")
    try:
        return timedelta(seconds=int(text or 0))
    except (ValueError, OverflowError):
        return timedelta(0)
