"""SANE, through its own ``scanimage``: a program apart, so that a backend which crashes takes nobody with it."""

from __future__ import annotations

import contextlib
import os
import re
import select
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from station_app.devices import memory, sane_backends, usb
from station_app.devices.sane_options import SaneOptions
from station_app.devices.scanner import Page, Scanner, ScanOrder, Source
from station_app.errors import EnvironmentFault, StationError, UserError

_TURN, _FINDING = 1.0, 25.0  # seconds until the next backend looks beside a slow one, and that one may take
_LISTENING = 0.5  # seconds between two looks whether a silent program has ended
_PICTURE = "page-%d.png"
_LONGEST_LINE, _LONGEST_ANSWER = 2**16, 2**20  # bytes; a driver that talks without end


class SaneDriver:
    """An id is ``sane:`` and SANE's name of the device, with a serial number in place of a bus address."""

    def __init__(
        self, sysfs: Path = usb.SYSFS, opening: float = 15.0, closing: float = 3.0, finding: float = _FINDING
    ) -> None:
        """Seconds: ``opening``, ``closing``: a device has to say what it can do, and to be let go; ``finding``: a
        backend has to look for its devices.
        """
        self._sysfs, self._opening, self._closing, self._finding = sysfs, opening, closing, finding
        self._stopped = threading.Event()
        self._running: subprocess.Popen[bytes] | None = None

    def scanners(self) -> Iterator[Scanner | None]:
        """A backend that does not answer is listed like a scanner that does not. Raises EnvironmentFault
        ``sane_missing``.
        """
        for found in sane_backends.look(sane_backends.enabled(), _TURN, self._finding):
            if found is None:
                yield None
                continue
            scanner_id = f"sane:{usb.lasting_name(found.name, self._sysfs)}"
            if found.problem:
                yield Scanner(scanner_id, found.title, "sane", problem=found.problem)
                continue
            try:
                yield Scanner(scanner_id, found.title, "sane", self._options(found.name).sources())
            except StationError as error:
                yield Scanner(scanner_id, found.title, "sane", problem=error.code)

    def scan(self, order: ScanOrder) -> Iterator[Page | None]:
        name = self._name_at(order.address)
        options = self._options(name)
        arguments = options.arguments(order)
        if (order.source or next(iter(options.sources()))) is Source.FLATBED:
            arguments.append("--batch-count=1")
        with memory.folder() as folder:
            yield from self._pages(["-d", name, *arguments], folder)

    def stop(self) -> None:
        """``scanimage`` ends the device's job at the first signal and itself soon after."""
        self._stopped.set()
        if self._running is not None:
            self._running.terminate()

    def _options(self, name: str) -> SaneOptions:
        """Raises EnvironmentFault ``scanner_*``."""
        return SaneOptions.read(_answer(["-d", name, "-A"], self._opening))

    def _name_at(self, address: str) -> str:
        """Today's name. Raises EnvironmentFault ``scanner_gone``."""
        if not usb.is_looked_up(address):
            return address
        backend = address.partition(":")[0]
        for found in sane_backends.look((backend,), _TURN, self._finding):
            if found is not None and usb.lasting_name(found.name, self._sysfs) == address:
                return found.name
        raise EnvironmentFault("scanner_gone")

    def _pages(self, arguments: Sequence[str], folder: Path) -> Iterator[Page | None]:
        pages = ["--format=png", f"--batch={folder / _PICTURE}", "--batch-print", "--progress"]
        number = 0
        with _started([*arguments, *pages]) as running, _Ending(running, self._closing) as ending:
            self._running = running
            if self._stopped.is_set():
                running.terminate()
            for said in _words(running):
                ending.hear(said)
                picture = folder / (_PICTURE % (number + 1))
                if said == str(picture):
                    number += 1
                    yield _taken(picture)
                else:
                    yield None
        _check_end(ending.status(), number)


class _Ending:
    """How a batch ended. Some backends hang when the device is closed: what was said before that counts."""

    _PAGE_STATUS = re.compile(r"\(scanner status = (\d+)\)")
    _LAST_WORDS = "Batch terminated"
    _FINE = (0, 5)  # SANE_STATUS_GOOD, SANE_STATUS_EOF

    def __init__(self, running: subprocess.Popen[bytes], patience: float) -> None:
        self._running = running
        self._page_status, self._said = 0, False
        self._closing = threading.Timer(patience, running.kill)

    def __enter__(self) -> _Ending:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.cancel()

    def hear(self, said: str) -> None:
        found = self._PAGE_STATUS.search(said)
        if found:
            self._page_status = int(found[1])
        if said.startswith(self._LAST_WORDS) and not self._said:
            self._said = True
            self._closing.start()

    def status(self) -> int:
        """A SANE_Status, or the negative number of the signal that ended the process in the middle of its work."""
        code = self._running.wait()
        if code >= 0 or not self._said:
            return code
        return 0 if self._page_status in self._FINE else self._page_status


@contextlib.contextmanager
def _started(arguments: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    """``scanimage`` at work, for as long as it is wanted. Raises EnvironmentFault ``sane_missing``."""
    try:
        running = subprocess.Popen(  # noqa: S603  no shell
            [sane_backends.PROGRAM, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=sane_backends.environment(),
        )
    except FileNotFoundError as error:
        raise EnvironmentFault("sane_missing") from error
    with running:
        try:
            yield running
        except BaseException:
            running.kill()
            raise


def _words(running: subprocess.Popen[bytes]) -> Iterator[str]:
    """Lines, and the progress that is written over itself; to the program's end, whoever holds its output open then."""
    assert running.stdout is not None
    rest = b""
    while chunk := _chunk(running, running.stdout.fileno()):
        *whole, rest = (rest + chunk).replace(b"\r", b"\n").split(b"\n")
        rest = rest[-_LONGEST_LINE:]
        yield from (each.decode("utf-8", "replace") for each in whole)


def _chunk(running: subprocess.Popen[bytes], output: int) -> bytes:
    """What it says next; nothing once it has ended."""
    ended = False
    while not select.select([output], [], [], 0.0 if ended else _LISTENING)[0]:
        if ended:
            return b""
        ended = running.poll() is not None  # what it said before that is there by now
    return os.read(output, 4096)


def _taken(picture: Path) -> Page:
    """The page, and nothing left of it in the folder."""
    content = picture.read_bytes()
    picture.unlink()
    return Page(content, "image/png")


def _answer(arguments: Sequence[str], patience: float) -> str:
    """What ``scanimage`` prints. Raises EnvironmentFault ``sane_missing``, ``scanner_*``."""
    with tempfile.TemporaryFile() as said:  # not a pipe, which a maker's helper may keep open
        try:
            done = subprocess.run(  # noqa: S603  no shell
                [sane_backends.PROGRAM, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.DEVNULL,
                timeout=patience,
                env=sane_backends.environment(),
                check=False,
            )
        except FileNotFoundError as error:
            raise EnvironmentFault("sane_missing") from error
        except subprocess.TimeoutExpired as error:
            raise EnvironmentFault("scanner_hung") from error
        if done.returncode:
            raise _fault(done.returncode)
        said.seek(0)
        return said.read(_LONGEST_ANSWER).decode("utf-8", "replace")


def _check_end(status: int, pages: int) -> None:
    if status:
        raise _fault(status)
    if not pages:
        raise UserError("scanner_feeder_empty")


def _fault(status: int) -> StationError:
    """``scanimage`` exits with the SANE_Status it met (SANE standard 1.06, 4.2.7), with 1 before a scan began."""
    match status:
        case 2:
            return UserError("scan_cancelled")
        case 3:
            return EnvironmentFault("scanner_busy")
        case 6:
            return EnvironmentFault("scanner_jammed")
        case 7:
            return UserError("scanner_feeder_empty")
        case 8:
            return EnvironmentFault("scanner_cover_open")
        case 11:
            return EnvironmentFault("scanner_no_access")
    return EnvironmentFault("scanner_crashed" if status < 0 else "scanner_gone")
