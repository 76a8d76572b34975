"""Who may ask: the device's token, bound to method, path and body, good for one request.

A token's id is remembered for the token's life, by this process. A restart forgets; what could be asked again then
only reads, or carries an op id or an offset that has its answer already.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from starlette.requests import Request

from central.context import Central
from central.devices import Device, find_device, order_for
from station_app.errors import UserError
from sync.claims import TokenClaims
from sync.envelope import read_token, token_issuer

_T = TypeVar("_T")
InThread = Callable[[Callable[[], _T]], Awaitable[_T]]
_DEVICE_SECONDS = 1.0  # how late a revocation may be noticed
_LONGEST_ID = 64


@dataclass(frozen=True)
class Admitted:
    """A request whose token holds; its body is still to be compared with ``claims.body_sha256``."""

    device: Device
    claims: TokenClaims

    def check_body(self, sha256: str) -> None:
        if sha256 != self.claims.body_sha256:
            raise UserError("body_mismatch")


class SeenTokens:
    """The ids of tokens used already, each until it expires. Not for several threads."""

    def __init__(self) -> None:
        self._ids: set[tuple[str, str]] = set()
        self._expiring: deque[tuple[int, tuple[str, str]]] = deque()

    def use(self, claims: TokenClaims, now: float) -> None:
        """Raises UserError ``token_replayed`` when this token came before."""
        self._forget(now)
        token = (claims.iss, claims.jti)
        if token in self._ids:
            raise UserError("token_replayed")
        self._ids.add(token)
        self._expiring.append((claims.exp, token))

    def _forget(self, now: float) -> None:
        """Expiries come nearly in order; a late one only stays a little longer."""
        while self._expiring and self._expiring[0][0] < now:
            self._ids.discard(self._expiring.popleft()[1])


class Gate:
    """Admits requests. One per server, used on its event loop."""

    def __init__(self, central: Central, in_thread: InThread[Device | None]) -> None:
        self._central = central
        self._in_thread = in_thread
        self._seen = SeenTokens()
        self._devices: dict[str, tuple[float, Device]] = {}

    async def admit(self, request: Request) -> Admitted:
        """Raises UserError ``token_missing``, ``device_unknown``, ``device_revoked``, ``token_mismatch``,
        ``token_replayed`` and what ``read_token`` raises.
        """
        token = _bearer(request)
        device = await self._device(token_issuer(token))
        now = self._central.clock()
        claims = read_token(token, device.key, self._central.keys.key_id, now)
        if device.revoked and not device.delivers:
            raise UserError("device_revoked", order=order_for(self._central, device))
        if (claims.method, claims.path) != (request.method, request.scope["path"]):
            raise UserError("token_mismatch")
        if not 1 <= len(claims.jti) <= _LONGEST_ID:
            raise UserError("token_unreadable")
        self._seen.use(claims, now.timestamp())
        return Admitted(device, claims)

    async def _device(self, device_id: str) -> Device:
        now = asyncio.get_running_loop().time()
        read_at, device = self._devices.get(device_id, (0.0, None))
        if device is None or now - read_at > _DEVICE_SECONDS:
            device = await self._in_thread(lambda: self._find(device_id))
            if device is None:
                raise UserError("device_unknown")
            self._devices[device_id] = (now, device)
        return device

    def _find(self, device_id: str) -> Device | None:
        with self._central.database.read() as tx:
            return find_device(tx, device_id)


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise UserError("token_missing")
    return token.strip()
