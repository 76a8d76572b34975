"""The only description of what crosses the network or the stick: version 1.

Both sides build and read these models; nothing else knows the JSON. An op's ``body`` is text and travels, is stored
and is hashed exactly as it was frozen (UTF-8). Codes carry meaning, texts never do.
"""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

WIRE_VERSION = 1
TOKEN_SECONDS = 300
MAX_OPS = 50  # in one request; the client halves it after a failure
MAX_BODY = 256 * 1024  # characters of one op
MAX_BLOB = 50 * 1024 * 1024  # bytes of one scan
MAX_CHANGES = 500  # in one answer; ``more`` says that there is another

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
OpId = Annotated[str, Field(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")]
ReferenceText = Annotated[str, Field(min_length=8, max_length=40, pattern=r"^[A-Z0-9-]+$")]
Key64 = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]  # 32 bytes, base64url without padding


class WireModel(BaseModel):
    """Strict about types, lenient about additions: a newer peer may say more."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class OpKind(StrEnum):
    """What a station can tell the server."""

    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    ADD_SCANS = "add_scans"  # scans that follow a frozen revision: the signed sheet


class OpResult(StrEnum):
    """What the server says of an op, for ever."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    FORKED = "forked"


# ---- enrolment


class EnrolRequest(WireModel):
    """``code``: the one-time secret without the fingerprint. ``proof``: Ed25519 by the device key over the code."""

    wire: Literal[1] = 1
    code: str = Field(min_length=8, max_length=64)
    device_key: Key64
    proof: str = Field(min_length=80, max_length=100)
    device_name: str = Field(default="", max_length=100)


class EnrolAnswer(WireModel):
    """The same code and key get the same answer, however often they ask."""

    device_id: str
    device_letter: str = Field(pattern=r"^[A-Z]$")
    station_no: str
    station_name: str
    district: str
    server_key: Key64
    server_key_id: str
    recovery_recipient: str  # age X25519, "age1..."
    epoch: str


# ---- one pass


class Cursor(WireModel):
    """How far the station has come in each of the server's logs. Zero: from the beginning."""

    log: int = Field(default=0, ge=0, le=2**62)
    roster: int = Field(default=0, ge=0, le=2**62)
    packs: int = Field(default=0, ge=0, le=2**62)


class Op(WireModel):
    op_id: OpId
    seq: int = Field(ge=1, le=2**62)
    kind: OpKind
    body: str = Field(max_length=MAX_BODY)


class AuditHead(WireModel):
    """The end of the station's audit chain: proof of what existed when the server saw it."""

    seq: int = Field(ge=0, le=2**62)
    hash: str = Field(max_length=64)
    day: str = Field(default="", max_length=10)  # the station's calendar day, YYYY-MM-DD


class Have(WireModel):
    """A revision sent before whose receipt the station does not hold yet."""

    reference: ReferenceText
    revision: int = Field(ge=1, le=10_000)


class SyncRequest(WireModel):
    wire: Literal[1] = 1
    epoch: str = Field(default="", max_length=64)
    cursor: Cursor = Cursor()
    ops: list[Op] = Field(default_factory=list, max_length=MAX_OPS)
    have: list[Have] = Field(default_factory=list, max_length=1000)
    audit_head: AuditHead | None = None


class Result(WireModel):
    op_id: OpId
    result: OpResult
    code: str | None = None  # of a refusal
    field: str | None = None


class MissingBlob(WireModel):
    reference: ReferenceText
    sha256: Sha256
    size: int = Field(ge=1, le=MAX_BLOB)
    offset: int = Field(ge=0, default=0)  # bytes the server holds already


class ChangeKind(StrEnum):
    STATE = "state"
    MEMBER = "member"
    PACK = "pack"


class StateChange(WireModel):
    """A case moved on the server. ``seq`` is its number in the device's log."""

    kind: Literal[ChangeKind.STATE] = ChangeKind.STATE
    seq: int
    reference: ReferenceText
    revision: int
    state: str
    at: str
    returned: list[dict[str, str]] = Field(default_factory=list)  # [{field, code, note}]
    code: str | None = None  # of a rejection
    note: str = ""  # the reviewer's, with a rejection
    amount: int | None = None  # yuan
    paid_on: str | None = None
    assessment: dict[str, Any] | None = None  # the server's own verdict


class MemberChange(WireModel):
    """A roster row was added, changed or (``gone``) taken out."""

    kind: Literal[ChangeKind.MEMBER] = ChangeKind.MEMBER
    seq: int
    member_no: int
    gone: bool = False
    name: str = ""
    id_number: str = ""
    card_no: str = ""
    phone: str = ""
    employer: str = ""
    district: str = ""
    full_time_union_social_worker: bool = False


class PackChange(WireModel):
    """A plan pack of this year has this version and hash; fetch it at ``/v1/plans/{year}``."""

    kind: Literal[ChangeKind.PACK] = ChangeKind.PACK
    seq: int
    year: int
    version: int
    sha256: Sha256


Change = Annotated[StateChange | MemberChange | PackChange, Field(discriminator="kind")]


class SyncAnswer(WireModel):
    wire: Literal[1] = 1
    epoch: str
    server_time: str  # ISO 8601, UTC
    results: list[Result] = Field(default_factory=list)
    missing_blobs: list[MissingBlob] = Field(default_factory=list)
    receipts: list[str] = Field(default_factory=list)  # JWS
    changes: list[Change] = Field(default_factory=list)
    cursor: Cursor = Cursor()
    more: bool = False


class BlobAnswer(WireModel):
    """The body of a finished PATCH; ``receipts`` when it completed a revision."""

    receipts: list[str] = Field(default_factory=list)


class PackAnswer(WireModel):
    """A plan pack: ``text`` is TOML, ``signature`` a detached JWS by the server's key over its SHA-256."""

    year: int
    version: int
    text: str
    signature: str


# ---- what stands inside the frozen body of an op


class ScanEntry(WireModel):
    kind: str
    sha256: Sha256
    size: int = Field(ge=1, le=MAX_BLOB)
    media_type: str = Field(max_length=60)


class Author(WireModel):
    operator_id: str = Field(max_length=64)
    name: str = Field(max_length=60)


class Submission(WireModel):
    """The body of a ``submit``: one revision, whole."""

    application_id: OpId
    reference: ReferenceText
    revision: int = Field(ge=1, le=10_000)
    content: dict[str, Any]
    scans: list[ScanEntry] = Field(max_length=200)
    author: Author
    submitted_at: str
    pack_version: int
    assessment: dict[str, Any]
    insisted: str | None = Field(default=None, max_length=500)
    consent: dict[str, Any] = Field(default_factory=dict)
    intake_seq: int | None = Field(default=None, ge=0, le=2**62)  # the audit row that recorded the intake


class ScanAddition(WireModel):
    """The body of ``add_scans``: pages that belong to a revision already frozen."""

    application_id: OpId
    reference: ReferenceText
    revision: int = Field(ge=1, le=10_000)
    scans: list[ScanEntry] = Field(min_length=1, max_length=50)
    author: Author
    added_at: str


class Withdrawal(WireModel):
    application_id: OpId
    reference: ReferenceText
    author: Author
    withdrawn_at: str


# ---- the receipt


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


class Problem(WireModel):
    """RFC 9457. ``code`` is stable; ``title`` is for people reading logs."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    field: str | None = None
    server_time: str | None = None  # with ``clock_skew``


EMPTY_SHA256 = hashlib.sha256(b"").hexdigest()
