# ruff: noqa: N802  Windows' names
"""WIA's own side of the pipe, with a fake COM object at the port. No device of Windows' has been at it yet."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from PIL import Image

from station_app.devices import drivers, wia
from station_app.devices.scanner import Page, Scanner, ScanOrder, Source
from station_app.devices.wia import WiaDriver
from station_app.errors import EnvironmentFault, StationError, UserError

_FEEDER_AND_GLASS = {"3086": 1 | 2 | 4, "3088": 2, "3096": 0}
_ITEM = {"6146": 2, "6147": 75, "6148": 75, "6149": 10, "6150": 10, "6151": 100, "6152": 100}
_MOST = {"6151": 2550, "6152": 3508}


class ComError(Exception):
    """As comtypes raises it: the number is negative."""

    def __init__(self, number: int) -> None:
        super().__init__(hex(number))
        self.hresult = number - 2**32


@dataclass
class Property:
    Value: object
    SubTypeMax: int = 0


class Properties:
    """Read and set by names that are numbers; written down as they are set."""

    def __init__(self, values: dict[str, object]) -> None:
        self._there = {name: Property(value, _MOST.get(name, 0)) for name, value in values.items()}

    def Exists(self, name: str) -> bool:
        return name in self._there

    def Item(self, name: str) -> Property:
        return self._there[name]

    def values(self) -> dict[str, object]:
        return {name: each.Value for name, each in self._there.items()}


class Collection(list[object]):
    @property
    def Count(self) -> int:
        return len(self)

    def Item(self, at: int) -> object:
        assert at >= 1
        return self[at - 1]


@dataclass
class Binary:
    BinaryData: tuple[int, ...]


@dataclass
class ImageFile:
    FileData: Binary


@dataclass
class Sheet:
    """What is scanned. ``pages``: pictures, or numbers of what goes wrong."""

    pages: list[object]
    Properties: Properties = field(default_factory=lambda: Properties(dict(_ITEM)))
    formats: list[str] = field(default_factory=list)

    def Transfer(self, form: str) -> ImageFile:
        self.formats.append(form)
        given = self.pages.pop(0) if self.pages else 0x80210003
        if isinstance(given, int):
            raise ComError(given)
        assert isinstance(given, bytes)
        return ImageFile(Binary(tuple(given)))


@dataclass
class Device:
    Properties: Properties
    Items: Collection


@dataclass
class Info:
    DeviceID: str
    Type: int
    Properties: Properties
    device: Device | int

    def Connect(self) -> Device:
        if isinstance(self.device, int):
            raise ComError(self.device)
        return self.device


@dataclass
class Manager:
    DeviceInfos: Collection


def _bmp(colour: str) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (30, 20), colour).save(data, "BMP", dpi=(300, 300))
    return data.getvalue()


def _info(pages: list[object], number: str = "0001", device: dict[str, object] | None = None) -> Info:
    properties = Properties({**_FEEDER_AND_GLASS, **(device or {})})
    return Info(
        f"{{6BDD}}\\{number}", 1, Properties({"Name": "扫描仪"}), Device(properties, Collection([Sheet(pages)]))
    )


def _driver(*infos: Info) -> WiaDriver:
    return WiaDriver(lambda: Manager(Collection(infos)))


def _scan(info: Info, source: Source | None = None) -> Iterator[Page]:
    order = ScanOrder(f"wia:{info.DeviceID}", source, 300)
    return (page for page in _driver(info).scan(order) if page is not None)


def _code(pages: Iterator[object]) -> str:
    with pytest.raises(StationError) as told:
        list(pages)
    return told.value.code


def test_scanners_are_listed_with_what_they_have_and_a_dead_one_with_its_problem() -> None:
    camera = Info("cam", 2, Properties({}), 0x80210005)
    dead = Info("{6BDD}\\0002", 1, Properties({"Name": "坏的"}), 0x80210005)
    glass = _info([], "0003")
    assert isinstance(glass.device, Device)
    glass.device.Properties = Properties({})
    assert list(_driver(camera, dead, _info([]), glass).scanners()) == [
        Scanner("wia:{6BDD}\\0002", "坏的", "wia", problem="scanner_gone"),
        Scanner("wia:{6BDD}\\0001", "扫描仪", "wia", (Source.FLATBED, Source.FEEDER, Source.DUPLEX)),
        Scanner("wia:{6BDD}\\0003", "扫描仪", "wia", (Source.FLATBED,)),
    ]


def test_one_page_from_the_glass_in_colour_whole_and_as_png() -> None:
    info = _info([_bmp("red"), _bmp("blue")])
    (page,) = _scan(info)
    with Image.open(io.BytesIO(page.content)) as picture:
        assert (picture.format, picture.convert("RGB").getpixel((5, 5))) == ("PNG", (255, 0, 0))
    assert page.media_type == "image/png"
    assert isinstance(info.device, Device)
    (sheet,) = info.device.Items
    assert isinstance(sheet, Sheet)
    assert sheet.Properties.values() == {
        "6146": 1, "6147": 300, "6148": 300, "6149": 0, "6150": 0, "6151": 2550, "6152": 3508,
    }  # fmt: skip
    assert info.device.Properties.values()["3088"] == 2


@pytest.mark.parametrize(("source", "selected"), [(Source.FEEDER, 1), (Source.DUPLEX, 5)])
def test_the_feeder_is_emptied(source: Source, selected: int) -> None:
    info = _info([_bmp("red"), _bmp("green"), _bmp("blue")])
    assert len(list(_scan(info, source))) == 3
    assert isinstance(info.device, Device)
    assert info.device.Properties.values() == {"3086": 7, "3088": selected, "3096": 1}


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (0x80210002, "scanner_jammed"),
        (0x80210003, "scanner_feeder_empty"),
        (0x80210005, "scanner_gone"),
        (0x80210006, "scanner_busy"),
        (0x80210016, "scanner_cover_open"),
        (0x80004005, "scanner_not_understood"),
    ],
)
def test_what_windows_says_has_a_code(number: int, code: str) -> None:
    assert _code(_scan(_info([number]), Source.FEEDER)) == code


def test_pages_before_a_jam_count() -> None:
    pages = _scan(_info([_bmp("red"), 0x80210002]), Source.FEEDER)
    assert next(pages).content
    with pytest.raises(UserError, match="scanner_jammed"):
        next(pages)


def test_what_is_not_there_is_said() -> None:
    assert _code(_scan(_info([], "0001", {"3086": 2}), Source.FEEDER)) == "scanner_source_missing"
    assert _code(_driver().scan(ScanOrder("wia:gone"))) == "scanner_gone"
    assert _code(_scan(_info([b"no picture"]))) == "scanner_not_understood"


def test_it_stops_before_the_next_page() -> None:
    info = _info([_bmp("red"), _bmp("blue")])
    driver = _driver(info)
    pages = driver.scan(ScanOrder(f"wia:{info.DeviceID}", Source.FEEDER))
    assert next(pages) is None
    assert next(pages)
    driver.stop()
    with pytest.raises(UserError, match="scan_cancelled"):
        next(pages)


def test_a_windows_whose_service_is_off_and_another_system_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def off() -> object:
        raise ComError(0x80070422)

    assert _code(WiaDriver(off).scanners()) == "wia_missing"
    with pytest.raises(EnvironmentFault, match="wia_missing"):
        wia.manager()
    monkeypatch.setattr(drivers, "_HERE", ("wia",))
    assert isinstance(drivers.load("wia"), WiaDriver)


def test_our_own_mistakes_are_not_taken_for_windows() -> None:
    def broken() -> object:
        raise TypeError

    with pytest.raises(TypeError):
        list(WiaDriver(broken).scanners())
