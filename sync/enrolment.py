"""Enrolment: from a code on paper to a device that the server knows.

The device key is stored before the request, so that a repetition after a power cut, or after a lost answer, is the
same request and gets the same answer. The code carries the fingerprint of the server's key: who answers with another
key is not the server that made the code, and nothing of its answer is kept.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from station_app.access import slots
from station_app.domain.canonical import sha256_hex
from station_app.durable import Point
from station_app.errors import EnvironmentFault, UserError
from station_app.events import Changed, Kind
from station_app.services import delivery, text_files
from station_app.services.desk import Desk, Written
from station_app.store import UnitOfWork
from sync import courier_wire
from sync.address import check_server_url
from sync.connection import trusting_nobody, trusting_only
from sync.courier_wire import Package, SignedPackage, package_check
from sync.envelope import (
    EnrolmentCode,
    EnvelopeError,
    check_authority,
    decode_key,
    encode_key,
    fingerprint,
    new_private_key,
)
from sync.identity import UNCONFIRMED, enrol_request
from sync.transport import Transport
from sync.wire import EnrolAnswer

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
    authority = _authority(desk, url, proxy, parsed)
    answer = _ask(desk, url, proxy, parsed, key, authority)
    _check_server(answer, parsed)
    slots.add_recovery_slot(desk.home, desk.master, answer.recovery_recipient)
    with desk.store.write(Point.ENROLMENT) as uow:
        _store(uow, url, answer)
        uow.facts.set("tls_authority", authority or None)
        uow.facts.set(UNCONFIRMED, None)
        uow.audit.add("enrolled", answer.device_id, desk.operator.id, server=answer.server_key_id)
    return Written(answer, Changed.of(Kind.SETTINGS, Kind.SYNC))


def read_package(file: Path, code: str) -> tuple[Package, EnrolmentCode]:
    """The package of a station without network, whose code came on paper.

    Raises UserError ``enrolment_code_...``, ``file_unreadable``, ``package_unreadable``, ``package_other_server`` (not
    signed by the server of this code), ``package_other_code`` (the code of another station's package),
    ``courier_signature``, ``courier_unreadable``.
    """
    parsed = EnrolmentCode.parse(code)
    try:
        signed = SignedPackage.model_validate_json(text_files.read(file))
        key = decode_key(signed.server_key)
        package = courier_wire.read_package(signed, key)
    except (ValidationError, EnvelopeError) as error:
        raise UserError("package_unreadable") from error
    if fingerprint(key) != parsed.fingerprint or package.identity.server_key != signed.server_key:
        raise UserError("package_other_server")
    if package.check != package_check(parsed.secret):
        raise UserError("package_other_code", "code")
    return package, parsed


def enrol_from_package(desk: Desk, file: Path, code: str) -> Written[EnrolAnswer]:
    """Set this station up without a network; its first courier file brings its key to the server.

    Raises as ``read_package``, and UserError ``already_enrolled``.
    """
    package, parsed = read_package(file, code)
    answer = package.identity
    _prepare(desk, parsed)
    slots.add_recovery_slot(desk.home, desk.master, answer.recovery_recipient)
    with desk.store.write(Point.ENROLMENT) as uow:
        if uow.facts.get("device_id") is None:
            uow.facts.set(UNCONFIRMED, parsed.secret)
            _store(uow, "", answer)
            uow.audit.add("enrolled", answer.device_id, desk.operator.id, server=answer.server_key_id, package=True)
    return Written(answer, Changed.of(Kind.SETTINGS, Kind.SYNC))


def confirm(desk: Desk, answer: EnrolAnswer) -> Changed:
    """The server knows this device now; what it says of the station stands."""
    with desk.store.write(Point.ENROLMENT) as uow:
        if uow.facts.get(UNCONFIRMED) is None:
            return Changed()
        uow.facts.set(UNCONFIRMED, None)
        for name in ("station_name", "district"):
            uow.facts.set(name, getattr(answer, name))
    return Changed.of(Kind.SETTINGS, Kind.SYNC)


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


def _authority(desk: Desk, url: str, proxy: str, code: EnrolmentCode) -> str:
    """Whom to trust for TLS from now on, PEM; empty: whom the PC trusts anyway.

    Asked of whoever answers: only the server of the code can sign it, and nothing is told before.
    """
    if not url.startswith("https:"):
        return ""
    transport = Transport(url, None, desk.clock, proxy, trust=trusting_nobody())
    try:
        answer = transport.authority()
        check_authority(answer, code.fingerprint)
    except UserError as error:
        if error.code == "request_refused":  # a server of before
            return ""
        raise EnvironmentFault("server_key_mismatch") from error
    finally:
        transport.close()
    return answer.authority


def _ask(desk: Desk, url: str, proxy: str, code: EnrolmentCode, key: bytes, authority: str) -> EnrolAnswer:
    transport = Transport(url, None, desk.clock, proxy, trust=trusting_only(authority) if authority else None)
    try:
        return transport.enrol(enrol_request(code.secret, key))
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
        delivery.hear_anew(uow, answer.epoch)
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
