"""A station's file from a stick: taken in like what comes over the network, and answered with a file.

The signature stands where the token stands otherwise: by the device's key, or, with an enrolment that is not here yet,
by the key that the enrolment names. The file is read through before anything of it is done. Applying it twice, in any
order with its other volumes or beside the network, does nothing twice: ops have ids, scans have hashes.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from central import audit
from central.behind import heard_so_far
from central.blobs import BlobStore, Place, Upload
from central.context import Central
from central.devices import Device, find_device, order_for
from central.enrolment import enrol
from central.exchange import exchange
from central.packs import pack_of
from central.parcels import parcels_for, parcels_of
from central.roster_pages import LOAD, roster_page
from central.tables import audit_heads, parcels
from station_app import durable
from station_app.domain.canonical import sha256_hex
from station_app.durable import Point
from station_app.errors import UserError
from sync.courier_wire import (
    Answer,
    EnclosedPage,
    Export,
    ExportScan,
    Turn,
    begin,
    check_signed,
    enclosure,
    read_document,
    skip,
)
from sync.envelope import decode_key
from sync.sealing import Reader, seal, unseal
from sync.wire import Cursor, EnrolAnswer, Have, OpResult, PackAnswer, PackChange, SyncAnswer, SyncRequest

_MOST_HAVE = 1000
_MOST_TURNS = 10_000
_SLICE = 400  # parameters of one IN (...)
_SMALL = 20_000  # members that are quicker told from the log than loaded anew, as at the station


@dataclass(frozen=True)
class Carried:
    """What a file brought. ``lacking``: scans that other volumes, or the next file, must bring."""

    device_id: str
    volume: int
    volumes: int
    accepted: int
    refused: int
    receipts: int
    scans: int
    lacking: int


@dataclass(frozen=True)
class _Export:
    """A file whose signature holds. ``answer``: who it is, where the file enrolled it."""

    export: Export
    device: Device
    enrolled: EnrolAnswer | None


def carry(central: Central, file: Path, out: Path) -> Carried:
    """Take in a station's file and write the answer to ``out``.

    Raises UserError ``file_unreadable``, ``courier_unreadable``, ``courier_damaged``, ``courier_not_for_us``,
    ``courier_signature``, ``device_unknown``, those of an enrolment; EnvironmentFault of the disk.
    """
    with _opened(central, file) as reader:
        _read_through(central, reader)
    with _opened(central, file) as reader:
        told = _export(central, reader)
        turns, scans = _take(central, told, reader)
    pages = _pages(central, told.device, turns)
    answer = Answer(
        export_id=told.export.export_id,
        volume=told.export.volume,
        volumes=told.export.volumes,
        device_id=told.device.id,
        made_at=central.now(),
        enrolled=told.enrolled,
        turns=turns,
        packs=_packs(central, turns),
        roster=[EnclosedPage(position=at, sha256=sha256_hex(body), size=len(body)) for at, body in pages],
    )
    content = (begin(answer, central.keys.private), *(body for _, body in pages))
    durable.write_chunks(out, seal(content, told.device.key), Point.SERVER_COURIER)
    with central.database.write(Point.SERVER_COURIER) as tx:
        audit.note(tx, "courier_taken", told.device.id, central.now())
    return _carried(told, turns, scans)


@contextmanager
def _opened(central: Central, file: Path) -> Iterator[Reader]:
    try:
        opened = file.open("rb")
    except OSError as error:
        raise UserError("file_unreadable", file=str(file)) from error
    with opened:
        yield Reader(unseal(opened, central.keys.private))


def _read_through(central: Central, reader: Reader) -> None:
    export, _ = _checked(central, reader)
    for scan in export.scans:
        skip(enclosure(reader, scan.size, scan.sha256))
    reader.end()


def _checked(central: Central, reader: Reader) -> tuple[Export, bytes]:
    """The file's document, and the key that signed it: the one that it would enrol, or its device's."""
    export, signature, signed = read_document(Export, reader)
    if export.audience != central.keys.key_id:
        raise UserError("courier_not_for_us")
    if export.enrol is not None:
        key = decode_key(export.enrol.device_key)
    else:
        with central.database.read() as tx:
            device = find_device(tx, export.device_id)
        if device is None:
            raise UserError("device_unknown")
        key = device.key
    check_signed(key, signature, signed)
    return export, key


def _export(central: Central, reader: Reader) -> _Export:
    """The file and its device, enrolled by it if need be. A device of another key is enrolled by nothing."""
    export, key = _checked(central, reader)
    with central.database.read() as tx:
        device = find_device(tx, export.device_id)
    if device is not None and device.key == key and (device.revoked or export.enrol is None):
        return _Export(export, device, None)
    assert export.enrol is not None  # else the key is the device's
    enrolled = enrol(central, export.enrol)
    with central.database.read() as tx:
        device = find_device(tx, enrolled.device_id)
    assert device is not None
    if enrolled.device_id != export.device_id:
        raise UserError("device_unknown")
    return _Export(export, device, enrolled)


# ---- what it brings


def _take(central: Central, told: _Export, reader: Reader) -> tuple[list[Turn], int]:
    """The ops, then the scans, then what the server has to say; how many scans lie whole now."""
    export, device = told.export, told.device
    if device.revoked and not device.delivers:
        return [_shut_out(central, device, export.requests[0])], 0
    blobs = BlobStore(central.home.blobs)
    fresh = _is_fresh(central, device, export.requests[0])
    with central.database.read() as tx:
        epoch, cursor = heard_so_far(tx, central.epoch, device, _whole(export))
    turns: list[Turn] = []
    for request in export.requests:
        turns.append(_turn(central, blobs, told, _of_now(request, fresh), epoch, cursor))
        cursor = turns[-1].answer.cursor
    scans = _take_scans(central, blobs, told, reader)
    return turns + _rest(central, blobs, told, epoch, cursor), scans


def _whole(export: Export) -> SyncRequest:
    """What the file says of how far its station has heard, all promises it asks after included."""
    promises = [each for request in export.requests for each in request.have]
    return export.requests[0].model_copy(update={"have": promises})


def _shut_out(central: Central, device: Device, request: SyncRequest) -> Turn:
    """What the network would say to a device that may not even deliver."""
    answer = SyncAnswer(
        epoch=request.epoch,
        server_time=central.now(),
        cursor=request.cursor,
        revoked=True,
        order=order_for(central, device),
    )
    return Turn(asked=request.cursor, epoch=request.epoch, answer=answer)


def _is_fresh(central: Central, device: Device, request: SyncRequest) -> bool:
    """Whether nothing newer of this device was heard meanwhile: an old file says nothing of its people and its chain.

    A chain that really went back shows at the network, or in the first file that reaches further again.
    """
    with central.database.read() as tx:
        newest = tx.execute(select(func.max(audit_heads.c.seq)).where(audit_heads.c.device_id == device.id)).scalar()
    return newest is None or (request.audit_head is not None and request.audit_head.seq >= newest)


def _of_now(request: SyncRequest, fresh: bool) -> SyncRequest:
    """What it asks after is answered at the end, when the file's scans are here."""
    of_then = {} if fresh else {"audit_head": None, "operators": None}
    return request.model_copy(update={"have": [], **of_then})


def _turn(central: Central, blobs: BlobStore, told: _Export, request: SyncRequest, epoch: str, cursor: Cursor) -> Turn:
    asked = {"epoch": epoch, "cursor": cursor, "heard": "", "receipted": None, "roster_apart": True, "grants": True}
    answer = exchange(central, blobs, told.device, request.model_copy(update=asked))
    return Turn(asked=cursor, epoch=told.export.requests[0].epoch, answer=answer)


def _rest(central: Central, blobs: BlobStore, told: _Export, epoch: str, cursor: Cursor) -> list[Turn]:
    """Receipts of what is whole by now, and all news, however many answers they take."""
    waiting = _revisions(central, told)
    turns: list[Turn] = []
    while not turns or waiting or (turns[-1].answer.more and len(turns) < _MOST_TURNS):
        have, waiting = waiting[:_MOST_HAVE], waiting[_MOST_HAVE:]
        turns.append(_turn(central, blobs, told, SyncRequest(have=have), epoch, cursor))
        cursor = turns[-1].answer.cursor
    return turns


def _revisions(central: Central, told: _Export) -> list[Have]:
    """Every revision that this file speaks of and the server has."""
    bodies = sorted({sha256_hex(op.body.encode()) for request in told.export.requests for op in request.ops})
    asked = {(each.reference, each.revision) for each in _whole(told.export).have}
    with central.database.read() as tx:
        found = {(each.reference, each.revision) for each in parcels_of(tx, told.device.id, asked)}
        for part in _slices(bodies):
            query = select(parcels.c.reference, parcels.c.revision).where(
                parcels.c.device_id == told.device.id, parcels.c.body_sha256.in_(part)
            )
            found |= {(row.reference, row.revision) for row in tx.execute(query)}
    return [Have(reference=reference, revision=revision) for reference, revision in sorted(found)]


def _slices(items: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(items), _SLICE):
        yield items[start : start + _SLICE]


# ---- scans


def _take_scans(central: Central, blobs: BlobStore, told: _Export, reader: Reader) -> int:
    """Keep every page that this device has promised; how many of the file's pages lie whole here."""
    references = sorted({scan.reference for scan in told.export.scans})
    with central.database.read() as tx:
        known = [parcels_for(tx, told.device.id, part) for part in _slices(references)]
    promised = {
        (reference, sha256): size
        for part in known
        for reference, own in part.items()
        for parcel in own
        for sha256, size in parcel.scans.items()
    }
    return sum(_take_scan(blobs, told.device, scan, reader, promised) for scan in told.export.scans)


def _take_scan(
    blobs: BlobStore, device: Device, scan: ExportScan, reader: Reader, promised: Mapping[tuple[str, str], int]
) -> bool:
    place = Place(device.id, scan.reference, scan.sha256)
    content = enclosure(reader, scan.size, scan.sha256)
    if promised.get((scan.reference, scan.sha256)) == scan.size and not blobs.is_whole(place):
        blobs.discard(place)  # what the network has begun of it; the whole is here
        try:
            _write(Upload(blobs, place, scan.size, 0), content)
        except UserError as error:
            if error.code != "offset_mismatch":  # the network is bringing it this very moment
                raise
    skip(content)
    return blobs.is_whole(place)


def _write(upload: Upload, content: Iterator[bytes]) -> None:
    for piece in content:
        upload.write([piece])
    upload.finish((), upload.place.sha256)


# ---- what goes along with the answer


def _packs(central: Central, turns: Sequence[Turn]) -> list[PackAnswer]:
    years = {each.year for turn in turns for each in turn.answer.changes if isinstance(each, PackChange)}
    with central.database.read() as tx:
        return [pack_of(tx, year) for year in sorted(years)]


def _pages(central: Central, device: Device, turns: Sequence[Turn]) -> list[tuple[str, bytes]]:
    """The members that do not fit beside the rest: (position, the page as JSON, gzip)."""
    last = turns[-1].answer
    if not last.roster_waiting:
        return []
    after = last.cursor.roster
    position = LOAD if after == 0 or last.roster_waiting > _SMALL else f"log-{after}"
    pages: list[tuple[str, bytes]] = []
    with central.database.read() as tx:
        while position:
            page = roster_page(central, tx, device.district, position)
            pages.append((position, gzip.compress(page.model_dump_json().encode(), 6)))
            position = page.next
    return pages


def _carried(told: _Export, turns: Sequence[Turn], scans: int) -> Carried:
    results = [each for turn in turns for each in turn.answer.results]
    accepted = sum(each.result is OpResult.ACCEPTED for each in results)
    receipts = {jws for turn in turns for jws in turn.answer.receipts}
    return Carried(
        device_id=told.device.id,
        volume=told.export.volume,
        volumes=told.export.volumes,
        accepted=accepted,
        refused=len(results) - accepted,
        receipts=len(receipts),
        scans=scans,
        lacking=sum(len(turn.answer.missing_blobs) for turn in turns[len(told.export.requests) :]),
    )
