"""What is signed holds; whatever else is given to the readers of tokens, receipts, packs and orders ends in a code."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from datetime import UTC, datetime

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from sync import envelope
from sync.claims import EraseOrder, ReceiptClaims
from sync.envelope import EnrolmentCode, EnvelopeError
from sync.wire import AuthorityAnswer, PackAnswer

KEY = envelope.new_private_key()
PUBLIC = envelope.public_key_of(KEY)
NOW = datetime(2024, 5, 15, 6, 30, tzinfo=UTC)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
READERS: dict[str, Callable[[str], object]] = {
    "token": lambda text: envelope.read_token(text, PUBLIC, "A" * 16, NOW),
    "issuer": envelope.token_issuer,
    "receipt": lambda text: envelope.read_receipt(text, PUBLIC),
    "order": lambda text: envelope.read_order(text, PUBLIC, "d1", NOW.timestamp()),
    "code": EnrolmentCode.parse,
}
_DOTTED = st.lists(st.text("abcXYZ019-_=", max_size=12) | st.text(max_size=5), min_size=1, max_size=5).map(".".join)


@pytest.mark.parametrize("name", list(READERS))
@given(text=_DOTTED | st.text(max_size=80))
def test_any_text_ends_in_a_code(name: str, text: str) -> None:
    with pytest.raises(EnvelopeError):
        READERS[name](text)


@pytest.mark.parametrize("name", ["token", "receipt", "order"])
@given(claims=st.dictionaries(st.sampled_from(["iss", "aud", "iat", "exp", "jti", "method", "seq"]), VALUES))
def test_any_claims_under_a_good_signature_end_in_a_code(name: str, claims: dict[str, object]) -> None:
    headers = {"suite": envelope.SUITE, "typ": "erase-order+jwt"}
    private = Ed25519PrivateKey.from_private_bytes(KEY)
    signed = jwt.api_jws.encode(json.dumps(claims).encode(), private, algorithm="EdDSA", headers=headers)
    with pytest.raises(EnvelopeError):
        READERS[name](signed)


@given(at=st.integers(0, 400), to=st.characters(min_codepoint=33, max_codepoint=126))
def test_one_changed_character_breaks_a_receipt(at: int, to: str) -> None:
    claims = ReceiptClaims(
        iss="K",
        application_id="11111111-1111-4111-8111-111111111111",
        reference="CY001-24-A000001-X",
        revision=1,
        body_sha256="0" * 64,
        scans=[],
        received_at="2024-05-15T06:30:00Z",
    )
    signed = envelope.sign_receipt(KEY, claims)
    assert envelope.read_receipt(signed, PUBLIC) == claims
    at %= len(signed)
    changed = signed[:at] + to + signed[at + 1 :]
    with contextlib.suppress(EnvelopeError):
        assert envelope.read_receipt(changed, PUBLIC) == claims  # spare bits of base64 say nothing


@given(text=st.text(max_size=200), other=st.text(max_size=200), year=st.integers(2000, 2100))
def test_a_pack_is_its_text_year_and_version(text: str, other: str, year: int) -> None:
    pack = envelope.sign_pack(KEY, year, 1, text)
    envelope.check_pack(pack, PUBLIC)
    for changed in ({"year": year + 1}, {"version": 2}, {"text": text + "x"}, {"signature": other}):
        with pytest.raises(EnvelopeError, match=r"signature_invalid|key_unreadable"):
            envelope.check_pack(PackAnswer.model_validate({**pack.model_dump(), **changed}), PUBLIC)


@given(authority=st.text(max_size=300), other=st.text(max_size=90))
def test_an_authority_is_vouched_for_by_the_key_of_the_code_alone(authority: str, other: str) -> None:
    answer = envelope.sign_authority(KEY, authority)
    envelope.check_authority(answer, envelope.fingerprint(PUBLIC))
    wrong = (
        (answer, envelope.fingerprint(envelope.public_key_of(envelope.new_private_key()))),
        (answer.model_copy(update={"authority": authority + "x"}), envelope.fingerprint(PUBLIC)),
        (AuthorityAnswer(**{**answer.model_dump(), "signature": other}), envelope.fingerprint(PUBLIC)),
    )
    for told, key_id in wrong:
        with pytest.raises(EnvelopeError, match=r"signature_invalid|key_unreadable"):
            envelope.check_authority(told, key_id)


@given(seconds=st.integers(-10_000, 10_000), device=st.sampled_from(["d1", "d2"]))
def test_an_order_is_for_one_device_and_five_minutes(seconds: int, device: str) -> None:
    moment = int(NOW.timestamp())
    order = EraseOrder(iss="K", device_id=device, issued_at=moment + seconds, undelivered=False)
    signed = envelope.sign_order(KEY, order)
    if device == "d1" and abs(seconds) <= 300:
        assert envelope.read_order(signed, PUBLIC, "d1", moment) == order
    else:
        with pytest.raises(EnvelopeError, match="order_"):
            envelope.read_order(signed, PUBLIC, "d1", moment)


def test_a_receipt_is_no_order() -> None:
    order = EraseOrder(iss="K", device_id="d1", issued_at=int(NOW.timestamp()), undelivered=True)
    private = Ed25519PrivateKey.from_private_bytes(KEY)
    other = {"suite": envelope.SUITE, "typ": "receipt+jwt"}
    signed = jwt.encode(order.model_dump(), private, algorithm="EdDSA", headers=other)
    with pytest.raises(EnvelopeError, match="token_unreadable"):
        envelope.read_order(signed, PUBLIC, "d1", NOW.timestamp())
