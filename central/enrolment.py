"""Enrolment: a one-time code for a station, and the device that answers with it."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row, insert, select, update

from central import audit
from central.clock import stamp
from central.context import Central
from central.devices import Device, find_device
from central.tables import devices, enrolments, packages, stations
from central.text import is_line
from station_app import durable
from station_app.domain.canonical import sha256_hex
from station_app.durable import Point
from station_app.errors import UserError
from sync.courier_wire import Package, SignedPackage, package_check, sign_package
from sync.envelope import EnrolmentCode, check_signature, decode_key, encode_key
from sync.wire import EnrolAnswer, EnrolRequest

CODE_DAYS = 30
PACKAGE_DAYS = 365  # the first file of a station without network may be long on its way
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # no I and O to misread
_STATION_NO = re.compile(r"[A-Z0-9]{2,12}")
_LONGEST_NAME = 200
_LONGEST_DISTRICT = 60


def new_code(central: Central, station_no: str, name: str, district: str | None = None) -> EnrolmentCode:
    """A code that enrols one PC of this station within 30 days.

    ``district``: whose roster the station gets; empty: the whole city's; None: as before, for a new station the city's.

    Raises UserError ``station_no_malformed``, ``station_name_malformed``, ``district_malformed``.
    """
    with central.database.write(Point.SERVER_ENROL) as tx:
        return _new_code(central, tx, station_no, name, district, CODE_DAYS)


def new_package(
    central: Central, station_no: str, name: str, district: str | None = None
) -> tuple[EnrolmentCode, SignedPackage]:
    """A code as ``new_code`` makes it, good for a year, and the package that sets a PC up with it without network.

    The device's id and letter are kept for it from now on. Raises as ``new_code``, and UserError ``station_full``.
    """
    with central.database.write(Point.SERVER_ENROL) as tx:
        code = _new_code(central, tx, station_no, name, district, PACKAGE_DAYS)
        device_id, letter = str(uuid4()), _free_letter(tx, station_no)
        secret_hash = sha256_hex(code.secret.encode())
        tx.execute(insert(packages).values(secret_hash=secret_hash, device_id=device_id, letter=letter))
        identity = _identity(central, tx, station_no, device_id, letter)
    package = Package(made_at=central.now(), identity=identity, check=package_check(code.secret))
    return code, sign_package(package, central.keys.private, identity.server_key)


def write_package(
    central: Central, file: Path, station_no: str, name: str, district: str | None = None
) -> EnrolmentCode:
    """``new_package`` with the package in ``file``; the code is for paper. Raises UserError ``file_not_writable``."""
    if file.is_dir() or not file.absolute().parent.is_dir():
        raise UserError("file_not_writable")  # before a place is kept for it
    code, package = new_package(central, station_no, name, district)
    durable.write_file(file.absolute(), package.model_dump_json(indent=1).encode(), Point.SERVER_COURIER)
    return code


def _new_code(
    central: Central, tx: Connection, station_no: str, name: str, district: str | None, days: int
) -> EnrolmentCode:
    if not _STATION_NO.fullmatch(station_no):
        raise UserError("station_no_malformed", "station_no")
    if not is_line(name, _LONGEST_NAME) or not name.strip():
        raise UserError("station_name_malformed", "name")
    if district is not None and not is_line(district, _LONGEST_DISTRICT):
        raise UserError("district_malformed", "district")
    code = EnrolmentCode.new(central.keys.public)
    _put_station(tx, station_no, name.strip(), district, central.now())
    tx.execute(
        insert(enrolments).values(
            secret_hash=sha256_hex(code.secret.encode()),
            station_no=station_no,
            created_at=central.now(),
            expires_at=stamp(central.clock() + timedelta(days=days)),
        )
    )
    audit.note(tx, "code_made", station_no, central.now())
    return code


def enrol(central: Central, request: EnrolRequest) -> EnrolAnswer:
    """Make the device of a code. The same code and key get the same answer, however often they ask.

    Raises UserError ``device_key_invalid``, ``proof_invalid``, ``enrolment_code_unknown``, ``_used``, ``_expired``,
    ``station_full``.
    """
    _check_proof(request)
    with central.database.write(Point.SERVER_ENROL) as tx:
        secret_hash = sha256_hex(request.code.encode())
        code = tx.execute(select(enrolments).where(enrolments.c.secret_hash == secret_hash).with_for_update()).first()
        if code is None:
            raise UserError("enrolment_code_unknown", "code")
        if code.device_id is not None:
            return _again(central, tx, code.device_id, request)
        if code.expires_at < central.now():
            raise UserError("enrolment_code_expired", "code")
        device_id = _add_device(tx, code, request, central.now())
        tx.execute(update(enrolments).where(enrolments.c.secret_hash == secret_hash).values(device_id=device_id))
        audit.note(tx, "device_enrolled", device_id, central.now())
        device = find_device(tx, device_id)
        assert device is not None
        return _answer(central, tx, device)


def _check_proof(request: EnrolRequest) -> None:
    key = decode_key(request.device_key)
    if len(key) != 32 or encode_key(key) != request.device_key:
        raise UserError("device_key_invalid", "device_key")
    try:
        check_signature(key, request.code.encode(), request.proof)
    except UserError as error:
        raise UserError("proof_invalid", "proof") from error


def _again(central: Central, tx: Connection, device_id: str, request: EnrolRequest) -> EnrolAnswer:
    device = find_device(tx, device_id)
    if device is None or device.revoked or encode_key(device.key) != request.device_key:
        raise UserError("enrolment_code_used", "code")
    return _answer(central, tx, device)


def _answer(central: Central, tx: Connection, device: Device) -> EnrolAnswer:
    return _identity(central, tx, device.station_no, device.id, device.letter)


def _identity(central: Central, tx: Connection, station_no: str, device_id: str, letter: str) -> EnrolAnswer:
    station = tx.execute(select(stations).where(stations.c.station_no == station_no)).one()
    return EnrolAnswer(
        device_id=device_id,
        device_letter=letter,
        station_no=station_no,
        station_name=station.name,
        district=station.district,
        server_key=encode_key(central.keys.public),
        server_key_id=central.keys.key_id,
        recovery_recipient=central.keys.recovery_recipient,
        epoch=central.epoch,
    )


def _put_station(tx: Connection, station_no: str, name: str, district: str | None, now: str) -> None:
    is_this = stations.c.station_no == station_no
    known = tx.execute(select(stations.c.district).where(is_this).with_for_update()).first()
    if known is None:
        values = {"station_no": station_no, "name": name, "district": (district or "").strip(), "created_at": now}
        tx.execute(insert(stations).values(values))
    else:
        kept = known.district if district is None else district.strip()
        tx.execute(update(stations).where(is_this).values(name=name, district=kept))


def _add_device(tx: Connection, code: Row[Any], request: EnrolRequest, now: str) -> str:
    """The device that a package has kept a place for, or a new one."""
    kept = tx.execute(select(packages).where(packages.c.secret_hash == code.secret_hash)).first()
    device_id, letter = (kept.device_id, kept.letter) if kept else (str(uuid4()), _free_letter(tx, code.station_no))
    name = "".join(each for each in request.device_name if is_line(each))
    tx.execute(
        insert(devices).values(
            id=device_id,
            station_no=code.station_no,
            letter=letter,
            key=request.device_key,
            name=name,
            enrolled_at=now,
            log_seq=0,
        )
    )
    return device_id


def _free_letter(tx: Connection, station_no: str) -> str:
    """No device of the station has it, and no package keeps it. Raises UserError ``station_full``."""
    tx.execute(select(stations.c.station_no).where(stations.c.station_no == station_no).with_for_update())
    taken = set(tx.execute(select(devices.c.letter).where(devices.c.station_no == station_no)).scalars())
    kept = select(packages.c.letter).join(enrolments).where(enrolments.c.station_no == station_no)
    taken |= set(tx.execute(kept).scalars())
    letter = next((each for each in LETTERS if each not in taken), None)
    if letter is None:
        raise UserError("station_full")
    return letter
