"""Resumable uploads over HTTP (IETF draft-ietf-httpbis-resumable-upload): HEAD asks how far, PATCH appends.

A body goes to its file in large pieces, a small one in a single piece, by a worker thread; what arrived of a body that
breaks off is kept. A newer request for the same blob ends an older one, whose peer may be long gone.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Message, Receive

from central.blobs import BlobStore, Place, Upload
from central.context import Central
from central.gate import Admitted, Gate
from central.openapi import UPLOAD_TYPES
from central.problems import problem_of
from central.promises import InThread, Promises
from station_app.errors import StationError, UserError
from sync.wire import EMPTY_SHA256, BlobAnswer

_PIECE = 128 * 1024  # bytes held in memory before they are written: what may be sent again after our end...
_PIECES = 256  # ...or chunks...
_PIECE_SECONDS = 1.0  # ...or time, so that a slow line loses little
_SILENCE_SECONDS = 60.0
_LULL_SECONDS, _DRAIN_SECONDS = 0.05, 2.0  # for what has arrived already, once a newer request is there
_SHA256 = re.compile(r"[0-9a-f]{64}")
_REFERENCE = re.compile(r"[A-Z0-9-]{8,40}")
_DIGITS = re.compile(r"[0-9]{1,18}")


class _Reader:
    """A PATCH whose body is being read. ``end`` lets a newer request take its place: it may still take in what has
    arrived already, and is done as soon as nothing comes at once.
    """

    def __init__(self) -> None:
        self.ended = asyncio.Event()
        self._timer: asyncio.Timeout | None = None
        self._end_by: float | None = None

    @property
    def superseded(self) -> bool:
        return self._end_by is not None

    async def next(self, receive: Receive, seconds: float) -> Message | None:
        """The next message, None when it did not come in time; raises TimeoutError where a newer request waits."""
        now = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout_at(self._limit(now, seconds)) as self._timer:
                return await receive()
        except TimeoutError:
            if self.superseded:
                raise
            return None
        finally:
            self._timer = None

    async def end(self) -> None:
        now = asyncio.get_running_loop().time()
        self._end_by = self._end_by or now + _DRAIN_SECONDS
        if self._timer is not None:
            self._timer.reschedule(self._limit(now, _LULL_SECONDS))
        await self.ended.wait()

    def _limit(self, now: float, seconds: float) -> float:
        if self._end_by is None:
            return now + seconds
        return min(now + _LULL_SECONDS, self._end_by)


class Uploads:
    """The two routes of a blob. One per server, used on its event loop."""

    def __init__(self, central: Central, blobs: BlobStore, gate: Gate, promises: Promises, in_thread: InThread) -> None:
        self._central = central
        self._blobs = blobs
        self._gate = gate
        self._promises = promises
        self._in_thread = in_thread
        self._readers: dict[Place, _Reader] = {}

    async def head(self, request: Request) -> Response:
        """204 with ``Upload-Offset`` and ``Upload-Complete``; 404 unless this device promised this blob."""
        admitted = await self._gate.admit(request)
        admitted.check_body(EMPTY_SHA256)
        place, size = await self._place(admitted, request)
        await self._end_older(place)
        return Response(status_code=204, headers=self._progress(place, size))

    async def patch(self, request: Request) -> Response:
        """Append at ``Upload-Offset``; 409 with the right one if it differs. 200 completes the blob, 204 does not."""
        admitted = await self._gate.admit(request)
        place, size = await self._place(admitted, request)
        start, complete = _check_headers(request, size)
        await self._end_older(place)
        with self._reading(place) as reader:
            try:
                upload = Upload(self._blobs, place, size, start)
                return await self._append(request, admitted, upload, complete, reader)
            except StationError as error:
                return problem_of(error, self._central.now(), self._progress(place, size))

    async def _append(
        self, request: Request, admitted: Admitted, upload: Upload, complete: bool, reader: _Reader
    ) -> Response:
        if self._blobs.is_whole(upload.place):
            return await self._again(admitted, upload, complete)
        if upload.length != self._blobs.arrived(upload.place):
            raise UserError("offset_mismatch", "Upload-Offset")
        rest = await self._read_body(request, upload, reader)
        receipts = await self._in_thread(lambda: self._finish(upload, rest, admitted.claims.body_sha256, complete))
        return self._answer(upload, receipts, complete)

    async def _again(self, admitted: Admitted, upload: Upload, complete: bool) -> Response:
        """The blob is whole: only a request that adds nothing fits, and hears the receipts again."""
        if upload.length != upload.size or not complete or admitted.claims.body_sha256 != EMPTY_SHA256:
            raise UserError("offset_mismatch", "Upload-Offset")
        return self._answer(upload, await self._in_thread(lambda: self._promises.receipts([upload.place])), complete)

    def _answer(self, upload: Upload, receipts: list[str], complete: bool) -> Response:
        if not complete:
            return Response(status_code=204, headers=_progress_headers(upload.length, whole=False))
        body = BlobAnswer(receipts=receipts).model_dump_json()
        return Response(body, 200, _progress_headers(upload.size, whole=True), "application/json")

    # ---- the body

    async def _read_body(self, request: Request, upload: Upload, reader: _Reader) -> list[bytes]:
        """Read to the end of the body; returns what is not in the file yet. Keeps what arrived if it breaks off."""
        pending: list[bytes] = []
        try:
            await self._read_pieces(request, upload, reader, pending)
        except (ClientDisconnect, TimeoutError, asyncio.CancelledError) as error:
            await asyncio.shield(self._in_thread(lambda: upload.write(pending)))
            raise _broken_off(error, reader.superseded) from error
        return pending

    async def _read_pieces(self, request: Request, upload: Upload, reader: _Reader, pending: list[bytes]) -> None:
        loop = asyncio.get_running_loop()
        held, since = 0, loop.time()
        while True:
            message = await reader.next(request.receive, _PIECE_SECONDS if pending else _SILENCE_SECONDS)
            if message is None and not pending:
                raise TimeoutError
            chunk = _chunk_of(message)
            if chunk:
                since = since if pending else loop.time()
                pending.append(chunk)
            held += len(chunk)
            if upload.length + held > upload.size:
                raise UserError("upload_too_long", "Upload-Offset")
            if message is not None and not message.get("more_body"):
                return
            if held >= _PIECE or len(pending) >= _PIECES or loop.time() - since > _PIECE_SECONDS:
                await self._in_thread(partial(upload.write, pending.copy()))
                pending.clear()
                held, since = 0, loop.time()

    @contextmanager
    def _reading(self, place: Place) -> Iterator[_Reader]:
        """While this lasts, a newer request for the blob finds this one and ends it."""
        reader = self._readers[place] = _Reader()
        try:
            yield reader
        finally:
            if self._readers.get(place) is reader:
                del self._readers[place]
            reader.ended.set()

    async def _end_older(self, place: Place) -> None:
        reader = self._readers.get(place)
        if reader is not None:
            await reader.end()

    # ---- in a worker thread

    def _finish(self, upload: Upload, rest: list[bytes], body_sha256: str, complete: bool) -> list[str]:
        upload.finish(rest, body_sha256, complete)
        return self._promises.receipts([upload.place]) if complete else []

    # ---- what is asked for

    async def _place(self, admitted: Admitted, request: Request) -> tuple[Place, int]:
        """The blob and its promised size; raises UserError ``blob_unknown``, whatever the reason."""
        reference, sha256 = request.path_params["reference"], request.path_params["sha256"]
        if not _REFERENCE.fullmatch(reference) or not _SHA256.fullmatch(sha256):
            raise UserError("blob_unknown")
        (size,) = await self._promises.sizes(admitted.device.id, [(reference, sha256)])
        if size is None:
            raise UserError("blob_unknown")
        return Place(admitted.device.id, reference, sha256), size

    def _progress(self, place: Place, size: int) -> dict[str, str]:
        whole = self._blobs.is_whole(place)
        return _progress_headers(size if whole else self._blobs.arrived(place), whole)


def _chunk_of(message: Message | None) -> bytes:
    """The bytes of a message; none where none came. Raises ClientDisconnect."""
    if message is None:
        return b""
    if message["type"] == "http.disconnect":
        raise ClientDisconnect
    chunk: bytes = message.get("body", b"")
    return chunk


def _broken_off(error: BaseException, superseded: bool) -> BaseException:
    """Why a body was not read to its end."""
    if isinstance(error, TimeoutError):
        return UserError("upload_superseded" if superseded else "upload_stalled")
    return UserError("upload_cut") if isinstance(error, ClientDisconnect) else error


def _progress_headers(offset: int, whole: bool) -> dict[str, str]:
    complete = "?1" if whole else "?0"
    return {"Upload-Offset": str(offset), "Upload-Complete": complete, "Cache-Control": "no-store"}


def _check_headers(request: Request, size: int) -> tuple[int, bool]:
    """``Upload-Offset`` and ``Upload-Complete``; refuses what can be refused without its body."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in UPLOAD_TYPES or request.headers.get("content-encoding", "identity") != "identity":
        raise UserError("media_type_unsupported", "Content-Type")
    offset = request.headers.get("upload-offset", "").strip()
    if not _DIGITS.fullmatch(offset):
        raise UserError("header_invalid", "Upload-Offset")
    complete = request.headers.get("upload-complete", "").strip()
    if complete not in ("?0", "?1"):
        raise UserError("header_invalid", "Upload-Complete")
    length = request.headers.get("content-length", "0")
    if int(offset) > size or int(offset) + int(length) > size:
        raise UserError("upload_too_long", "Upload-Offset")
    return int(offset), complete == "?1"
