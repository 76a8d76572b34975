"""A server in this process, with a clock that stands still, and devices that speak to it without HTTP."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from central import review
from central.blobs import BlobStore, Place, Upload
from central.cases import Case, find_case
from central.context import Central, make_central
from central.devices import Device, find_device
from central.enrolment import enrol, new_code
from central.exchange import exchange
from central.packs import publish_packaged
from station_app.domain.application import Category
from station_app.domain.reference import Reference
from sync.envelope import encode_key, new_private_key, public_key_of, sign
from sync.wire import EnrolAnswer, EnrolRequest, Op, OpKind, Result, StateChange, SyncAnswer, SyncRequest
from tests.samples.cases import case

NOW = datetime(2024, 5, 15, 6, 30, tzinfo=UTC)


class Clock:
    """Stands still until it is moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def on(self, **step: float) -> None:
        self.now += timedelta(**step)


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def entry(kind: str, content: bytes) -> dict[str, Any]:
    return {"kind": kind, "sha256": sha(content), "size": len(content), "media_type": "image/jpeg"}


@dataclass
class Sender:
    """One enrolled device; a submission without scans is received at once."""

    office: Office
    answer: EnrolAnswer
    device: Device
    _serials: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _seqs: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def reference(self) -> str:
        return str(Reference(self.device.station_no, 2024, self.device.letter, 1, next(self._serials)))

    def submission(self, number: int = 1, scans: Mapping[str, bytes] | None = None, **changed: Any) -> dict[str, Any]:
        """The body of a first submit of sample case ``number``."""
        return {
            "application_id": str(uuid4()),
            "reference": self.reference(),
            "revision": 1,
            "content": case(number),
            "scans": [entry(kind, content) for kind, content in (scans or {}).items()],
            "author": {"operator_id": "op-1", "name": "李静"},
            "submitted_at": "2024-05-15T06:30:00Z",
            "pack_version": 1,
            "assessment": {"verdict": "eligible"},
            **changed,
        }

    def op(self, kind: str, body: Mapping[str, Any] | str, op_id: str | None = None) -> Op:
        text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
        return Op(op_id=op_id or str(uuid4()), seq=next(self._seqs), kind=OpKind(kind), body=text)

    def sync(self, *ops: Op, **request: Any) -> SyncAnswer:
        asked = SyncRequest(epoch=self.office.central.epoch, ops=list(ops), **request)
        return exchange(self.office.central, self.office.blobs, self.device, asked)

    def states(self, state: str | None = None) -> list[StateChange]:
        """What the server tells of this device's cases, from the beginning; only moves to ``state`` if given."""
        changes = [each for each in self.sync().changes if isinstance(each, StateChange)]
        return [each for each in changes if state in (None, each.state)]

    def tell(self, op: Op) -> Result:
        return self.sync(op).results[0]

    def submit(self, body: Mapping[str, Any]) -> Result:
        return self.tell(self.op("submit", body))

    def withdraw(self, body: Mapping[str, Any]) -> Result:
        told = {name: body[name] for name in ("application_id", "reference", "author")}
        return self.tell(self.op("withdraw", {**told, "withdrawn_at": "2024-05-15T07:00:00Z"}))

    def upload(self, reference: str, content: bytes) -> None:
        place = Place(self.device.id, reference, sha(content))
        Upload(self.office.blobs, place, len(content), 0).finish([content], sha(content))


@dataclass
class Office:
    """The server's side. ``case`` and ``state`` look into its database."""

    central: Central
    clock: Clock
    blobs: BlobStore

    def sender(self, station_no: str = "CY001", district: str | None = None) -> Sender:
        code = new_code(self.central, station_no, f"{station_no} 站", district)
        key = new_private_key()
        answer = enrol(
            self.central,
            EnrolRequest(
                code=code.secret,
                device_key=encode_key(public_key_of(key)),
                proof=sign(key, code.secret.encode()),
            ),
        )
        with self.central.database.read() as tx:
            device = find_device(tx, answer.device_id)
        assert device is not None
        return Sender(self, answer, device)

    def case(self, reference: str) -> Case:
        with self.central.database.read() as tx:
            found = find_case(tx, reference)
        assert found is not None
        return found

    def state(self, reference: str) -> str:
        state: str = self.case(reference).state
        return state

    def approved(self, sender: Sender, number: int, category: Category = Category.VOCATIONAL, **changed: Any) -> str:
        """A case sent, received and approved; ``changed``: fields of the applicant."""
        content = case(number, category)
        content["applicant"] |= changed
        body = sender.submission(content=content)
        assert sender.submit(body).result == "accepted"
        review.approve(self.central, body["reference"])
        reference: str = body["reference"]
        return reference


def make_office(folder: Path) -> Office:
    clock = Clock()
    central = make_central({"CENTRAL_HOME": str(folder)}, clock)
    publish_packaged(central)
    return Office(central, clock, BlobStore(central.home.blobs))
