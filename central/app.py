"""The server's HTTP face: wire version 1 on FastAPI. Bodies are read raw, since tokens are bound to their bytes."""

from __future__ import annotations

import asyncio
import gzip
import logging
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TypeVar

from fastapi import FastAPI
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from central import grants, notices
from central.blobs import BlobStore
from central.bundles import Bundles
from central.context import Central
from central.enrolment import enrol
from central.exchange import exchange
from central.gate import Admitted, Gate
from central.openapi import (
    AUTHORITY,
    BUNDLE,
    ENROL,
    HEAD_BLOB,
    PATCH_BLOB,
    PLAN,
    ROSTER,
    STANDING,
    SYNC,
    Described,
    document,
)
from central.packs import pack_of
from central.problems import problem, problem_of
from central.promises import Promises
from central.roster_pages import roster_page
from central.tls import authority_of
from central.uploads import Uploads
from station_app.domain.canonical import sha256_hex
from station_app.errors import StationError, UserError
from sync.envelope import sign_authority
from sync.wire import EMPTY_SHA256, EnrolRequest, StandingRequest, SyncRequest, WireModel

LARGEST_ENROL = 16 * 1024  # bytes
LARGEST_STANDING = 4 * 1024  # bytes
LARGEST_SYNC = 48 * 1024 * 1024  # bytes: MAX_OPS bodies of MAX_BODY characters
_WORKERS = 8
_LONGEST_YEAR = 4
_LOG = logging.getLogger(__name__)
_T = TypeVar("_T")
_Model = TypeVar("_Model", bound=WireModel)


class Server:
    """The routes over one open server."""

    def __init__(self, central: Central) -> None:
        self._central = central
        self._blobs = BlobStore(central.home.blobs)
        self._workers = ThreadPoolExecutor(_WORKERS, "central")
        self._gate = Gate(central, self.in_thread)
        promises = Promises(central, self._blobs, self.in_thread)
        self.uploads = Uploads(central, self._blobs, self._gate, promises, self.in_thread)
        self.bundles = Bundles(self._blobs, self._gate, promises, self.in_thread)

    async def in_thread(self, work: Callable[[], _T]) -> _T:
        """Blocking work off the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._workers, work)

    async def authority(self, _request: Request) -> Response:
        return await self.in_thread(
            lambda: _json(sign_authority(self._central.keys.private, authority_of(self._central.home)))
        )

    async def enrol(self, request: Request) -> Response:
        _check_json(request)
        body = await _body(request, LARGEST_ENROL)
        answer = await self.in_thread(lambda: enrol(self._central, _read(EnrolRequest, body)))
        return _json(answer)

    async def sync(self, request: Request) -> Response:
        admitted = await self._gate.admit(request)
        _check_json(request)
        body = await _body(request, LARGEST_SYNC)

        def work() -> Response:
            admitted.check_body(sha256_hex(body))
            return _json(exchange(self._central, self._blobs, admitted.device, _read(SyncRequest, body)))

        return await self.in_thread(work)

    async def plan(self, request: Request) -> Response:
        admitted = await self._gate.admit(request)
        admitted.check_body(EMPTY_SHA256)
        _check_not_revoked(admitted)
        year = request.path_params["year"]
        if not (year.isascii() and year.isdecimal() and len(year) == _LONGEST_YEAR):
            raise UserError("plan_unknown", "year")

        def work() -> Response:
            with self._central.database.read() as tx:
                return _json(pack_of(tx, int(year)))

        return await self.in_thread(work)

    async def roster(self, request: Request) -> Response:
        admitted = await self._gate.admit(request)
        admitted.check_body(EMPTY_SHA256)
        _check_not_revoked(admitted)
        packed = "gzip" in request.headers.get("accept-encoding", "")

        def work() -> Response:
            with self._central.database.read() as tx:
                page = roster_page(self._central, tx, admitted.device.district, request.path_params["position"])
            return _packed(page) if packed else _json(page)

        return await self.in_thread(work)

    async def standing(self, request: Request) -> Response:
        admitted = await self._gate.admit(request)
        _check_json(request)
        body = await _body(request, LARGEST_STANDING)
        admitted.check_body(sha256_hex(body))
        _check_not_revoked(admitted)
        question = _read(StandingRequest, body)
        return await self.in_thread(lambda: _json(grants.standing(self._central, admitted.device, question)))

    async def open(self) -> None:
        """What waits from before: notices that were not handed over."""
        provider = notices.FileProvider(self._central.home.notices)
        await self.in_thread(lambda: notices.hand_over(self._central, provider))

    def close(self) -> None:
        self._workers.shutdown()

    # ---- what goes wrong

    async def on_station_error(self, _request: Request, error: Exception) -> Response:
        assert isinstance(error, StationError)
        return problem_of(error, self._central.now())

    async def on_http_error(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        codes = {404: "not_found", 405: "method_not_allowed"}
        headers = {"Allow": _allowed(request)} if error.status_code == 405 else None
        return problem(codes.get(error.status_code, "request_invalid"), error.status_code, headers=headers)

    async def on_disconnect(self, _request: Request, _error: Exception) -> Response:
        return problem("upload_cut", 400)  # nobody is there to read it

    async def on_bug(self, _request: Request, _error: Exception) -> Response:
        return problem("internal_error", 500)


def make_app(central: Central) -> FastAPI:
    """The application over an open server; closing it is the caller's."""
    server = Server(central)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await server.open()
        yield
        server.close()

    app = FastAPI(
        title="central", version="1", lifespan=lifespan, docs_url=None, redoc_url=None, redirect_slashes=False
    )
    _add(app, "GET", "/v1/authority", server.authority, AUTHORITY)
    _add(app, "POST", "/v1/enrol", server.enrol, ENROL)
    _add(app, "POST", "/v1/sync", server.sync, SYNC)
    _add(app, "HEAD", "/v1/applications/{reference}/blobs/{sha256}", server.uploads.head, HEAD_BLOB)
    _add(app, "PATCH", "/v1/applications/{reference}/blobs/{sha256}", server.uploads.patch, PATCH_BLOB)
    _add(app, "POST", "/v1/blobs", server.bundles.post, BUNDLE)
    _add(app, "GET", "/v1/plans/{year}", server.plan, PLAN)
    _add(app, "GET", "/v1/roster/{position}", server.roster, ROSTER)
    _add(app, "POST", "/v1/standing", server.standing, STANDING)
    app.add_exception_handler(StationError, server.on_station_error)
    app.add_exception_handler(HTTPException, server.on_http_error)
    app.add_exception_handler(ClientDisconnect, server.on_disconnect)
    app.add_exception_handler(Exception, server.on_bug)
    app.openapi = lambda: document(app)  # type: ignore[method-assign]
    return app


def _add(app: FastAPI, method: str, path: str, endpoint: Callable[..., object], described: Described) -> None:
    app.add_api_route(
        path,
        endpoint,
        methods=[method],
        name=described.operation,
        operation_id=described.operation,
        summary=described.summary,
        responses=described.responses,
        openapi_extra=described.extra,
        status_code=described.status,
        response_class=Response,
    )


def _allowed(request: Request) -> str:
    """Every method that some route has for this path (RFC 9110, 15.5.6)."""
    scope = {**request.scope, "method": ""}
    found: set[str] = set()
    for route in request.app.routes:
        if route.matches(scope)[0].value:
            found |= route.methods or set()
    return ", ".join(sorted(found))


def _check_not_revoked(admitted: Admitted) -> None:
    """A last delivery brings; it fetches nothing."""
    if admitted.device.revoked:
        raise UserError("device_revoked")


def _check_json(request: Request) -> None:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json" or request.headers.get("content-encoding", "identity") != "identity":
        raise UserError("media_type_unsupported", "Content-Type")


async def _body(request: Request, largest: int) -> bytes:
    """The whole body; refused as soon as it is known to be too large."""
    if int(request.headers.get("content-length", "0")) > largest:
        raise UserError("body_too_large")
    chunks, length = [], 0
    async for chunk in request.stream():
        chunks.append(chunk)
        length += len(chunk)
        if length > largest:
            raise UserError("body_too_large")
    return b"".join(chunks)


def _read(model: type[_Model], body: bytes) -> _Model:
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        if first["type"] == "json_invalid":
            raise UserError("json_invalid") from error
        raise UserError("request_invalid", ".".join(map(str, first["loc"])) or None) from error


def _json(answer: WireModel) -> Response:
    return Response(answer.model_dump_json(), 200, {"Cache-Control": "no-store"}, "application/json")


def _packed(answer: WireModel) -> Response:
    """For a large answer: a slow line carries it in half the time."""
    headers = {"Cache-Control": "no-store", "Content-Encoding": "gzip"}
    body = gzip.compress(answer.model_dump_json().encode(), compresslevel=1)
    return Response(body, 200, headers, "application/json")
