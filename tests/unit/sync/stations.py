"""A real station without a window: a store, an enrolment, cases submitted through the services."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PIL import Image

from station_app.access.secrets import NoSecrets
from station_app.domain.application import REQUIRED_SCANS, Content
from station_app.domain.operator import Operator, Role
from station_app.durable import Point
from station_app.services import capture, intake, submission
from station_app.services.desk import Desk, system_clock
from station_app.services.plan_book import packaged_plans
from station_app.store import Store, StoreKeys
from station_app.store.records import ApplicationRecord, OutboxRow
from sync.claims import ReceiptClaims
from sync.envelope import encode_key, fingerprint, new_private_key, public_key_of, sign_receipt
from tests.samples.cases import case
from tests.samples.pictures import padded

NOW = datetime(2024, 5, 15, 6, 30, tzinfo=UTC)
MASTER = bytes(range(32))


class Clock:
    """Stands still until it is moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def on(self, **step: float) -> None:
        self.now += timedelta(**step)


@dataclass
class Station:
    """``server_key`` is the private key of a server that exists only in the receipts it signs."""

    desk: Desk
    clock: Clock
    server_key: bytes

    def submit(self, number: int, size: int = 2_000) -> ApplicationRecord:
        """A case with four scans of ``size`` bytes, queued."""
        begun = intake.new_case(self.desk, Content.from_json(case(number))).value.record
        for kind in REQUIRED_SCANS:
            capture.add_scan(self.desk, begun.id, kind, page(f"{number} {kind}", size))
        return submission.submit(self.desk, begun.id).value

    def rows(self, record: ApplicationRecord) -> list[OutboxRow]:
        with self.desk.store.read() as uow:
            return uow.outbox.of(record.id)

    def record(self, record: ApplicationRecord) -> ApplicationRecord:
        with self.desk.store.read() as uow:
            return uow.applications.get(record.id)

    def fact(self, name: str) -> str | None:
        with self.desk.store.read() as uow:
            return uow.facts.get(name)

    def receipt(self, row: OutboxRow, changed: Mapping[str, object] | None = None, key: bytes | None = None) -> str:
        """What the server would sign for an op, with some claims ``changed``."""
        claims = {
            "iss": fingerprint(public_key_of(self.server_key)),
            "application_id": row.application_id,
            "reference": row.reference,
            "revision": row.revision,
            "body_sha256": row.body_sha256,
            "scans": [each["sha256"] for each in json.loads(row.body).get("scans", [])],
            "received_at": "2024-05-15T07:00:00Z",
        }
        return sign_receipt(key or self.server_key, ReceiptClaims.model_validate({**claims, **(changed or {})}))


@contextmanager
def station(home: Path, clock: Clock | None = None, url: str = "http://127.0.0.1:9") -> Iterator[Station]:
    """An open station that believes itself enrolled at ``url``."""
    clock = clock or Clock()
    operator = Operator("operator-1", "王芳", Role.LEAD)
    store = Store.create(home, StoreKeys.derive(MASTER), clock)
    desk = Desk(home, store, operator, packaged_plans(), clock, NoSecrets(), MASTER)
    server_key = new_private_key()
    try:
        with store.write(Point.ENROLMENT) as uow:
            uow.operators.add(operator)
            for name, value in _facts(url, public_key_of(server_key)).items():
                uow.facts.set(name, value)
        yield Station(desk, clock, server_key)
    finally:
        store.close()


def _facts(url: str, server_key: bytes) -> dict[str, str]:
    return {
        "server_url": url,
        "server_key": encode_key(server_key),
        "server_key_id": fingerprint(server_key),
        "device_private_key": encode_key(new_private_key()),
        "device_id": "device-1",
        "device_letter": "A",
        "station_no": "CY001",
        "station_name": "朝阳区测试街道工会服务站",
        "district": "朝阳区",
        "epoch": "epoch-1",
        "generation": "0",
    }


def page(seed: str, size: int) -> bytes:
    """A small picture of exactly ``size`` bytes, different for each seed."""
    return padded(_PICTURE, size, seed)


def _picture() -> bytes:
    out = io.BytesIO()
    Image.new("L", (8, 8), 200).save(out, "JPEG")
    return out.getvalue()


_PICTURE = _picture()

__all__ = ["NOW", "Clock", "Station", "page", "station", "system_clock"]
