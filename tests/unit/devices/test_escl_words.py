"""What a scanner in the network says is read, or refused; it never does anything else to us."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station_app.devices.escl_words import Capabilities, problem_of
from station_app.devices.scanner import ScanOrder, Source
from station_app.errors import EnvironmentFault
from tests.integration.devices.fake_escl import CAPABILITIES

_RANGE = """<c:ScannerCapabilities xmlns:c="urn:x"><c:MakeAndModel> Feeder 1 </c:MakeAndModel><c:Adf>
<c:AdfSimplexInputCaps><c:MaxWidth>5100</c:MaxWidth><c:MaxHeight>many</c:MaxHeight>
<c:ResolutionRange><c:XResolutionRange><c:Min>100</c:Min><c:Max>200</c:Max></c:XResolutionRange></c:ResolutionRange>
</c:AdfSimplexInputCaps></c:Adf></c:ScannerCapabilities>"""


def _asked(document: str, order: ScanOrder) -> tuple[Source, list[int]]:
    source, settings = Capabilities.read(document.encode()).settings(order)
    return source, [
        int(each) for each in re.findall(r"<(?:pwg:(?:Width|Height)|scan:XResolution)>(\d+)<", str(settings))
    ]


def test_what_is_asked_is_what_it_can_do() -> None:
    assert _asked(CAPABILITIES, ScanOrder("escl:x")) == (Source.FLATBED, [2550, 3508, 300])
    assert _asked(CAPABILITIES, ScanOrder("escl:x", Source.DUPLEX, 100)) == (Source.DUPLEX, [2550, 3508, 300])
    assert _asked(CAPABILITIES, ScanOrder("escl:x", resolution=600)) == (Source.FLATBED, [2550, 3508, 300])


def test_a_range_of_resolutions_and_a_bed_that_is_too_large() -> None:
    assert _asked(_RANGE, ScanOrder("escl:x")) == (Source.FEEDER, [2551, 3543, 200])
    assert Capabilities.read(_RANGE.encode()).name == "Feeder 1"


@pytest.mark.parametrize("text", ["", "<a", "<!DOCTYPE a><a/>", '<?xml version="1.0" encoding="none"?', "<a>\x00</a>"])
def test_what_is_no_document_is_refused(text: str) -> None:
    with pytest.raises(EnvironmentFault, match="scanner_not_understood"):
        Capabilities.read(text.encode())
    with pytest.raises(EnvironmentFault, match="scanner_not_understood"):
        problem_of(text.encode("utf-16"), Source.FEEDER)


def _changed(cut: int, at: int, byte: int) -> bytes:
    document = bytearray(CAPABILITIES.encode()[: len(CAPABILITIES) - cut])
    if document:
        document[at % len(document)] = byte
    return bytes(document)


@given(
    st.binary(max_size=400) | st.builds(_changed, st.integers(0, 3000), st.integers(0, 3000), st.integers(0, 255)),
    st.sampled_from(Source),
)
def test_nothing_a_scanner_says_gets_past_the_reader(document: bytes, source: Source) -> None:
    try:
        capabilities = Capabilities.read(document)
        problem_of(document, source)
    except EnvironmentFault:
        return  # refused
    for each in capabilities.ways:
        assert capabilities.settings(ScanOrder("escl:x", each))[0] is each
