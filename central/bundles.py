"""Bundles: many whole scans in one request, for lines that are quick enough for it.

A small scan costs more in requests than in bytes. Here they follow one another behind a manifest; while one is read,
those before it are hashed, written and fsynced by worker threads. What arrived of a body that breaks off is kept, and
is resumed with PATCH like any other scan. A scan that is refused spoils no other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from pydantic import ValidationError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from central.blobs import BlobStore, Place, Upload, finish_all
from central.gate import Admitted, Gate
from central.openapi import BUNDLE_TYPE
from central.promises import InThread, Promises
from station_app.domain.canonical import sha256_hex
from station_app.errors import UserError
from sync.wire import MAX_BUNDLE, MAX_BUNDLED, Bundle, BundleAnswer, Bundled

MAX_MANIFEST = 512 * MAX_BUNDLED  # bytes
_LENGTH = 4  # bytes that tell the manifest's
_SILENCE_SECONDS = 60.0
_GROUP = 2 * 1024 * 1024  # bytes of scans that are made durable together...
_AT_ONCE = 3  # ...groups at once, while others are read
_FLUSH = 128 * 1024  # bytes held in memory before they are written: what may be sent again after our end
_LULL_SECONDS = 1.0


class Bundles:
    """The route. One per server, used on its event loop."""

    def __init__(self, blobs: BlobStore, gate: Gate, promises: Promises, in_thread: InThread) -> None:
        self._blobs = blobs
        self._gate = gate
        self._promises = promises
        self._in_thread = in_thread

    async def post(self, request: Request) -> Response:
        """200 with what became of each scan; raises UserError where the request itself is wrong."""
        admitted = await self._gate.admit(request)
        _check_headers(request)
        body = _Body(request)
        scans = await _manifest(body, admitted)
        _check_scans(request, body.taken, scans)
        places = [Place(admitted.device.id, each.reference, each.sha256) for each in scans]
        sizes = await self._promises.sizes(admitted.device.id, [(each.reference, each.sha256) for each in scans])
        codes = await self._arrived(body, scans, places, sizes)
        whole = [place for place, code in zip(places, codes, strict=True) if code is None]
        receipts = await self._in_thread(lambda: self._promises.receipts(whole))
        answer = BundleAnswer(codes=list(codes), receipts=receipts)
        return Response(answer.model_dump_json(), 200, {"Cache-Control": "no-store"}, "application/json")

    async def _arrived(
        self, body: _Body, scans: Sequence[Bundled], places: Sequence[Place], sizes: Sequence[int | None]
    ) -> list[str | None]:
        """What became of each scan. They are made durable in groups, while the next group is read."""
        groups: list[asyncio.Task[list[str | None]]] = []
        group: list[_Taken] = []
        try:
            for scan, place, size in zip(scans, places, sizes, strict=True):
                group.append(await self._taken(body, scan, place, size))
                if sum(each.held for each in group) >= _FLUSH:
                    await self._in_thread(partial(_keep, group))
                if sum(each.size for each in group) >= _GROUP:
                    groups.append(asyncio.create_task(self._durable(group)))
                    group = []
                    await _all_but(groups, _AT_ONCE)
        finally:
            groups.append(asyncio.create_task(self._durable(group)))
            codes = await asyncio.shield(asyncio.gather(*groups))
        return [code for each in codes for code in each]

    async def _durable(self, group: Sequence[_Taken]) -> list[str | None]:
        codes: list[str | None] = await self._in_thread(lambda: _finished(group))
        return codes

    async def _taken(self, body: _Body, scan: Bundled, place: Place, promised: int | None) -> _Taken:
        """Read one scan; what came of it before the body broke off is kept."""
        if promised is None or promised != scan.size or self._blobs.is_whole(place):
            await body.skip(scan.size)
            known = promised == scan.size
            code = None if known else "blob_unknown" if promised is None else "upload_too_long"
            return _Taken(None, [], code, 0)
        upload, pending = Upload(self._blobs, place, scan.size, 0), list[bytes]()
        try:
            code = await self._read(body, upload, pending)
        except (ClientDisconnect, UserError, asyncio.CancelledError):
            await asyncio.shield(self._in_thread(lambda: _kept(upload, pending)))
            raise
        return _Taken(None, [], code, 0) if code else _Taken(upload, pending, None, scan.size)

    async def _read(self, body: _Body, upload: Upload, pending: list[bytes]) -> str | None:
        """Read a scan to its end; the code of what is wrong where its file no longer stands as this request left it."""
        loop = asyncio.get_running_loop()
        missing, held, since = upload.size, 0, loop.time()
        while missing:
            chunk = await body.chunk(missing)
            pending.append(chunk)
            missing, held = missing - len(chunk), held + len(chunk)
            if missing and (held >= _FLUSH or loop.time() - since > _LULL_SECONDS):
                code: str | None = await self._in_thread(partial(_kept, upload, pending.copy()))
                pending.clear()
                if code is not None:  # bytes from the middle must not begin another file
                    await body.skip(missing)
                    return code
                held, since = 0, loop.time()
        return None


@dataclass
class _Taken:
    """A scan that was read: what is not in its file yet, or why it is not wanted (``code``). ``size``: of the file."""

    upload: Upload | None
    rest: list[bytes]
    code: str | None
    size: int

    @property
    def held(self) -> int:
        """Bytes in memory."""
        return sum(map(len, self.rest))

    def keep(self) -> None:
        """Write what is in memory. Blocking."""
        if self.upload is not None and self.rest:
            self.code = _kept(self.upload, self.rest)
            self.rest.clear()
            self.upload = None if self.code else self.upload


def _keep(group: Sequence[_Taken]) -> None:
    for each in group:
        each.keep()


def _finished(group: Sequence[_Taken]) -> list[str | None]:
    """Make a group whole and durable; the code of each that is not. In a worker thread."""
    wanted = [(each.upload, each.rest) for each in group if each.upload is not None]
    codes = iter(finish_all(wanted))
    return [each.code if each.upload is None else next(codes) for each in group]


class _Body:
    """A request's bytes, in the portions that are asked for."""

    def __init__(self, request: Request) -> None:
        self.taken = 0
        self._receive = request.receive
        self._left = b""
        self._more = True

    async def chunk(self, most: int) -> bytes:
        """What is there; raises ClientDisconnect, UserError ``upload_too_short``, ``upload_stalled``."""
        while not self._left:
            if not self._more:
                raise UserError("upload_too_short")
            try:
                async with asyncio.timeout(_SILENCE_SECONDS):
                    message = await self._receive()
            except TimeoutError as error:
                raise UserError("upload_stalled") from error
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            self._left, self._more = message.get("body", b""), message.get("more_body", False)
        chunk, self._left = self._left[:most], self._left[most:]
        self.taken += len(chunk)
        return chunk

    async def exactly(self, size: int) -> bytes:
        found = bytearray()
        while len(found) < size:
            found += await self.chunk(size - len(found))
        return bytes(found)

    async def skip(self, size: int) -> None:
        while size:
            size -= len(await self.chunk(size))


def _kept(upload: Upload, pending: Sequence[bytes]) -> str | None:
    """Append what came; the code where somebody else is sending the same scan."""
    try:
        upload.write(pending)
    except UserError as error:
        return error.code
    return None


async def _all_but(writing: Sequence[asyncio.Task[list[str | None]]], most: int) -> None:
    """Wait until no more than ``most`` are under way."""
    if len(writing) > most:
        await writing[-most - 1]


def _check_headers(request: Request) -> None:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != BUNDLE_TYPE or request.headers.get("content-encoding", "identity") != "identity":
        raise UserError("media_type_unsupported", "Content-Type")
    if int(request.headers.get("content-length", "0")) > _LENGTH + MAX_MANIFEST + MAX_BUNDLE:
        raise UserError("body_too_large")


async def _manifest(body: _Body, admitted: Admitted) -> list[Bundled]:
    length = int.from_bytes(await body.exactly(_LENGTH), "big")
    if length > MAX_MANIFEST:
        raise UserError("body_too_large")
    text = await body.exactly(length)
    admitted.check_body(sha256_hex(text))
    try:
        return Bundle.model_validate_json(text).scans
    except ValidationError as error:
        raise UserError("request_invalid", "scans") from error


def _check_scans(request: Request, taken: int, scans: Sequence[Bundled]) -> None:
    """The scans must fill the rest of the body, no more and no less, and be different ones."""
    total = sum(each.size for each in scans)
    told = request.headers.get("content-length")
    if total > MAX_BUNDLE or (told is not None and int(told) != taken + total):
        raise UserError("request_invalid", "Content-Length")
    if len({(each.reference, each.sha256) for each in scans}) < len(scans):
        raise UserError("request_invalid", "scans")
