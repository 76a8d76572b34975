"""A clerk, and a reviewer at the other end: what they do, what they were told, and that they look before they repeat.

A script is a list of steps, each a word and a case number. After a power cut the clerk starts the program again, looks
how far the step had come and goes on from there, as a person would.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from central import review
from central.cases import find_case
from central.courier import carry
from station_app.domain.application import REQUIRED_SCANS, Content, FieldReturn, ReturnCode, ScanKind, State
from station_app.services import capture, intake, submission
from station_app.store.records import ApplicationRecord
from sync import courier
from tests.samples.cases import case
from tests.trials.faults import PowerCut
from tests.trials.scene import Scene
from tests.unit.sync.stations import page

Step = tuple[str, int]
_MOST_STARTS = 8


@dataclass
class Told:
    """What the clerk was told of one case, and so must be true for ever. ``scans``: (kind, sha256) -> bytes."""

    reference: str = ""
    scans: dict[tuple[ScanKind, str], bytes] = field(default_factory=dict)
    revision: int = 0
    withdrawal: bool = False


@dataclass
class Clerk:
    """Works through a script. ``check`` is called after every start, before anything is repeated."""

    scene: Scene
    check: Callable[[Clerk], None]
    size: int = 6_000  # bytes of a page
    told: dict[int, Told] = field(default_factory=dict)
    starts: int = 0

    def work(self, script: Sequence[Step]) -> None:
        for word, number in script:
            self._until_done(self._words[word], number)

    def deliver(self) -> None:
        """Passes until nothing is left, with time for what was put off; as many as a patient station would make."""
        for _ in range(6):
            self._until_done(self._sync, 0)
            if not self._pending():
                return
            self.scene.on(hours=1)

    def _pending(self) -> int:
        with self.scene.desk.store.read() as uow:
            return len(uow.outbox.open_rows())

    def _until_done(self, act: Callable[[int], None], number: int) -> None:
        while True:
            try:
                act(number)
            except PowerCut as power:
                self._start(power)
            else:
                return

    def _start(self, power: PowerCut) -> None:
        self.starts += 1
        assert self.starts <= _MOST_STARTS
        self.scene.start_again(power.side)
        counting, self.scene.acts.counting = self.scene.acts.counting, False
        self.check(self)
        self.scene.acts.counting = counting

    # ---- what they do

    def _begin(self, number: int) -> None:
        found = self.cases_of(number)
        if not found:
            found = [intake.new_case(self.scene.desk, Content.from_json(case(number))).value.record]
        self.told.setdefault(number, Told()).reference = found[0].reference

    def _scan(self, number: int) -> None:
        for kind in REQUIRED_SCANS:
            self._page(number, kind)

    def _form(self, number: int) -> None:
        self._page(number, ScanKind.FORM)

    def _page(self, number: int, kind: ScanKind) -> None:
        content = page(f"{number} {kind}", self.size)
        scan = capture.add_scan(self.scene.desk, self.case(number).id, kind, content).value
        self.told[number].scans[kind, scan.sha256] = content

    def _submit(self, number: int) -> None:
        record = self.case(number)
        if record.state in (State.DRAFT, State.RETURNED):
            record = submission.submit(self.scene.desk, record.id).value
        self.told[number].revision = max(record.revision, self.told[number].revision)

    def _withdraw(self, number: int) -> None:
        submission.withdraw(self.scene.desk, self.case(number).id)
        self.told[number].withdrawal = True

    def _sync(self, _number: int) -> None:
        self.scene.sync()

    def _stick(self, _number: int) -> None:
        """There and back. The stick itself is whole: what a cut leaves on it is written anew."""
        folder = self.scene.folder / "stick"
        folder.mkdir(exist_ok=True)
        courier.export(self.scene.desk, folder / "out.zt")
        carry(self.scene.central, folder / "out.zt", folder / "out.answer")
        courier.take(self.scene.desk, folder / "out.answer")

    def _give_back(self, number: int) -> None:
        if self._at_server(number) == State.RECEIVED:
            returned = FieldReturn("card_no", ReturnCode.MISMATCH, "卡号不符")
            review.give_back(self.scene.central, self.told[number].reference, [returned])

    def _approve(self, number: int) -> None:
        if self._at_server(number) == State.RECEIVED:
            review.approve(self.scene.central, self.told[number].reference)

    @property
    def _words(self) -> Mapping[str, Callable[[int], None]]:
        return {
            "begin": self._begin,
            "scan": self._scan,
            "form": self._form,
            "submit": self._submit,
            "withdraw": self._withdraw,
            "sync": self._sync,
            "stick": self._stick,
            "give_back": self._give_back,
            "approve": self._approve,
        }

    # ---- what they see

    def case(self, number: int) -> ApplicationRecord:
        with self.scene.desk.store.read() as uow:
            return uow.applications.by_reference(self.told[number].reference)

    def cases_of(self, number: int) -> list[ApplicationRecord]:
        """Every case of this person on the station."""
        wanted = Content.from_json(case(number)).applicant["id_number"]
        with self.scene.desk.store.read() as uow:
            ids = uow.connection.exec_driver_sql("SELECT id FROM applications WHERE id_number = ?", (wanted,))
            return [uow.applications.get(row[0]) for row in ids.all()]

    def _at_server(self, number: int) -> str | None:
        with self.scene.central.database.read() as tx:
            found = find_case(tx, self.told[number].reference)
        return found.state if found is not None else None
