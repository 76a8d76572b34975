"""The line between a station and a server in one process: real transport, real application, no socket between them.

Everything above ``requests``' adapter and everything below uvicorn is the program's own. Work that the program gives
to threads is done at once, in the calling thread, so that a plan means the same every time.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch
from urllib.parse import unquote

import requests
from fastapi import FastAPI
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPResponse

import central.app
import sync.engine
import sync.sending
from station_app.durable import Point
from sync.connection import Lanes
from tests.trials.faults import Act, Acts, Kind, Mode, PowerCut, Side

URL = "http://127.0.0.1:8400"
_POINTS = {
    "enrol": Point.ENROL_REQUEST,
    "sync": Point.SYNC_REQUEST,
    "plans": Point.PLAN_REQUEST,
    "roster": Point.ROSTER_REQUEST,
    "standing": Point.STANDING_REQUEST,
}


class AtOnce(Executor):
    """Does what it is given in the calling thread; a pool of one, without the waiting."""

    def __init__(self, *_settings: Any, **_named: Any) -> None:
        pass

    def submit(self, work: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(work(*arguments, **named))
        except BaseException as error:  # a future carries whatever was raised, a power cut too
            future.set_exception(error)
        return future


@contextmanager
def in_one_thread() -> Iterator[None]:
    with ExitStack() as stack:
        for module in (sync.sending, sync.engine, central.app):
            stack.enter_context(patch.object(module, "ThreadPoolExecutor", AtOnce))
        stack.enter_context(patch.object(sync.sending, "LANES", 2))  # few pages: bundles of two, and single ones
        yield


class Line(BaseAdapter):
    """Carries requests to ``app`` as the plan of ``acts`` lets them pass.

    ``app`` gives the application that now answers; ``died`` is called when the server ended while it answered.
    """

    def __init__(self, acts: Acts, app: Callable[[], FastAPI], died: Callable[[], None]) -> None:
        super().__init__()
        self._acts = acts
        self._app = app
        self._died = died
        self._late: list[tuple[requests.PreparedRequest, bytes]] = []
        self.loop = asyncio.new_event_loop()

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """While this lasts, every session of the transport's runs over this line."""

        def session(_lanes: Lanes) -> requests.Session:
            made = requests.Session()
            made.mount("http://", self)
            return made

        try:
            with patch.object(Lanes, "_session", session), in_one_thread():
                yield
        finally:
            self.loop.close()

    def send(self, request: requests.PreparedRequest, *_settings: Any, **_named: Any) -> requests.Response:
        assert request.url is not None
        body = b"".join(request.body) if request.body else b""  # type: ignore[arg-type]  # pieces of a body
        act = Act(Kind.REQUEST, _point(request.url))
        mode = self._acts.next(act)
        if mode is Mode.BEFORE:
            self._acts.end(Side.STATION)
        late, self._late = self._late, []
        if mode in (Mode.LOST, Mode.LATE):
            self._late += [*late, (request, body)] if mode is Mode.LATE else late
            raise requests.ConnectionError
        answer = self._deliver(request, body, cut=mode is Mode.HALF)
        for each in (*late, *([(request, body)] if mode is Mode.TWICE else ())):
            self._deliver(*each)
        if mode in (Mode.UNANSWERED, Mode.HALF):
            raise requests.ConnectionError
        if mode is Mode.AFTER:
            self._acts.end(Side.STATION)
        return answer

    def close(self) -> None:
        """A session ends; the line stays."""

    def _deliver(self, request: requests.PreparedRequest, body: bytes, cut: bool = False) -> requests.Response:
        try:
            status, headers, said = self.loop.run_until_complete(_ask(self._app(), request, body, cut))
        except PowerCut as power:
            self._died()
            raise requests.ConnectionError from power
        response = requests.Response()
        response.status_code, response.request, response.url = status, request, request.url or ""
        response.headers = CaseInsensitiveDict(headers)
        response.raw = HTTPResponse(io.BytesIO(said), headers=headers, status=status, preload_content=False)
        return response


def _point(url: str) -> Point:
    return _POINTS.get(url.removeprefix(URL).split("/")[2], Point.BLOB_REQUEST)


async def _ask(
    app: FastAPI, request: requests.PreparedRequest, body: bytes, cut: bool
) -> tuple[int, dict[str, str], bytes]:
    """One request as an ASGI server puts it; ``cut``: the client is gone after half of the body."""
    path = (request.url or "").removeprefix(URL)
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.lower().encode(), str(value).encode()) for name, value in request.headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8400),
    }
    coming: list[dict[str, Any]] = [{"type": "http.request", "body": body, "more_body": False}]
    if cut:
        coming = [{"type": "http.request", "body": body[: len(body) // 2], "more_body": True}]
    said: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return coming.pop(0) if coming else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        said.append(dict(message))

    await app(scope, receive, send)
    start = said[0]
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    return start["status"], headers, b"".join(each.get("body", b"") for each in said[1:])
