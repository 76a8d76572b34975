"""Running the server: its socket, its line when it is ready, and its end."""

from __future__ import annotations

import contextlib
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

import uvicorn

from central.app import make_app
from central.context import Central
from central.packs import publish_packaged
from central.tls import check_files
from station_app.errors import EnvironmentFault

_BACKLOG = 128
_KEEP_ALIVE_SECONDS = 75
_GRACE_SECONDS = 5
_SWITCH_SECONDS = 0.0005  # threads here take turns often: the event loop must not wait long for the interpreter


class _Announcing(uvicorn.Server):
    """Says when it is ready, and takes SIGTERM and SIGINT for an orderly end, not for a failure."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        before = {each: signal.signal(each, self._end) for each in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)

    def _end(self, _signal: int, _frame: FrameType | None) -> None:
        self.force_exit = self.should_exit
        self.should_exit = True


def serve(
    central: Central, host: str, port: int, say: Callable[[str], None], tls: tuple[Path, Path] | None = None
) -> None:
    """Publish the plans of this program, then answer requests until a signal ends it. ``say`` gets the ready line.

    ``tls``: the files of the certificate and its key. Raises EnvironmentFault ``port_unusable``, UserError
    ``tls_files_unusable``.
    """
    if tls is not None:
        check_files(*tls)
    publish_packaged(central)
    listener = _listener(host, port)
    address = listener.getsockname()
    shown = f"[{address[0]}]" if ":" in address[0] else address[0]
    config = uvicorn.Config(
        make_app(central),
        http="auto",  # httptools where it is installed, h11 otherwise
        ws="none",
        lifespan="on",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        ssl_certfile=tls[0] if tls else None,
        ssl_keyfile=tls[1] if tls else None,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    scheme = "https" if tls else "http"
    sys.setswitchinterval(_SWITCH_SECONDS)
    server = _Announcing(config, lambda: say(f"listening on {scheme}://{shown}:{address[1]}"))
    with listener:
        server.run(sockets=[listener])


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # named protocol: asyncio sets TCP_NODELAY only where it sees it, and answers would wait 40 ms for the peer's ACK
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except (OSError, OverflowError) as error:
        listener.close()
        raise EnvironmentFault("port_unusable", host=host, port=port) from error
    return listener
