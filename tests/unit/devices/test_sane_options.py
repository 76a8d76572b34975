"""Options as backends print them, in the words of several makers."""

from __future__ import annotations

import pytest

from station_app.devices.sane_options import SaneOptions
from station_app.devices.scanner import ScanOrder, Source
from station_app.errors import UserError

_FUJITSU = """
    --source ADF Front|ADF Back|ADF Duplex [ADF Front]
        Selects the scan source (such as a document-feeder).
    --mode Lineart|Halftone|Gray|Color [Lineart]
        Selects the scan mode (e.g., lineart, monochrome, or color).
    --resolution 50..600dpi (in steps of 1) [600]
    -x 0..215.872mm (in steps of 0.0211639) [215.872]
        Width of scan-area.
    -y 0..355.554mm (in steps of 0.0211639) [279.364]
"""
_EPSON = """
    --mode Binary|Gray|Color [Binary]
    --source Flatbed|Automatic Document Feeder [Flatbed]
    --adf-mode Simplex|Duplex [inactive]
    --resolution 75|100|150|200|400|600|1200dpi [75]
    -x 0..215.9mm [215.9]
    -y 0..297.18mm [297.18]
"""
_EPSON_FEEDER = _EPSON.replace("[inactive]", "[Simplex]")
_BROTHER = """
    --mode Black & White|Gray[Error Diffusion]|True Gray|24bit Color|24bit Color[Fast] [24bit Color]
    --resolution 100|150|200|300dpi [200] [advanced]
    --source FlatBed|Automatic Document Feeder(left aligned)|Automatic Document Feeder(left aligned,Duplex) [FlatBed]
    --brightness -50..50% (in steps of 1) [inactive]
"""
_PLAIN = """
    --mode Gray|Color [Color]
    --resolution 75..200dpi [75]
    --hand-scanner[=(yes|no)] [no]
"""


@pytest.mark.parametrize(
    ("printed", "sources"),
    [
        (_FUJITSU, {Source.FEEDER, Source.DUPLEX}),
        (_EPSON, {Source.FLATBED, Source.FEEDER}),
        (_EPSON_FEEDER, {Source.FLATBED, Source.FEEDER, Source.DUPLEX}),
        (_BROTHER, {Source.FLATBED, Source.FEEDER, Source.DUPLEX}),
        (_PLAIN, {Source.FLATBED}),
    ],
    ids=["fujitsu", "epson", "epson with its feeder", "brother", "plain"],
)
def test_sources_are_known_by_each_makers_words(printed: str, sources: set[Source]) -> None:
    assert set(SaneOptions.read(printed).sources()) == sources


@pytest.mark.parametrize(
    ("printed", "source", "words"),
    [
        (_FUJITSU, None, ["ADF Front"]),
        (_FUJITSU, Source.DUPLEX, ["ADF Duplex"]),
        (_EPSON, Source.FEEDER, ["Automatic Document Feeder"]),
        (_EPSON_FEEDER, Source.DUPLEX, ["Automatic Document Feeder", "--adf-mode", "Duplex"]),
        (_EPSON_FEEDER, Source.FLATBED, ["Flatbed"]),
        (_BROTHER, Source.FEEDER, ["Automatic Document Feeder(left aligned)"]),
        (_BROTHER, Source.DUPLEX, ["Automatic Document Feeder(left aligned,Duplex)"]),
    ],
)
def test_a_source_is_asked_for_in_the_makers_words(printed: str, source: Source | None, words: list[str]) -> None:
    arguments = SaneOptions.read(printed).arguments(ScanOrder("sane:x", source))
    assert arguments[: 1 + len(words)] == ["--source", *words]


@pytest.mark.parametrize(
    ("printed", "wanted", "asked"),
    [
        (_FUJITSU, 300, "300"),
        (_FUJITSU, 1200, "600"),
        (_EPSON, 300, "400"),
        (_BROTHER, 600, "300"),
        (_PLAIN, 300, "200"),
    ],
)
def test_the_resolution_is_the_wanted_or_the_next_finer(printed: str, wanted: int, asked: str) -> None:
    arguments = SaneOptions.read(printed).arguments(ScanOrder("sane:x", resolution=wanted))
    assert arguments[arguments.index("--resolution") + 1] == asked


def test_pages_are_in_colour_and_no_larger_than_a4() -> None:
    arguments = SaneOptions.read(_FUJITSU).arguments(ScanOrder("sane:x"))
    assert arguments[arguments.index("--mode") + 1] == "Color"
    assert arguments[-4:] == ["-x", "215.872", "-y", "300"]
    brother = SaneOptions.read(_BROTHER).arguments(ScanOrder("sane:x"))
    assert brother[brother.index("--mode") + 1] == "24bit Color"


@pytest.mark.parametrize("printed", ["", "nothing of the kind", _PLAIN])
def test_a_source_that_is_not_offered_is_refused(printed: str) -> None:
    with pytest.raises(UserError, match="scanner_source_missing"):
        SaneOptions.read(printed).arguments(ScanOrder("sane:x", Source.DUPLEX))


def test_a_device_without_choices_is_asked_for_nothing() -> None:
    assert SaneOptions.read("").arguments(ScanOrder("sane:x")) == []
