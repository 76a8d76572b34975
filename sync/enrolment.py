"""Enrolment: from a code on paper to a device that the server knows.

The device key is stored before the request, so that a repetition after a power cut, or after a lost answer, is the
same request and gets the same answer. The code carries the fingerprint of the server's key: who answers with another
key is not the server that made the code, and nothing of its answer is kept.
"""

from __future__ import annotations

import platform

from station_app.access import slots
from station_app.domain.canonical import sha256_hex
from station_app.durable import Point
from station_app.errors import EnvironmentFault, UserError
from station_app.events import Changed, Kind
from station_app.services.desk import Desk, Written
from station_app.store import UnitOfWork
from sync.address import check_server_url
from sync.envelope import EnrolmentCode, decode_key, encode_key, fingerprint, new_private_key, public_key_of, sign
from sync.transport import Transport
from sync.wire import Cursor, EnrolAnswer, EnrolRequest

_TOLD_AS_THEY_ARE = frozenset(
    {"enrolment_code_unknown", "enrolment_code_used", "enrolment_code_expired", "station_full"}
)


def check_invitation(url: str, code: str) -> None:
    """What can be seen of an address and a code without asking anybody. Raises as ``enrol`` does."""
    EnrolmentCode.parse(code)
    check_server_url(url)


def enrol(desk: Desk, url: str, code: str) -> Written[EnrolAnswer]:
    """Enrol this station at the server ``url`` with the code that its association gave; harmless when repeated.

    Raises UserError ``enrolment_code_length``, ``_characters``, ``_check``, ``_unknown``, ``_used``, ``_expired``,
    ``station_full``, ``already_enrolled``, ``server_url_invalid``, ``server_url_not_https``; EnvironmentFault
    ``server_key_mismatch`` and the codes of ``sync.failures``.
    """
    parsed, url = EnrolmentCode.parse(code), check_server_url(url)
    key, proxy = _prepare(desk, parsed)
    answer = _ask(desk, url, proxy, parsed, key)
    _check_server(answer, parsed)
    slots.add_recovery_slot(desk.home, desk.master, answer.recovery_recipient)
    with desk.store.write(Point.ENROLMENT) as uow:
        _store(uow, url, answer)
        uow.audit.add("enrolled", answer.device_id, desk.operator.id, server=answer.server_key_id)
    return Written(answer, Changed.of(Kind.SETTINGS, Kind.SYNC))


def _prepare(desk: Desk, code: EnrolmentCode) -> tuple[bytes, str]:
    """The device key, durable before anybody hears of it, and the proxy of the settings."""
    digest = sha256_hex(code.secret.encode())
    with desk.store.write(Point.ENROLMENT) as uow:
        if uow.facts.get("device_id") and uow.facts.get("enrolment_code_sha256") != digest:
            raise UserError("already_enrolled", "code")
        stored = uow.facts.get("device_private_key")
        key = decode_key(stored) if stored else new_private_key()
        uow.facts.set("device_private_key", encode_key(key))
        uow.facts.set("enrolment_code_sha256", digest)
        return key, str(uow.settings.get("proxy"))


def _ask(desk: Desk, url: str, proxy: str, code: EnrolmentCode, key: bytes) -> EnrolAnswer:
    request = EnrolRequest(
        code=code.secret,
        device_key=encode_key(public_key_of(key)),
        proof=sign(key, code.secret.encode()),
        device_name=platform.node()[:100],
    )
    transport = Transport(url, None, desk.clock, proxy)
    try:
        return transport.enrol(request)
    except UserError as error:
        told = error.params.get("server_code")
        if told in _TOLD_AS_THEY_ARE:
            raise UserError(str(told), "code") from error
        raise
    finally:
        transport.close()


def _check_server(answer: EnrolAnswer, code: EnrolmentCode) -> None:
    key_id = fingerprint(decode_key(answer.server_key))
    if key_id != code.fingerprint or key_id != answer.server_key_id:
        raise EnvironmentFault("server_key_mismatch")


def _store(uow: UnitOfWork, url: str, answer: EnrolAnswer) -> None:
    if uow.facts.get("device_id") != answer.device_id:
        uow.facts.set("cursor", Cursor().model_dump_json())
        uow.facts.set("epoch", answer.epoch)
    facts = {
        "server_url": url,
        "server_key": answer.server_key,
        "server_key_id": answer.server_key_id,
        "recovery_recipient": answer.recovery_recipient,
        "device_id": answer.device_id,
        "device_letter": answer.device_letter,
        "station_no": answer.station_no,
        "station_name": answer.station_name,
        "district": answer.district,
        "generation": uow.facts.get("generation") or "0",
    }
    for name, value in facts.items():
        uow.facts.set(name, value)
