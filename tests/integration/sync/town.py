"""A real central server as a child process, and stations in this process that are enrolled with it."""

from __future__ import annotations

import csv
import itertools
import json
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from central import money, review, views
from central.context import Central, open_central
from central.enrolment import new_code
from station_app.access.secrets import NoSecrets
from station_app.domain.application import REQUIRED_SCANS, Content, FieldReturn, ReturnCode, ScanKind
from station_app.durable import Point
from station_app.services import capture, intake, session, setup, submission
from station_app.services.desk import Clock, Desk, system_clock
from station_app.services.passes import PassReport
from station_app.store.records import ApplicationRecord, OutboxRow, ReceiptRecord
from sync.engine import one_pass
from sync.enrolment import enrol
from sync.identity import transport_for
from tests.samples.cases import case
from tests.system.world import Server, World
from tests.unit.sync.stations import page

PASSWORD = "a long password for tests"
_NUMBERS = itertools.count(1)


@dataclass
class Office:
    """One station. ``number`` is its station number; its cases are those of the samples."""

    desk: Desk
    number: str
    town: Town

    def submit(self, number: int, size: int = 20_000) -> ApplicationRecord:
        record = intake.new_case(self.desk, Content.from_json(case(number))).value.record
        for kind in REQUIRED_SCANS:
            capture.add_scan(self.desk, record.id, kind, page(f"{self.number} {number} {kind}", size))
        return submission.submit(self.desk, record.id).value

    def again(self, record: ApplicationRecord, **applicant: str) -> ApplicationRecord:
        """Correct a returned case and submit it anew."""
        content = self.record(record).content
        for name, value in applicant.items():
            content = content.with_value("applicant", name, value)
        intake.save_content(self.desk, record.id, content)
        return submission.submit(self.desk, record.id).value

    def sync(self, url: str | None = None) -> PassReport:
        """One pass with a transport of its own, by way of ``url`` where given."""
        if url is not None:
            self.set_fact("server_url", url)
        with closing(transport_for(self.desk)) as transport:
            return one_pass(self.desk, transport)

    def record(self, record: ApplicationRecord) -> ApplicationRecord:
        with self.desk.store.read() as uow:
            return uow.applications.get(record.id)

    def rows(self, record: ApplicationRecord) -> list[OutboxRow]:
        with self.desk.store.read() as uow:
            return uow.outbox.of(record.id)

    def receipts(self, record: ApplicationRecord) -> list[ReceiptRecord]:
        with self.desk.store.read() as uow:
            return uow.receipts.of(record.id)

    def fact(self, name: str) -> str | None:
        with self.desk.store.read() as uow:
            return uow.facts.get(name)

    def set_fact(self, name: str, value: str) -> None:
        with self.desk.store.write(Point.SYNC_STATE) as uow:
            uow.facts.set(name, value)

    def scans(self, record: ApplicationRecord) -> dict[str, bytes]:
        """sha256 -> bytes."""
        with self.desk.store.read() as uow:
            rows = uow.scans.of(record.id)
        return {row.sha256: self.desk.store.scans.get(row.file_name) for row in rows}


@dataclass
class Town:
    """The association's server. Its commands run in this process, beside the serving child."""

    world: World
    server: Server | None = None
    _stack: ExitStack = field(default_factory=ExitStack)

    @property
    def url(self) -> str:
        assert self.server is not None
        return self.server.url

    @property
    def port(self) -> int:
        assert self.server is not None
        return self.server.port

    def start(self, port: int = 0) -> None:
        self.server = self._stack.enter_context(self.world.serving(port))

    def stop(self) -> None:
        """Kill the server; what it had is in its home."""
        self._stack.close()

    def central(self) -> closing[Central]:
        environment = {"CENTRAL_HOME": str(self.world.central_home)}
        return closing(open_central(environment, lambda: datetime.now(UTC)))

    @contextmanager
    def office(
        self, home: Path, clock: Clock = system_clock, enrolled: bool = True, alone: bool = False
    ) -> Iterator[Office]:
        """``alone``: in a district of its own, so that it hears nothing of what other tests file and pay."""
        number = f"CY{next(_NUMBERS):03d}"
        desk = setup.create_home(home, "王芳", PASSWORD, clock, NoSecrets())
        try:
            if enrolled:
                enrol(desk, self.url, self.code(number, f"{number} 区" if alone else None))
            yield Office(desk, number, self)
        finally:
            session.sign_out(desk)

    def code(self, number: str, district: str | None = None) -> str:
        with self.central() as central:
            return str(new_code(central, number, "朝阳区测试街道工会服务站", district))

    def show(self, record: ApplicationRecord) -> dict[str, Any]:
        with self.central() as central:
            return views.show(central, record.reference)

    def references(self, office: Office) -> list[str]:
        with self.central() as central:
            rows = views.list_cases(central)
        return [row["reference"] for row in rows if row["reference"].startswith(office.number)]

    def approve(self, record: ApplicationRecord) -> None:
        with self.central() as central:
            review.approve(central, record.reference)

    def give_back(self, record: ApplicationRecord, *returns: FieldReturn) -> None:
        with self.central() as central:
            review.give_back(central, record.reference, returns)

    def reject(self, record: ApplicationRecord, code: ReturnCode) -> None:
        with self.central() as central:
            review.reject(central, record.reference, code, "")

    def pay(self) -> None:
        """A batch of all approved cases, all of it paid by the bank."""
        with self.central() as central:
            for file in money.pay(central).files:
                money.confirm(central, all_paid(file))

    def blobs(self, record: ApplicationRecord) -> dict[str, bytes]:
        """sha256 -> bytes, as the server holds them."""
        folders = list((self.world.central_home / "blobs").glob(f"*/{record.reference}"))
        return {file.name: file.read_bytes() for folder in folders for file in folder.iterdir()}

    def begin_new_epoch(self) -> None:
        """What is said after a server was restored; it must not be running."""
        self.world.central("restored")


def all_paid(file: Path) -> Path:
    with file.open(encoding="utf-8-sig", newline="") as source:
        rows = [{**row, "result": "ok"} for row in csv.DictReader(source)]
    answer = file.with_suffix(".answer.csv")
    with answer.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return answer


def digests(row: OutboxRow) -> set[str]:
    """The scans an op names."""
    return {each["sha256"] for each in json.loads(row.body).get("scans", [])}


__all__ = ["Office", "ScanKind", "Town", "digests"]
