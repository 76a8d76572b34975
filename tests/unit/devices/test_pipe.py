"""What a driver's process says is believed only where it is whole; the same for faults of both kinds."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station_app.devices.pipe import Message, fault_head, fault_of, receive, send
from station_app.devices.scanner import Scanner, ScanOrder, Source
from station_app.errors import EnvironmentFault, StationError, UserError


@given(st.binary(max_size=2000), st.integers(0, 2000))
def test_a_message_comes_whole_or_not_at_all(body: bytes, cut: int) -> None:
    stream = io.BytesIO()
    send(stream, "page", body, media_type="image/png")
    whole = stream.getvalue()
    message = receive(io.BytesIO(whole))
    assert message is not None
    assert (message.kind, message.body, message.head["media_type"]) == ("page", body, "image/png")
    assert receive(io.BytesIO(whole[: min(cut, len(whole) - 1)])) is None


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_nonsense_is_the_end(said: bytes) -> None:
    assert receive(io.BytesIO(said)) is None or said.startswith(b"{")


@pytest.mark.parametrize(
    "said",
    [
        b"[" * 100_000,
        b'{"is": "page"}\n',
        b'{"size": 0}\n',
        b'{"is": "page", "size": -1}\n',
        b'{"is": "p", "size": 9e99}\n',
    ],
)
def test_a_head_that_is_none_is_the_end(said: bytes) -> None:
    assert receive(io.BytesIO(said)) is None


def test_messages_follow_each_other() -> None:
    stream = io.BytesIO()
    for kind, body in (("alive", b""), ("page", b"\n{}\n"), ("end", b"")):
        send(stream, kind, body)
    stream.seek(0)
    said = iter(lambda: receive(stream), None)
    assert [message.kind for message in said if isinstance(message, Message)] == ["alive", "page", "end"]


@pytest.mark.parametrize("error", [UserError("scanner_unknown"), EnvironmentFault("scanner_gone", seconds=3)])
def test_a_fault_is_the_same_on_the_other_side(error: StationError) -> None:
    told = fault_of(fault_head(error))
    assert (type(told), told.code, told.params) == (type(error), error.code, error.params)


@pytest.mark.parametrize("order", [ScanOrder("sane:test:0"), ScanOrder("escl:x", Source.DUPLEX, 600)])
def test_an_order_is_the_same_on_the_other_side(order: ScanOrder) -> None:
    assert ScanOrder.from_json(order.to_json()) == order


def test_a_scanner_is_the_same_on_the_other_side() -> None:
    scanner = Scanner("sane:test:0", "Noname", "sane", (Source.FLATBED, Source.FEEDER), "scanner_busy")
    assert Scanner.from_json(scanner.to_json()) == scanner
