"""What is signed (JWS, EdDSA): a device's tokens, the server's receipts and orders.

``sync.envelope`` makes and reads them.
"""

from __future__ import annotations

from typing import Literal

from sync.wire import OpId, ReferenceText, Sha256, WireModel


class ReceiptClaims(WireModel):
    """What the server signs (JWS, EdDSA) once every blob is hashed, fsynced and linked."""

    iss: str  # the server's key id
    application_id: OpId
    reference: ReferenceText
    revision: int
    body_sha256: Sha256
    scans: list[Sha256]
    received_at: str


class TokenClaims(WireModel):
    """What a device signs for each request: bound to method, path and body, five minutes."""

    iss: str  # the device id
    aud: str  # the server's key id
    iat: int
    exp: int
    jti: str
    method: str
    path: str
    body_sha256: Sha256


class EraseOrder(WireModel):
    """What the server signs for one device and one moment: erase the home. ``undelivered``: whatever is in it."""

    iss: str  # the server's key id
    order: Literal["erase"] = "erase"
    device_id: str
    issued_at: int  # seconds since 1970
    undelivered: bool
