"""The devices of a station at the real window, and what can befall each in the middle of its work.

Each is made with the ``Window`` it stands at. ``begin``: its work is under way and, where it gives pages, some are
filed; ``killed``, ``hung``, ``unplugged``: what befalls it; ``come_back``: it is there again, after a replug under
another address; ``again``: the next work, to its end.
"""

from __future__ import annotations

import io
import shutil
import signal
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from itertools import repeat
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import psutil
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from station_app import children
from station_app.devices import child, ports, sane_backends
from station_app.devices.job import ScanJob
from station_app.devices.ports import Port
from station_app.devices.scanner import Scanner, Source
from station_app.services import devices, watched_folder
from station_app.services.desk import Desk
from tests.integration.devices.fake_escl import FakeScanner, serving
from tests.integration.devices.fake_id_reader import FakeReader, plugged_in, resident
from tests.integration.devices.test_mdns import announced
from tests.patience import PATIENCE_SECONDS
from tests.samples.pdfs import jpeg_page
from tests.unit.ui.camera.clips import FPS, ClipSource, papers, with_page, write_clip
from ui.bootstrap import Program
from ui.pages.intake import IntakePage, arrivals

KILLED, HUNG, UNPLUGGED = "killed", "hung", "unplugged"
FAULTS = (KILLED, HUNG, UNPLUGGED)
_SILENCE = 12.0  # seconds of a driver, in the run that is to hang
_ALT, _SHIFT = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier


@dataclass
class Window:
    """The program's window, signed in, with a begun case on the table; what its banner has said."""

    qtbot: QtBot
    program: Program
    patch: pytest.MonkeyPatch
    folder: Path
    said: list[str] = field(default_factory=list)

    @property
    def desk(self) -> Desk:
        assert self.program.session is not None
        return self.program.session.desk

    @property
    def page(self) -> IntakePage:
        assert self.program.session is not None
        page = self.program.session.shell.page("intake")
        assert isinstance(page, IntakePage)
        return page

    def press(self, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(QApplication.focusWidget() or self.program.window, key, held)

    def type(self, text: str) -> None:
        QTest.keyClicks(QApplication.focusWidget(), text)

    def until(self, holds: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(holds, timeout=2 * int(PATIENCE_SECONDS) * 1000)

    def until_said(self, part: str) -> None:
        self.until(lambda: any(part in each for each in self.said))

    def until_pages(self, number: int) -> None:
        self.until(lambda: len(self.page.draft.scans) >= number)

    def employer_takes(self, text: str) -> None:
        """A key into a field of the form arrives there."""
        self.page.form.go_to("employer")
        self.press(Qt.Key.Key_End)
        self.type(text)
        assert str(self.page.draft.content.value("employer")).endswith(text)


class Device(Protocol):
    """``name``: how the clerk knows it; ``words``: what is to be said of each fault."""

    name: str
    words: dict[str, str]

    def begin(self) -> None: ...
    def killed(self) -> None: ...
    def hung(self) -> None: ...
    def unplugged(self) -> None: ...
    def answers(self) -> None: ...
    def told(self) -> Sequence[str]: ...
    def come_back(self, fault: str) -> None: ...
    def again(self) -> None: ...
    def close(self) -> None: ...


class _Common:
    def __init__(self, window: Window) -> None:
        self.window = window
        self.stack = ExitStack()

    def answers(self) -> None:
        self.window.employer_takes("ab")

    def told(self) -> Sequence[str]:
        return self.window.said

    def close(self) -> None:
        self.stack.close()


def _driver() -> psutil.Process:
    """Of the program's own process; what it has started is its children."""
    own = [each for each in psutil.Process().children() if child.__name__ in each.cmdline()]
    assert own
    return own[0]


class _Scanner(_Common):
    """F12, with a stack in the feeder."""

    name = "测试扫描仪"
    words = {KILLED: "驱动程序中途退出", HUNG: "很久没有动静", UNPLUGGED: "没有回应"}  # noqa: RUF012

    def choose(self, scanner_id: str) -> None:
        scanner = Scanner(scanner_id, self.name, scanner_id.partition(":")[0], tuple(Source))
        devices.choose_scanner(self.window.desk, scanner, Source.FEEDER)
        self.window.patch.setattr(devices, "ScanJob", partial(ScanJob, silence=_SILENCE))

    def begin(self) -> None:
        before = len(self.window.page.draft.scans)
        self.window.press(Qt.Key.Key_F12)
        self.window.until_pages(before + 2)

    def killed(self) -> None:
        _driver().kill()

    def again(self) -> None:
        self.window.patch.setattr(devices, "ScanJob", ScanJob)
        self.window.press(Qt.Key.Key_F12)
        self.window.until_said("扫完了")


_SCANIMAGE = """#!/bin/sh
# SANE's test backend behind the name of a USB device, at the address that the file says; none: it is unplugged.
now=$(cat '{rig}/address')
if [ "$1" = -f ]; then
    [ -z "$now" ] || printf 'genesys:libusb:%s\\tNoname\\tfrontend-tester\\n' "$now"
    exit 0
fi
[ "$2" = "genesys:libusb:$now" ] || exit 4
shift 2
trap 'kill -KILL $!; printf "Scanned page 9. (scanner status = 9)\\nBatch terminated, 8 pages scanned\\n"; exit 9' USR1
trap 'kill -TERM $!' TERM
'{real}' -d test:0 "$@" --resolution 25 &
wait $!
"""


class Sane(_Scanner):
    """``scanimage`` with the test backend, at a USB socket. Unplugged it says what it says of a lost device."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._rig = window.folder / "usb"
        self._rig.mkdir()
        self._plug_in("1-2", (1, 4))
        self._put_scanimage_first()
        command = [*children.command(child.__name__)[:1], "-m", "tests.integration.devices.usb_child"]
        sysfs = str(self._rig / "devices")
        window.patch.setattr(children, "command", lambda module: [*command, module, sysfs])
        self.choose("sane:genesys:usb:04a9:190f:KK0017")

    def _put_scanimage_first(self) -> None:
        patch, config, programs = self.window.patch, self._rig / "sane", self._rig / "bin"
        config.mkdir()
        (config / "dll.conf").write_text("test\n", "utf-8")
        (config / "test.conf").write_text("read-delay true\nread-delay-duration 200000\n", "utf-8")
        patch.setenv("SANE_CONFIG_DIR", str(config))
        programs.mkdir()
        script = programs / sane_backends.PROGRAM
        script.write_text(_SCANIMAGE.format(rig=self._rig, real=shutil.which(sane_backends.PROGRAM)), "utf-8")
        script.chmod(0o700)
        patch.setenv("PATH", str(programs), prepend=":")

    def _plug_in(self, socket: str, address: tuple[int, int]) -> None:
        folder = self._rig / "devices" / socket
        folder.mkdir(parents=True)
        facts = {"busnum": address[0], "devnum": address[1], "idVendor": "04a9", "idProduct": "190f"}
        for name, value in {**facts, "serial": "KK0017"}.items():
            (folder / name).write_text(f"{value}\n", "utf-8")
        (self._rig / "address").write_text(f"{address[0]:03d}:{address[1]:03d}", "utf-8")

    def hung(self) -> None:
        driver = _driver()
        for each in (*driver.children(recursive=True), driver):
            each.suspend()

    def unplugged(self) -> None:
        shutil.rmtree(self._rig / "devices")
        (self._rig / "address").write_text("", "utf-8")
        scanimage = next(each for each in _driver().children() if each.name() == sane_backends.PROGRAM)
        scanimage.send_signal(signal.SIGUSR1)

    def come_back(self, fault: str) -> None:
        (self._rig / "sane" / "test.conf").write_text("", "utf-8")
        if fault == UNPLUGGED:
            self._plug_in("2-1.3", (2, 11))


class Escl(_Scanner):
    """A scanner in the network, known by its UUID. Hung it takes the call for a page and says nothing."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._uuid = str(uuid4())
        self._fake = self._switch_on(FakeScanner(sheets=4, stalls_after=2))
        self.choose(f"escl:{self._uuid}")

    def _switch_on(self, fake: FakeScanner) -> FakeScanner:
        root = self.stack.enter_context(serving(fake))
        self.stack.enter_context(announced(root, self._uuid, self.name))
        return fake

    def begin(self) -> None:
        super().begin()
        assert self._fake.asked.wait(PATIENCE_SECONDS)

    def hung(self) -> None:
        """It is already."""

    def unplugged(self) -> None:
        self._fake.gone = True
        self._fake.released.set()
        self.stack.close()

    def come_back(self, fault: str) -> None:
        if fault == UNPLUGGED:
            self._switch_on(FakeScanner(sheets=3))
        else:
            assert self._fake.deleted  # the job that was left on it
            self._fake.stalls_after = None


@dataclass(frozen=True)
class _Usb:
    """A serial port as pyserial lists it."""

    device: str
    description: str = "身份证读卡器"
    vid: int = 0x1A86
    pid: int = 0x7523
    serial_number: str = "R1"


class Reader(_Common):
    """Alt+R, an identity card on a SAM-V reader. Hung it says nothing any more."""

    name = "身份证读卡器"
    words = dict.fromkeys(FAULTS, "身份证读卡器没有回应")

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._seen: list[_Usb] = []
        self._reader = self._plug_in(FakeReader(resident(3), empty=-1))
        window.patch.setattr(ports, "_seen", lambda: self._seen)
        devices.choose_reader(window.desk, Port("usb:1a86:7523:R1", self.name, "gone since"))

    def _plug_in(self, reader: FakeReader) -> FakeReader:
        self._seen = [_Usb(self.stack.enter_context(plugged_in(reader)))]
        return reader

    def begin(self) -> None:
        self.window.press(Qt.Key.Key_R, _ALT)
        self.window.until(lambda: bool(self._reader.asked))

    def killed(self) -> None:
        _driver().kill()

    def hung(self) -> None:
        self._reader.silent = True

    def unplugged(self) -> None:
        self._seen = []
        self.stack.close()

    def come_back(self, fault: str) -> None:
        self._reader.silent, self._reader.empty = False, 0
        if fault == UNPLUGGED:
            self._plug_in(FakeReader(resident(3)))

    def again(self) -> None:
        self.window.press(Qt.Key.Key_R, _ALT)
        self.window.until_said("已读居民身份证")


class Camera(_Common):
    """Shift+F6, a clip into the camera's own sink. It has no process; killed is the system's end of it."""

    name = "高拍仪"
    words = {KILLED: "打不开", HUNG: "没有画面", UNPLUGGED: "断开了。已拍的 1 页都在"}  # noqa: RUF012

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        lying = with_page(papers()[0], (100, 80))
        clip = write_clip(window.folder / "lying.avi", repeat(lying, 60 * FPS))
        self._source = ClipSource({self.name: clip})
        window.page._scans.shooting.use(self._source)

    def begin(self) -> None:
        self.window.press(Qt.Key.Key_F6, _SHIFT)
        self.again()

    def killed(self) -> None:
        self._source.fail()

    def hung(self) -> None:
        self._source.freeze()

    def unplugged(self) -> None:
        self._clip = self._source.unplug()

    def answers(self) -> None:
        """R turns what will be shot."""
        sheet = self.window.page._scans.shooting.sheet
        assert sheet is not None
        before = sheet._turns
        self.window.press(Qt.Key.Key_R)
        assert sheet._turns == (before + 1) % 4

    def told(self) -> Sequence[str]:
        sheet = self.window.page._scans.shooting.sheet
        assert sheet is not None
        return [sheet._words.text()]

    def come_back(self, fault: str) -> None:
        """As the clerk was told to do it."""
        if fault == KILLED:
            self.window.press(Qt.Key.Key_C)
            return
        clip = self._clip if fault == UNPLUGGED else self._source.unplug()
        self._source.plug(clip)

    def again(self) -> None:
        before = len(self.window.page.draft.scans)
        sheet = self.window.page._scans.shooting.sheet
        assert sheet is not None
        self.window.until(lambda: not sheet.view.image.isNull())
        self.window.press(Qt.Key.Key_Space)
        self.window.until_pages(before + 1)


class Folder(_Common):
    """A folder into which a network scanner writes. Killed is who writes, in the middle of a file; hung, the share."""

    name = "文件"
    words = {KILLED: "只写了一半", HUNG: "很久没有回应", UNPLUGGED: "现在打不开"}  # noqa: RUF012

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._place = window.folder / "watched"
        self._number = 0
        self._answer = threading.Event()
        self._answer.set()
        self.stack.callback(self._answer.set)
        looked = watched_folder.FolderWatch._candidates
        answer = self._answer

        def candidates(watch: watched_folder.FolderWatch) -> object:
            answer.wait()
            return looked(watch)

        window.patch.setattr(watched_folder.FolderWatch, "_candidates", candidates)
        window.patch.setattr(arrivals, "_SILENT", 0.5)
        window.page._scans.arrivals._clock.setInterval(100)

    def _page(self) -> bytes:
        self._number += 1
        return jpeg_page("red", size=(300, 300 + self._number))

    def _write(self, content: bytes) -> None:
        with (self._place / f"{self._number:03d}.jpg").open("wb") as file:
            file.write(content)

    def begin(self) -> None:
        self.again()

    def killed(self) -> None:
        self._write(self._page()[:200])

    def hung(self) -> None:
        self._answer.clear()

    def unplugged(self) -> None:
        self._place.rename(self.window.folder / "elsewhere")

    def come_back(self, fault: str) -> None:
        self._answer.set()
        if fault == UNPLUGGED:
            (self.window.folder / "elsewhere").rename(self._place)

    def again(self) -> None:
        page = self.window.page
        before = len(page.draft.scans)
        self._write(self._page())
        self.window.until(lambda: page.form._arrived.isVisible() and "1 个新文件" in page.form._arrived.toolTip())
        self.window.press(Qt.Key.Key_F, _ALT)
        self.window.until_pages(before + 1)


def first_page() -> bytes:
    """What the case has already."""
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (40, 60), "blue").save(out, "JPEG")
    return out.getvalue()


DEVICES: dict[str, type[Device]] = {"sane": Sane, "escl": Escl, "reader": Reader, "camera": Camera, "folder": Folder}
