"""The stick: the queue's messages in a sealed file for the server, and the server's answer taken in.

Both travel as they would over the network, signed by who wrote them and sealed to who may read them. A file is read
through once before anything of it is believed.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from pydantic import ValidationError

from station_app import durable
from station_app.durable import Point
from station_app.errors import EnvironmentFault, UserError
from station_app.events import Changed
from station_app.services import courier, passes, plan_packs, retention, revocation
from station_app.services.courier import Case, Delivered, Load
from station_app.services.delivery import ScanToSend
from station_app.services.desk import Desk, Written
from station_app.store import faults
from sync.courier_wire import (
    Answer,
    EnclosedPage,
    Export,
    ExportScan,
    begin,
    check_signed,
    enclosure,
    read_document,
    skip,
)
from sync.enrolment import confirm
from sync.identity import courier_of
from sync.outcomes import read_scan
from sync.sealing import Reader, seal, unseal
from sync.wire import MAX_OPS, RosterPage, SyncAnswer, SyncRequest

SMALLEST_VOLUME = 64 * 2**20  # bytes; one page can have 50 MB
LARGEST_VOLUME = 4_000 * 10**6  # bytes: what a stick's usual file system (FAT32) takes in one file
_MOST_HAVE = 1000


@dataclass(frozen=True)
class Exported:
    """``files``: the volumes; ``load``: what is in them, and which cases stay here."""

    files: tuple[Path, ...]
    load: Load


@dataclass
class _Volume:
    cases: list[Case] = field(default_factory=list)
    scans: list[ScanToSend] = field(default_factory=list)
    size: int = 0

    def begin(self, case: Case) -> None:
        self.cases.append(case)
        self.size += case.words

    def add(self, scan: ScanToSend) -> None:
        self.scans.append(scan)
        self.size += scan.size


# ---- out


def export(desk: Desk, target: Path, most: int = LARGEST_VOLUME) -> Written[Exported]:
    """Write everything that is open to ``target``, in several files beside it where it is more than ``most`` bytes.

    Without an open case the file still asks the server for news. Raises UserError ``not_enrolled``,
    ``role_forbids``, ``courier_size`` (param ``least``), ``target_full``, ``file_not_writable``; EnvironmentFault of
    the disk and of pages.
    """
    if most < SMALLEST_VOLUME:
        raise UserError("courier_size", "size", least=SMALLEST_VOLUME // 2**20)
    who = courier_of(desk)
    travelling = courier.readable(desk, courier.load(desk))
    volumes = _volumes(travelling.cases, most)
    export_id = courier.begin_export(desk, len(travelling.cases))
    files = _names(target, len(volumes))
    for number, (file, volume) in enumerate(zip(files, volumes, strict=True), 1):
        document = Export(
            export_id=export_id,
            volume=number,
            volumes=len(volumes),
            device_id=who.device_id,
            audience=who.server_key_id,
            made_at=desk.now(),
            enrol=who.request,
            requests=_requests(travelling.request, volume.cases),
            scans=[ExportScan(reference=s.reference, sha256=s.sha256, size=s.size) for s in volume.scans],
        )
        content = _content(desk, begin(document, who.device_key), volume.scans)
        with _disk():
            durable.write_chunks(file, seal(content, who.server_key), Point.OUTPUT_FILE)
    return Written(Exported(tuple(files), travelling), courier.CHANGED)


def _volumes(cases: Sequence[Case], most: int) -> list[_Volume]:
    """Filled one after the other; a case whose pages go over several has its ops in each of them."""
    volumes = [_Volume()]
    for case in cases:
        if volumes[-1].size and volumes[-1].size + case.size > most:
            volumes.append(_Volume())
        volumes[-1].begin(case)
        for scan in case.scans:
            if volumes[-1].size + scan.size > most:
                volumes.append(_Volume())
                volumes[-1].begin(case)
            volumes[-1].add(scan)
    return volumes


def _names(target: Path, number: int) -> list[Path]:
    if number == 1:
        return [target]
    return [target.with_name(f"{target.stem}-{each}{target.suffix}") for each in range(1, number + 1)]


def _requests(said: SyncRequest, cases: Sequence[Case]) -> list[SyncRequest]:
    """In the order in which they were made; the server is told who we are once."""
    ops = sorted((op for case in cases for op in case.ops), key=lambda op: op.seq)
    have = [each for case in cases for each in case.have]
    count = max(1, -(-len(ops) // MAX_OPS), -(-len(have) // _MOST_HAVE))
    return [
        said.model_copy(
            update={
                "ops": ops[number * MAX_OPS : (number + 1) * MAX_OPS],
                "have": have[number * _MOST_HAVE : (number + 1) * _MOST_HAVE],
                "operators": said.operators if number == 0 else None,
            }
        )
        for number in range(count)
    ]


def _content(desk: Desk, head: bytes, scans: Sequence[ScanToSend]) -> Iterator[bytes]:
    yield head
    for scan in scans:
        yield bytes(read_scan(desk.store.scans, scan))


@contextmanager
def _disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise faults.of_output(error) from error


# ---- in


def take(desk: Desk, file: Path) -> Written[Delivered]:
    """Take in the answer to an export of this PC; the same file again, and an older one, change nothing more.

    Raises UserError ``file_unreadable``, ``courier_unreadable``, ``courier_damaged``, ``courier_not_for_us``,
    ``courier_signature``, ``courier_not_ours`` (no export that this PC knows), ``courier_other_epoch``,
    ``courier_gap``, ``not_enrolled``; EnvironmentFault ``device_revoked``, ``erased`` once all of it was taken in.
    """
    with _opened(desk, file) as reader:
        _read_through(desk, reader)
    with _opened(desk, file) as reader:
        answer = _answer(desk, reader)
        return _take(desk, answer, reader)


@contextmanager
def _opened(desk: Desk, file: Path) -> Iterator[Reader]:
    try:
        opened: BinaryIO = file.open("rb")
    except OSError as error:
        raise UserError("file_unreadable", file=file.name) from error
    with opened:
        yield Reader(unseal(opened, courier_of(desk).device_key))


def _read_through(desk: Desk, reader: Reader) -> None:
    answer = _answer(desk, reader)
    for page in answer.roster:
        skip(enclosure(reader, page.size, page.sha256))
    reader.end()


def _answer(desk: Desk, reader: Reader) -> Answer:
    who = courier_of(desk)
    answer, signature, signed = read_document(Answer, reader)
    check_signed(who.server_key, signature, signed)
    if not courier.is_ours(desk, answer.export_id) or answer.device_id != (
        answer.enrolled.device_id if answer.enrolled else who.device_id
    ):
        raise UserError("courier_not_ours")
    return answer


def _take(desk: Desk, answer: Answer, reader: Reader) -> Written[Delivered]:
    changed = courier.CHANGED
    if answer.enrolled is not None:
        changed |= confirm(desk, answer.enrolled)
    done = Delivered(at=answer.made_at)
    for turn in answer.turns:
        applied = courier.take_turn(desk, turn)
        changed |= applied.changed
        done = replace(
            done,
            accepted=done.accepted + applied.accepted,
            received=done.received + applied.received,
            warnings=(*done.warnings, *applied.warnings),
        )
    packs, wrong = _take_packs(desk, answer)
    changed |= packs
    done = replace(done, warnings=tuple(dict.fromkeys((*done.warnings, *wrong))))
    changed |= courier.take_pages(desk, ((page.position, _page(reader, page)) for page in answer.roster))
    last = answer.turns[-1].answer
    if courier.is_newest(desk, last):
        changed |= _hear_of_us(desk, last)
    done = courier.finish(desk, answer.export_id, last, done)
    if code := revocation.shuts_out(desk):
        raise EnvironmentFault(code)
    return Written(done, changed | retention.erase_due(desk))


def _hear_of_us(desk: Desk, answer: SyncAnswer) -> Changed:
    """Who may work here, by the server's newest word. An order to erase was signed when the answer was."""
    changed = revocation.heard(desk, revoked=answer.revoked) | revocation.shut_out(desk, answer.revoked_operators)
    if answer.revoked and answer.order:
        revocation.obey(desk, answer.order, datetime.fromisoformat(answer.server_time).timestamp())
    return changed


def _take_packs(desk: Desk, answer: Answer) -> tuple[Changed, list[str]]:
    """Newer packs, the oldest first, and the codes of those that do not hold: they are announced again."""
    changed, wrong = Changed(), list[str]()
    for pack in sorted(answer.packs, key=lambda each: (each.year, each.version)):
        if pack.year in desk.plans.years and desk.plans.get(pack.year).version >= pack.version:
            continue
        try:
            changed |= plan_packs.store_pack(desk, pack)
        except UserError as error:
            wrong.append(error.code)
    if not wrong:
        passes.heard_of_packs(desk, answer.turns[-1].answer.cursor.packs)
    return changed, wrong


def _page(reader: Reader, enclosed: EnclosedPage) -> RosterPage:
    packed = b"".join(enclosure(reader, enclosed.size, enclosed.sha256))
    try:
        return RosterPage.model_validate_json(gzip.decompress(packed))
    except (ValidationError, OSError, EOFError) as error:
        raise UserError("courier_unreadable") from error
