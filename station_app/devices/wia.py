"""Windows Image Acquisition, by its automation objects, late bound. **Not yet run on a device.**

Everything Windows has to give comes through one port, ``manager``; tests put an object of their own there. A page is
transferred as BMP, the one format that every driver has, and handed on as PNG. A transfer cannot be called off:
``stop`` ends the run before the next page, and a driver that does not return is ended with its process.
"""

from __future__ import annotations

import contextlib
import io
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

from PIL import Image, UnidentifiedImageError

from station_app.devices.scanner import Page, Scanner, ScanOrder, Source
from station_app.errors import EnvironmentFault, StationError, UserError

_SCANNER = 1  # WiaDeviceType
_COLOUR = 1  # WiaImageIntent
_BMP = "{B96B3CAB-0728-11D3-9D7B-0000F81EF32E}"
_FEEDER, _FLATBED, _DUPLEX = 1, 2, 4  # WIA_DPS_DOCUMENT_HANDLING_CAPABILITIES and _SELECT
_SELECT = {Source.FLATBED: _FLATBED, Source.FEEDER: _FEEDER, Source.DUPLEX: _FEEDER | _DUPLEX}
_CAPABILITIES, _SELECTED, _PAGES = "3086", "3088", "3096"  # properties of the device
_INTENT, _ACROSS_DPI, _DOWN_DPI = "6146", "6147", "6148"  # of what is scanned
_LEFT, _TOP, _WIDTH, _HEIGHT = "6149", "6150", "6151", "6152"
_EMPTY = 0x80210003
_FAULTS: dict[int, Callable[[], StationError]] = {
    0x80210002: lambda: UserError("scanner_jammed"),
    _EMPTY: lambda: UserError("scanner_feeder_empty"),
    0x80210004: lambda: UserError("scanner_jammed"),
    0x80210005: lambda: EnvironmentFault("scanner_gone"),
    0x80210006: lambda: EnvironmentFault("scanner_busy"),
    0x80210007: lambda: EnvironmentFault("scanner_busy"),  # the lamp warms up
    0x8021000A: lambda: EnvironmentFault("scanner_gone"),
    0x8021000D: lambda: EnvironmentFault("scanner_busy"),
    0x80210015: lambda: EnvironmentFault("scanner_gone"),
    0x80210016: lambda: UserError("scanner_cover_open"),
    0x80210020: lambda: UserError("scanner_jammed"),  # two sheets at once
    0x80070005: lambda: EnvironmentFault("scanner_no_access"),
    0x80070422: lambda: EnvironmentFault("wia_missing"),  # the service is switched off
    0x80040154: lambda: EnvironmentFault("wia_missing"),  # not registered
}

Com = Any  # an automation object: its names are Windows'


def manager() -> Com:
    """The port. Raises whatever COM raises, with ``hresult``."""
    if sys.platform == "win32":
        from comtypes.client import CreateObject

        return CreateObject("WIA.DeviceManager", dynamic=True)
    raise EnvironmentFault("wia_missing")


class WiaDriver:
    """An id is ``wia:`` and Windows' own for the device, which outlives a restart and a replug at the same socket."""

    def __init__(self, port: Callable[[], Com] = manager) -> None:
        self._port = port
        self._stopped = threading.Event()

    def scanners(self) -> Iterator[Scanner]:
        with _told():
            found = [each for each in _all(self._port().DeviceInfos) if each.Type == _SCANNER]
        for each in found:
            yield _described(each)

    def scan(self, order: ScanOrder) -> Iterator[Page | None]:
        with _told():
            device = self._device(order.address)
            source = _source(device, order.source)
            item = _prepared(device, source, order.resolution)
        yield None
        pages = 0
        while not self._stopped.is_set():
            with _told():
                page = _next_page(item, first=pages == 0)
            if page is None:
                return
            pages += 1
            yield page
            if source is Source.FLATBED:
                return
        raise UserError("scan_cancelled")

    def stop(self) -> None:
        self._stopped.set()

    def _device(self, address: str) -> Com:
        for each in _all(self._port().DeviceInfos):
            if each.DeviceID == address:
                return each.Connect()
        raise EnvironmentFault("scanner_gone")


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """COM's numbers as our codes; a number we do not know is a device that is not understood."""
    try:
        yield
    except Exception as error:
        number = getattr(error, "hresult", None)
        if number is None:
            raise
        raise _fault(number) from error


def _fault(number: int) -> StationError:
    known = _FAULTS.get(number & 0xFFFFFFFF)
    return known() if known else EnvironmentFault("scanner_not_understood")


def _all(collection: Com) -> list[Com]:
    """WIA counts from one."""
    return [collection.Item(at) for at in range(1, collection.Count + 1)]


def _described(info: Com) -> Scanner:
    """One that does not answer has a ``problem``."""
    scanner_id = f"wia:{info.DeviceID}"
    name = scanner_id
    try:
        with _told():
            name = str(info.Properties.Item("Name").Value)
            return Scanner(scanner_id, name, "wia", _sources(info.Connect()))
    except StationError as error:
        return Scanner(scanner_id, name, "wia", problem=error.code)


def _sources(device: Com) -> tuple[Source, ...]:
    can = _value(device, _CAPABILITIES, _FLATBED)
    found = [Source.FLATBED] if can & _FLATBED else []
    if can & _FEEDER:
        found.append(Source.FEEDER)
        if can & _DUPLEX:
            found.append(Source.DUPLEX)
    return tuple(found) or (Source.FLATBED,)


def _source(device: Com, wanted: Source | None) -> Source:
    there = _sources(device)
    if wanted is None:
        return there[0]
    if wanted not in there:
        raise UserError("scanner_source_missing")
    return wanted


def _prepared(device: Com, source: Source, resolution: int) -> Com:
    """The item that is scanned, set up: in colour, the whole glass or sheet."""
    if _has(device, _SELECTED):
        _put(device, _SELECTED, _SELECT[source])
    if source is not Source.FLATBED:
        _put(device, _PAGES, 1)  # one for each transfer
    item = device.Items.Item(1)
    for name, value in ((_INTENT, _COLOUR), (_ACROSS_DPI, resolution), (_DOWN_DPI, resolution), (_LEFT, 0), (_TOP, 0)):
        _put(item, name, value)
    for name in (_WIDTH, _HEIGHT):
        if _has(item, name):
            most = item.Properties.Item(name).SubTypeMax
            _put(item, name, most)
    return item


def _next_page(item: Com, first: bool) -> Page | None:
    """None behind the last sheet."""
    try:
        picture = item.Transfer(_BMP)
    except Exception as error:
        if not first and getattr(error, "hresult", 0) & 0xFFFFFFFF == _EMPTY:
            return None
        raise
    return _as_png(bytes(picture.FileData.BinaryData))


def _as_png(content: bytes) -> Page:
    """Raises EnvironmentFault ``scanner_not_understood`` for what is no picture."""
    data = io.BytesIO()
    try:
        with Image.open(io.BytesIO(content)) as picture:
            picture.save(data, "PNG", compress_level=1, dpi=picture.info.get("dpi", (0, 0)))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise EnvironmentFault("scanner_not_understood") from error
    return Page(data.getvalue(), "image/png")


def _has(owner: Com, name: str) -> bool:
    return bool(owner.Properties.Exists(name))


def _value(owner: Com, name: str, otherwise: int) -> int:
    return int(owner.Properties.Item(name).Value) if _has(owner, name) else otherwise


def _put(owner: Com, name: str, value: int) -> None:
    """Drivers leave properties out."""
    if _has(owner, name):
        owner.Properties.Item(name).Value = value
