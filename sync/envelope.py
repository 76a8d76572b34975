"""Signatures on what crosses the network: device tokens, receipts, plan packs, and the enrolment code.

Keys are Ed25519 (RFC 8032), signatures compact JWS with ``alg`` EdDSA (RFC 7515, RFC 8037). Every header names its
suite (``suite``), so that another one, 国密 for instance, can be added beside it. Sealing (age) joins with the courier.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import uuid4

import jwt
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import ValidationError

from station_app.errors import UserError
from sync.claims import EraseOrder, ReceiptClaims, TokenClaims
from sync.wire import TOKEN_SECONDS, AuthorityAnswer, PackAnswer, WireModel

_Claims = TypeVar("_Claims", bound=WireModel)
SUITE = "ed25519-1"
_ALGORITHM = "EdDSA"
_HEADERS = {"suite": SUITE}
_ORDER = "erase-order+jwt"
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base32: no I, L, O, U to misread
_MISREAD = str.maketrans("ILO", "110", "-")
_SECRET_LENGTH = 12
_FINGERPRINT_LENGTH = 16


class EnvelopeError(UserError):
    """A signature, a token or a code that does not hold: ``signature_invalid``, ``token_expired``..."""


# ---- keys


def new_private_key() -> bytes:
    """A new Ed25519 private key, 32 raw bytes."""
    return Ed25519PrivateKey.generate().private_bytes_raw()


def public_key_of(private_key: bytes) -> bytes:
    """The 32 raw bytes of the public half."""
    return Ed25519PrivateKey.from_private_bytes(private_key).public_key().public_bytes_raw()


def encode_key(key: bytes) -> str:
    """Raw bytes as base64url without padding, the wire's spelling."""
    return base64.urlsafe_b64encode(key).rstrip(b"=").decode()


def decode_key(text: str) -> bytes:
    """The raw bytes again; raises EnvelopeError ``key_unreadable``."""
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError as error:
        raise EnvelopeError("key_unreadable") from error


def fingerprint(public_key: bytes) -> str:
    """80 bits of SHA-256 over the public key, 16 characters of Crockford's base32: also the key id."""
    number = int.from_bytes(hashlib.sha256(public_key).digest()[:10])
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(75, -1, -5))


def sign(private_key: bytes, content: bytes) -> str:
    """A bare Ed25519 signature, base64url."""
    return encode_key(Ed25519PrivateKey.from_private_bytes(private_key).sign(content))


def check_signature(public_key: bytes, content: bytes, signature: str) -> None:
    """Raises EnvelopeError ``signature_invalid``."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(decode_key(signature), content)
    except (InvalidSignature, ValueError) as error:
        raise EnvelopeError("signature_invalid") from error


# ---- tokens


class TokenSigner:
    """Signs one device's requests. Holds the parsed key, so that each token costs one signature."""

    def __init__(self, private_key: bytes, device_id: str, audience: str) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(private_key)
        self._device_id = device_id
        self._audience = audience

    def token(self, method: str, path: str, body_sha256: str, now: datetime) -> str:
        """A token for one request; ``path`` without the query, ``now`` in the server's time."""
        issued = int(now.timestamp())
        claims = TokenClaims(
            iss=self._device_id,
            aud=self._audience,
            iat=issued,
            exp=issued + TOKEN_SECONDS,
            jti=uuid4().hex,
            method=method,
            path=path,
            body_sha256=body_sha256,
        )
        return jwt.encode(claims.model_dump(), self._key, algorithm=_ALGORITHM, headers=_HEADERS)


def token_issuer(token: str) -> str:
    """The device id a token claims, unverified: only to find the key. Raises ``token_unreadable``."""
    try:
        claims = json.loads(decode_key(token.split(".")[1]))
    except (EnvelopeError, IndexError, ValueError, RecursionError) as error:
        raise EnvelopeError("token_unreadable") from error
    issuer = claims.get("iss") if isinstance(claims, dict) else None
    if not isinstance(issuer, str):
        raise EnvelopeError("token_unreadable")
    return issuer


def read_token(token: str, public_key: bytes, audience: str, now: datetime) -> TokenClaims:
    """The claims of a valid token.

    Raises EnvelopeError ``clock_skew`` (issued too far from ``now`` either way), ``token_audience``,
    ``token_unreadable``, ``signature_invalid``. The caller compares method, path and body.
    """
    options: Any = {"verify_exp": False, "verify_iat": False, "verify_nbf": False, "verify_aud": False}
    claims = _read(TokenClaims, _verified(token, public_key, options))
    if claims.aud != audience:
        raise EnvelopeError("token_audience")
    moment = now.timestamp()
    if moment > claims.exp or claims.iat - moment > TOKEN_SECONDS or claims.exp - claims.iat > TOKEN_SECONDS:
        raise EnvelopeError("clock_skew")
    return claims


# ---- receipts and packs


def sign_receipt(private_key: bytes, claims: ReceiptClaims) -> str:
    """The server's word that a revision and all its scans are safe with it."""
    key = Ed25519PrivateKey.from_private_bytes(private_key)
    return jwt.encode(claims.model_dump(), key, algorithm=_ALGORITHM, headers={**_HEADERS, "typ": "receipt+jwt"})


def read_receipt(receipt: str, public_key: bytes) -> ReceiptClaims:
    """The claims of a receipt; raises EnvelopeError when it is not the server's."""
    return _read(ReceiptClaims, _verified(receipt, public_key, {"verify_aud": False, "verify_iss": False}))


def sign_order(private_key: bytes, claims: EraseOrder) -> str:
    """The server's order to a device that it has shut out."""
    key = Ed25519PrivateKey.from_private_bytes(private_key)
    return jwt.encode(claims.model_dump(), key, algorithm=_ALGORITHM, headers={**_HEADERS, "typ": _ORDER})


def read_order(order: str, public_key: bytes, device_id: str, now: float) -> EraseOrder:
    """An order that is the server's, for this device and not older than a token may be; ``now`` in the server's time.

    Raises EnvelopeError ``order_other_device``, ``order_out_of_date`` and those of a signature.
    """
    claims = _read(EraseOrder, _verified(order, public_key, {"verify_aud": False, "verify_iss": False}, _ORDER))
    if claims.device_id != device_id:
        raise EnvelopeError("order_other_device")
    if abs(now - claims.issued_at) > TOKEN_SECONDS:
        raise EnvelopeError("order_out_of_date")
    return claims


def sign_pack(private_key: bytes, year: int, version: int, text: str) -> PackAnswer:
    """A plan pack with the server's signature over year, version and text."""
    return PackAnswer(
        year=year, version=version, text=text, signature=sign(private_key, _pack_bytes(year, version, text))
    )


def check_pack(pack: PackAnswer, public_key: bytes) -> None:
    """Raises EnvelopeError ``signature_invalid`` when the pack is not the server's."""
    check_signature(public_key, _pack_bytes(pack.year, pack.version, pack.text), pack.signature)


def sign_authority(private_key: bytes, authority: str) -> AuthorityAnswer:
    """The server's word for the authority of its TLS certificate."""
    signature = sign(private_key, _authority_bytes(authority))
    return AuthorityAnswer(server_key=encode_key(public_key_of(private_key)), authority=authority, signature=signature)


def check_authority(answer: AuthorityAnswer, key_id: str) -> None:
    """Raises EnvelopeError ``signature_invalid`` unless the server of this key id vouches for the authority."""
    key = decode_key(answer.server_key)
    if fingerprint(key) != key_id:
        raise EnvelopeError("signature_invalid")
    check_signature(key, _authority_bytes(answer.authority), answer.signature)


def _authority_bytes(authority: str) -> bytes:
    return f"tls-authority:{SUITE}:{hashlib.sha256(authority.encode()).hexdigest()}".encode()


def _pack_bytes(year: int, version: int, text: str) -> bytes:
    return f"plan-pack:{SUITE}:{year}:{version}:{hashlib.sha256(text.encode()).hexdigest()}".encode()


def _read(model: type[_Claims], raw: dict[str, Any]) -> _Claims:
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        raise EnvelopeError("token_unreadable") from error


def _verified(token: str, public_key: bytes, options: Any, kind: str = "") -> dict[str, Any]:
    try:
        key = Ed25519PublicKey.from_public_bytes(public_key)
        read = jwt.decode_complete(token, key, algorithms=[_ALGORITHM], options=options)
    except jwt.InvalidSignatureError as error:
        raise EnvelopeError("signature_invalid") from error
    except (jwt.InvalidTokenError, ValueError, RecursionError) as error:
        raise EnvelopeError("token_unreadable") from error
    if read["header"].get("suite") != SUITE:
        raise EnvelopeError("suite_unknown")
    if kind and read["header"].get("typ") != kind:
        raise EnvelopeError("token_unreadable")
    payload: dict[str, Any] = read["payload"]
    return payload


# ---- the enrolment code


@dataclass(frozen=True)
class EnrolmentCode:
    """What an association hands to a station: a one-time secret and the server key's fingerprint.

    Read aloud as seven groups of four and a check character: ``3F7K-...-Q``.
    """

    secret: str
    fingerprint: str

    @classmethod
    def new(cls, server_public_key: bytes) -> EnrolmentCode:
        secret = "".join(secrets.choice(_ALPHABET) for _ in range(_SECRET_LENGTH))
        return cls(secret, fingerprint(server_public_key))

    def __str__(self) -> str:
        whole = self.secret + self.fingerprint
        groups = [whole[start : start + 4] for start in range(0, len(whole), 4)]
        return "-".join([*groups, _check_character(whole)])

    @classmethod
    def parse(cls, text: str) -> EnrolmentCode:
        """Read a typed code; raises EnvelopeError ``enrolment_code_length``, ``_characters`` or ``_check``."""
        tidy = "".join(text.upper().translate(_MISREAD).split())
        if len(tidy) != _SECRET_LENGTH + _FINGERPRINT_LENGTH + 1:
            raise EnvelopeError("enrolment_code_length", "code")
        if any(each not in _ALPHABET for each in tidy):
            raise EnvelopeError("enrolment_code_characters", "code")
        whole = tidy[:-1]
        if _check_character(whole) != tidy[-1]:
            raise EnvelopeError("enrolment_code_check", "code")
        return cls(whole[:_SECRET_LENGTH], whole[_SECRET_LENGTH:])


def _check_character(text: str) -> str:
    """Weighted modulo 31 (a prime below the alphabet's 32): every single slip and swap of neighbours is seen."""
    total = sum((position + 1) * _ALPHABET.index(each) for position, each in enumerate(text))
    return _ALPHABET[total % 31]


def private_key_pem(private_key: bytes) -> bytes:
    """PKCS#8 PEM, for the server's key file."""
    return Ed25519PrivateKey.from_private_bytes(private_key).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def openssh_public_key(public_key: bytes) -> str:
    """``ssh-ed25519 AAAA...``: age seals to such a key, so a station needs no second one of the server."""
    key = Ed25519PublicKey.from_public_bytes(public_key)
    return key.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH).decode()


def openssh_private_key(private_key: bytes) -> bytes:
    """The private half in OpenSSH's PEM, as age reads it; never written anywhere."""
    return Ed25519PrivateKey.from_private_bytes(private_key).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )


def private_key_from_pem(pem: bytes) -> bytes:
    """The 32 raw bytes again; raises EnvelopeError ``key_unreadable``."""
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except ValueError as error:
        raise EnvelopeError("key_unreadable") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise EnvelopeError("key_unreadable")
    return key.private_bytes_raw()
