"""The station's requests, and the only place they are made. HTTP ends here: callers see wire models and codes.

Every request names a ``durable.Point`` and goes through ``Transport._send``. Each is signed for itself alone (method,
path, body) and each may be repeated: ops carry ids, blobs carry offsets. Codes raised: see ``failures``.
"""

from __future__ import annotations

import itertools
import logging
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

import requests
from pydantic import ValidationError
from requests.hooks import default_hooks
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError

from station_app.domain.canonical import sha256_hex
from station_app.durable import Point
from station_app.errors import BugError, EnvironmentFault, StationError
from sync.address import check_server_url, is_loopback
from sync.connection import CONNECT_SECONDS, PIECE, READ_SECONDS, SLOWEST, Lanes, patience
from sync.envelope import TokenSigner
from sync.failures import Reply, answer_fault, head_fault, network_fault, read_json
from sync.wire import (
    EMPTY_SHA256,
    MAX_OPS,
    AuthorityAnswer,
    BlobAnswer,
    Bundle,
    BundleAnswer,
    ChangeKind,
    EnrolAnswer,
    EnrolRequest,
    PackAnswer,
    RosterPage,
    StandingAnswer,
    StandingRequest,
    SyncAnswer,
    SyncRequest,
    WireModel,
)

Clock = Callable[[], datetime]
Sent = Callable[[int], None]
_Model = TypeVar("_Model", bound=WireModel)
_JSON = {"Content-Type": "application/json"}
_FIRST_PIECE = 16 * 1024  # bytes
_AT_ONCE, _SLOWLY = 0.05, 0.5  # seconds for a piece
_BLOB_PATIENCE = 120.0  # seconds
_PASS_PATIENCE = 50.0  # a pass that reaches nobody must end within a minute
_COUNTER_PATIENCE = 15.0
_LARGEST_ANSWER = 64 * 1024 * 1024  # bytes; nobody may fill our memory
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class BlobPiece:
    """Bytes of one scan from ``offset`` on; ``completes`` when they are its last. ``sha256`` is of these bytes."""

    reference: str
    blob: str  # the whole scan's SHA-256, its name on the server
    content: memoryview
    sha256: str
    offset: int
    completes: bool


class _Body:
    """A body that goes out piece by piece and tells how far it has come: in small pieces, larger while the line takes
    them at once, so that a slow line tells often and never has a piece of minutes.
    """

    def __init__(self, contents: Sequence[memoryview], sent: Sent = lambda _size: None) -> None:
        self._contents = contents
        self._sent = sent
        self._piece = _FIRST_PIECE

    def __len__(self) -> int:
        return sum(map(len, self._contents))

    def __iter__(self) -> Iterator[memoryview]:
        for content in self._contents:
            start = 0
            while start < len(content):
                piece, begun = content[start : start + self._piece], time.monotonic()
                yield piece
                self._taken(time.monotonic() - begun)
                self._sent(len(piece))
                start += len(piece)

    def _taken(self, seconds: float) -> None:
        if seconds < _AT_ONCE:
            self._piece = min(PIECE, self._piece * 2)
        elif seconds > _SLOWLY:
            self._piece = max(_FIRST_PIECE, self._piece // 2)


_NOTHING = _Body([])


@dataclass(frozen=True)
class _Request:
    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: _Body = _NOTHING
    sha256: str = EMPTY_SHA256
    most_patience: float = _PASS_PATIENCE
    once: bool = False  # never sent again unasked

    def prepared(self, server_url: str, token: str | None) -> requests.PreparedRequest:
        """For requests, by hand: its own preparation costs as much as sending 200 KB, and reads .netrc."""
        prepared = requests.PreparedRequest()
        prepared.method, prepared.url = self.method, server_url + self.path
        headers = {"User-Agent": "zhutui-station", "Content-Length": str(len(self.body)), **self.headers}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        prepared.headers = CaseInsensitiveDict(headers)
        prepared.prepare_cookies({})
        prepared.body = self.body or None  # type: ignore[assignment]  # any iterable of buffers will do
        prepared.hooks = default_hooks()
        return prepared


class Transport:
    """One server seen from one device; usable from several threads. ``signer`` None: only ``enrol`` and
    ``authority`` work. ``trust``: for TLS; None: whom the PC trusts.

    ``line_speed``: bytes a second that one request for scans got the last time, 0 before the first.
    ``offset`` is what must be added to ``clock`` to get the server's time; it is learned from the server when it
    refuses a token for its time, and from every sync answer. ``batch`` is how many ops to tell at once: halved after a
    failure, doubled after a success.
    """

    def __init__(
        self,
        server_url: str,
        signer: TokenSigner | None,
        clock: Clock,
        proxy: str = "",
        offset: timedelta = timedelta(0),
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self.server_url = check_server_url(server_url)
        self.offset = offset
        self.batch = MAX_OPS
        self.line_speed = 0.0
        self.requests = 0  # sent so far
        self._signer = signer
        self._clock = clock
        self._numbers = itertools.count(1)
        local = is_loopback(self.server_url)
        self._lanes = Lanes(
            self.server_url, "" if local else proxy, trust_environment=not local and not proxy, context=trust
        )

    @property
    def is_closed(self) -> bool:
        return self._lanes.is_cut

    # ---- what a station asks

    def authority(self) -> AuthorityAnswer:
        """Whose TLS certificates to trust; the signature is the caller's to check."""
        request = _Request("GET", "/v1/authority")
        return _read(AuthorityAnswer, self._ask(Point.AUTHORITY_REQUEST, request, signed=False))

    def enrol(self, request: EnrolRequest) -> EnrolAnswer:
        reply = self._ask(Point.ENROL_REQUEST, _json_request("/v1/enrol", request), signed=False)
        return _read(EnrolAnswer, reply)

    def sync(self, request: SyncRequest) -> SyncAnswer:
        """One pass's question. Kinds of change that this version does not know are left out of the answer."""
        reply = self._ask(Point.SYNC_REQUEST, _json_request("/v1/sync", request))
        answer = _read_sync(reply)
        self._learn_time(answer.server_time)
        return answer

    def blob_offset(self, reference: str, blob: str) -> int:
        """How many bytes of this scan the server holds."""
        return _offset_of(self._ask(Point.BLOB_REQUEST, _Request("HEAD", _blob_path(reference, blob))))

    def send_blob(self, piece: BlobPiece, sent: Sent) -> BlobAnswer:
        """Send a piece; ``sent`` hears of every part that has left. Receipts come with the piece that completes."""
        headers = {
            "Content-Type": "application/partial-upload",
            "Upload-Offset": str(piece.offset),
            "Upload-Complete": "?1" if piece.completes else "?0",
        }
        path = _blob_path(piece.reference, piece.blob)
        body = _Body([piece.content], sent)
        reply = self._ask(
            Point.BLOB_REQUEST, _Request("PATCH", path, headers, body, piece.sha256, _BLOB_PATIENCE, once=True)
        )
        return _read(BlobAnswer, reply) if reply.body else BlobAnswer()

    def send_bundle(self, bundle: Bundle, contents: Sequence[memoryview], sent: Sent) -> BundleAnswer:
        """Send whole scans, in the order of the bundle's entries; ``sent`` hears of every part that has left."""
        manifest = bundle.model_dump_json().encode()
        head = memoryview(len(manifest).to_bytes(4, "big") + manifest)
        headers = {"Content-Type": "application/vnd.zhutui.bundle"}
        body = _Body([head, *contents], sent)
        request = _Request("POST", "/v1/blobs", headers, body, sha256_hex(manifest), _BLOB_PATIENCE, once=True)
        return _read(BundleAnswer, self._ask(Point.BLOB_REQUEST, request))

    def plan(self, year: int) -> PackAnswer:
        """The newest pack of a year; its signature is the caller's to check."""
        return _read(PackAnswer, self._ask(Point.PLAN_REQUEST, _Request("GET", f"/v1/plans/{year:d}")))

    def roster(self, position: str) -> RosterPage:
        """A page of the roster: ``load`` begins the whole, ``log-N`` is what came after N, else a page's ``next``."""
        headers = {"Accept-Encoding": "gzip"}
        return _read(RosterPage, self._ask(Point.ROSTER_REQUEST, _Request("GET", f"/v1/roster/{position}", headers)))

    def standing(self, question: StandingRequest) -> StandingAnswer:
        """What one person has at other PCs; soon or not at all, for somebody stands at the counter."""
        request = _json_request("/v1/standing", question, _COUNTER_PATIENCE)
        return _read(StandingAnswer, self._ask(Point.STANDING_REQUEST, request))

    def close(self) -> None:
        """Cut whatever is under way, from any thread; later requests raise ``stopped``."""
        self._lanes.cut()

    # ---- how it is asked

    def _ask(self, point: Point, request: _Request, signed: bool = True) -> Reply:
        """Send, once more with the server's time if ours is wrong, and judge the answer."""
        reply = self._reply(point, request, signed)
        fault = _fault_of(request, reply)
        if signed and fault is not None and fault.code == "clock_skew" and self._learn_time(_server_time(fault)):
            fault = _fault_of(request, reply := self._reply(point, request, signed))
        if fault is not None:
            raise fault
        return reply

    def _reply(self, point: Point, request: _Request, signed: bool) -> Reply:
        """Send, and once more where a kept connection died; with a token of its own each time, for one use only.

        Not so scans: part of them may have arrived, so their sender asks how far they came.
        """
        try:
            return self._send(point, request, self._token(request) if signed else None)
        except EnvironmentFault as fault:
            if fault.code != "connection_lost" or request.once:
                raise
        return self._send(point, request, self._token(request) if signed else None)

    def _send(self, point: Point, request: _Request, token: str | None) -> Reply:
        """The one place where a request leaves this PC."""
        self.requests = next(self._numbers)
        try:
            with self._lanes.lane() as session, self._open(session, request, token) as response:
                return _read_reply(response)
        except (requests.RequestException, HTTPError, OSError) as error:
            if self._lanes.is_cut:
                raise EnvironmentFault("stopped") from error
            raise network_fault(error) from error

    def _open(self, session: requests.Session, request: _Request, token: str | None) -> requests.Response:
        prepared = request.prepared(self.server_url, token)
        timeout = (CONNECT_SECONDS, patience(len(request.body), request.most_patience))
        return session.send(prepared, timeout=timeout, allow_redirects=False, **self._lanes.settings)

    def _token(self, request: _Request) -> str:
        if self._signer is None:
            raise BugError("not_enrolled")
        return self._signer.token(request.method, request.path, request.sha256, self._clock() + self.offset)

    def _learn_time(self, server_time: str | None) -> bool:
        """Take over the server's time; whether it could be read."""
        try:
            theirs = datetime.fromisoformat(server_time or "")
            self.offset = theirs - self._clock()
        except (ValueError, TypeError):  # no time, or one without a zone
            return False
        return True


def _blob_path(reference: str, blob: str) -> str:
    return f"/v1/applications/{reference}/blobs/{blob}"


def _json_request(path: str, model: WireModel, most_patience: float = _PASS_PATIENCE) -> _Request:
    body = model.model_dump_json().encode()
    return _Request("POST", path, _JSON, _Body([memoryview(body)]), sha256_hex(body), most_patience)


def _read_reply(response: requests.Response) -> Reply:
    body = _read_body(response)
    media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return Reply(response.status_code, media_type, {k.lower(): v for k, v in response.headers.items()}, body)


def _read_body(response: requests.Response) -> bytes:
    """An answer to its end; one that drips slower than any line that is to work is given up as ``server_silent``."""
    body, began = bytearray(), time.monotonic()
    while piece := response.raw.read1(PIECE, decode_content=True):
        body += piece
        if len(body) > _LARGEST_ANSWER:
            raise EnvironmentFault("answer_unreadable")
        if time.monotonic() - began > READ_SECONDS + len(body) / SLOWEST:
            raise EnvironmentFault("server_silent")
    return bytes(body)


def _fault_of(request: _Request, reply: Reply) -> StationError | None:
    return answer_fault(reply) if request.method != "HEAD" else head_fault(reply)


def _server_time(fault: StationError) -> str | None:
    told = fault.params.get("server_time")
    return told if isinstance(told, str) else None


def _offset_of(reply: Reply) -> int:
    try:
        return max(0, int(reply.headers["upload-offset"]))
    except (KeyError, ValueError) as error:
        raise EnvironmentFault("answer_unreadable") from error


def _read(model: type[_Model], reply: Reply) -> _Model:
    try:
        return model.model_validate(read_json(reply))
    except ValidationError as error:
        raise EnvironmentFault("answer_unreadable") from error


def _read_sync(reply: Reply) -> SyncAnswer:
    document = read_json(reply)
    changes = document.get("changes")
    known = [each for each in changes if _is_known(each)] if isinstance(changes, list) else []
    try:
        return SyncAnswer.model_validate({**document, "changes": known})
    except ValidationError as error:
        raise EnvironmentFault("answer_unreadable") from error


def _is_known(change: object) -> bool:
    known = isinstance(change, dict) and change.get("kind") in set(ChangeKind)
    if not known:
        _LOG.warning("a kind of change that this version does not know was left out")
    return known
