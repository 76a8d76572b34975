"""A signed-in station with cases in every state, for the pages that list them. Real store, real services."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from station_app.access.secrets import NoSecrets
from station_app.domain.application import Category, Content, FieldReturn, ReturnCode, ScanKind, State
from station_app.domain.operator import Operator, Role
from station_app.durable import Point
from station_app.services import capture, intake, submission
from station_app.services.desk import Desk
from station_app.services.plan_book import packaged_plans
from station_app.store import Store, StoreKeys
from station_app.store.records import ApplicationRecord, OutboxState, Source
from tests.samples.cases import case, case_of
from tests.samples.people import person
from tests.samples.pictures import scans_of

MASTER = bytes(range(32))
NOTE = "卡面第八位是 8，请对照卡面"


@dataclass
class WallClock:
    """Half past two in the afternoon of 15 May 2024 in Beijing, until somebody moves it."""

    now: datetime = datetime(2024, 5, 15, 6, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class World:
    """The desk and its clock. ``cases``: records by the name a test gave them."""

    desk: Desk
    clock: WallClock
    cases: dict[str, ApplicationRecord] = field(default_factory=dict)

    def draft(self, number: int, category: Category = Category.VOCATIONAL) -> ApplicationRecord:
        """A draft whose form is complete, without scans."""
        self.clock.forward(minutes=7)
        return intake.new_case(self.desk, Content.from_json(case(number, category))).value.record

    def complete(self, number: int, category: Category = Category.VOCATIONAL) -> ApplicationRecord:
        """A draft that lacks nothing."""
        record = self.draft(number, category)
        made = case_of(person(number), number, category)
        for kind, page in _pages(number, str(made["category"])).items():
            capture.add_scan(self.desk, record.id, kind, page)
        return record

    def queued(self, number: int, category: Category = Category.VOCATIONAL) -> ApplicationRecord:
        record = self.complete(number, category)
        submission.submit(self.desk, record.id)
        return self.read(record.id)

    def received(self, number: int, category: Category = Category.VOCATIONAL) -> ApplicationRecord:
        """As after a signed receipt: op closed, receipt kept, case moved."""
        record = self.queued(number, category)
        self.clock.forward(minutes=1)
        with self.desk.store.write(Point.APPLY) as uow:
            for row in uow.outbox.of(record.id):
                uow.outbox.mark(row.op_id, OutboxState.DONE)
            uow.receipts.add(record.reference, record.revision, "a.b.c", self.desk.now())
            uow.applications.move(record.id, State.RECEIVED, self.desk.now(), "", Source.SERVER)
        return self.read(record.id)

    def returned(self, number: int, *returns: FieldReturn) -> ApplicationRecord:
        record = self.received(number)
        found = returns or (FieldReturn("card_no", ReturnCode.MISMATCH, NOTE),)
        self.move(record.id, State.RETURNED, returned=found)
        return self.read(record.id)

    def paid(self, number: int, category: Category = Category.VOCATIONAL) -> ApplicationRecord:
        record = self.received(number, category)
        self.move(record.id, State.APPROVED, amount=1000)
        self.move(record.id, State.PAID, amount=1000, paid_on="2024-05-15")
        return self.read(record.id)

    def troubled(self, number: int, state: OutboxState, code: str) -> ApplicationRecord:
        record = self.queued(number)
        self.mark(record.id, state, code)
        return self.read(record.id)

    def mark(self, application_id: str, state: OutboxState, code: str | None = None) -> None:
        with self.desk.store.write(Point.SYNC_STATE) as uow:
            for row in uow.outbox.of(application_id):
                uow.outbox.mark(row.op_id, state, code)

    def move(self, application_id: str, to: State, **facts: object) -> None:
        self.clock.forward(minutes=3)
        with self.desk.store.write(Point.APPLY) as uow:
            uow.applications.move(application_id, to, self.desk.now(), "", Source.SERVER, **facts)

    def read(self, application_id: str) -> ApplicationRecord:
        return intake.open_case(self.desk, application_id).record


def open_world(home: Path) -> World:
    """A new home, enrolled."""
    clock = WallClock()
    store = Store.create(home, StoreKeys.derive(MASTER), clock)
    operator = Operator(str(uuid4()), "王芳", Role.CLERK)
    facts = {"station_no": "CY001", "device_letter": "A", "station_name": "朝阳区测试街道工会服务站"}
    with store.write(Point.ENROLMENT) as uow:
        uow.operators.add(operator)
        for name, value in facts.items():
            uow.facts.set(name, value)
    return World(Desk(home, store, operator, packaged_plans(), clock, NoSecrets(), MASTER), clock)


def full_world(home: Path) -> World:
    """Cases in every state a clerk meets."""
    world = open_world(home)
    world.cases["paid"] = world.paid(1)
    world.cases["received"] = world.received(2, Category.SOCIAL_WORKER)
    world.cases["returned"] = world.returned(3)
    world.cases["returned_scan"] = world.returned(
        4,
        FieldReturn("scan.card", ReturnCode.UNREADABLE, "反光，末四位看不清"),
        FieldReturn("phone", ReturnCode.MISSING),
    )
    world.cases["quarantined"] = world.troubled(5, OutboxState.QUARANTINED, "scan_refused")
    world.cases["forked"] = world.troubled(6, OutboxState.FORKED, "forked")
    world.cases["queued"] = world.queued(7, Category.COMPETITION)
    world.cases["waiting"] = world.queued(8)
    world.cases["ready"] = world.complete(9)
    world.cases["draft"] = world.draft(10)
    with_little = Content(2024, Category.VOCATIONAL, applicant={"name": person(11).name})
    world.cases["begun"] = intake.new_case(world.desk, with_little).value.record
    return world


_MADE: dict[int, dict[ScanKind, bytes]] = {}


def _pages(number: int, _category: str) -> dict[ScanKind, bytes]:
    """Drawing a person's papers takes a while: each number once a run."""
    if number not in _MADE:
        _MADE[number] = scans_of(person(number), case(number))
    return _MADE[number]
