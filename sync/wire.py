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
MAX_SCANS = 200  # of one revision
MAX_ADDED = 50  # scans of one addition
MAX_OPS = 50  # in one request; the client halves it after a failure
MAX_BODY = 256 * 1024  # characters of one op
MAX_BLOB = 50 * 1024 * 1024  # bytes of one scan
MAX_CHANGES = 500  # in one answer; ``more`` says that there is another
ROSTER_ROWS = 5000  # in one page of the roster
MAX_BUNDLE = 16 * 1024 * 1024  # bytes of scans in one bundle
MAX_BUNDLED = 100  # scans in one bundle

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
OpId = Annotated[str, Field(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")]
ReferenceText = Annotated[str, Field(min_length=8, max_length=40, pattern=r"^[A-Z0-9-]+$")]
Key64 = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]  # 32 bytes, base64url without padding


EPOCH_STROKE = "/"  # between the server's epoch and what only one station was told


def own_epoch(epoch: str) -> str:
    """The server's own part of an epoch as a station knows it."""
    return epoch.partition(EPOCH_STROKE)[0]


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


class AuthorityAnswer(WireModel):
    """Whom to trust for TLS before anything is said. ``authority``: PEM, empty: whom the PC trusts anyway.
    ``signature``: Ed25519 by the server's key, whose fingerprint stands in the enrolment code.
    """

    server_key: Key64
    authority: str = Field(max_length=16_384)
    signature: str = Field(max_length=100)


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
    grants: int = Field(default=0, ge=0, le=2**62)


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


class OperatorEntry(WireModel):
    """Who may work at a station; the whole roll is told when it has changed."""

    id: str = Field(min_length=1, max_length=64)
    name: str = Field(min_length=1, max_length=60)
    role: str = Field(max_length=20)
    active: bool


class SyncRequest(WireModel):
    wire: Literal[1] = 1
    epoch: str = Field(default="", max_length=64)
    cursor: Cursor = Cursor()
    ops: list[Op] = Field(default_factory=list, max_length=MAX_OPS)
    have: list[Have] = Field(default_factory=list, max_length=1000)
    audit_head: AuditHead | None = None
    operators: list[OperatorEntry] | None = Field(default=None, max_length=500)
    roster_apart: bool = False  # more members than fit beside the rest are fetched at ``/v1/roster``
    grants: bool = False  # the station keeps what its district's people were granted
    heard: str = Field(default="", max_length=64)  # ``mark`` of the change at ``cursor.log``; empty: not known
    receipted: Have | None = None  # the last one for which the station got a receipt in this epoch


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
    GRANT = "grant"


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

    def mark(self) -> str:
        """By which both sides see that they mean the same change under its number, SHA-256 in hex."""
        words = f"{self.seq}/{self.reference}/{self.revision}/{self.state}/{self.at}"
        return hashlib.sha256(words.encode()).hexdigest()


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


class GrantChange(WireModel):
    """A case of another PC that stands against a second grant to this person; ``gone``: no longer.

    ``grant_no`` names it and says nothing of its station. ``year_paid`` None: applied for, not paid.
    """

    kind: Literal[ChangeKind.GRANT] = ChangeKind.GRANT
    seq: int
    grant_no: int
    gone: bool = False
    id_number: str = ""
    plan: int = 0
    category: str = ""
    occupation: str | None = None
    level: int | None = None
    level_name: str | None = None
    rank: int | None = None
    certificate_number: str | None = None
    year_paid: int | None = None


class PackChange(WireModel):
    """A plan pack of this year has this version and hash; fetch it at ``/v1/plans/{year}``."""

    kind: Literal[ChangeKind.PACK] = ChangeKind.PACK
    seq: int
    year: int
    version: int
    sha256: Sha256


Change = Annotated[StateChange | MemberChange | PackChange | GrantChange, Field(discriminator="kind")]


class BackupMark(WireModel):
    """What the server's backups hold for good: this device's log up to ``log``, and what was received before ``at``."""

    log: int = Field(ge=0, le=2**62)
    at: str  # ISO 8601, UTC


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
    revoked_operators: list[str] = Field(default_factory=list)  # all of this device's
    revoked: bool = False  # the device is shut out: this is its last delivery
    order: str = ""  # JWS: erase
    roster_waiting: int = 0  # with ``roster_apart``: news of members that were left out
    backup: BackupMark | None = None  # none while no backup of the server holds anything of this device


class BlobAnswer(WireModel):
    """The body of a finished PATCH; ``receipts`` when it completed a revision."""

    receipts: list[str] = Field(default_factory=list)


class Bundled(WireModel):
    """A whole scan in a bundle; its bytes follow in the order of the entries."""

    reference: ReferenceText
    sha256: Sha256
    size: int = Field(ge=1, le=MAX_BUNDLE)


class Bundle(WireModel):
    """What begins the body of ``POST /v1/blobs``, behind its length (four bytes, the highest first); the scans follow.

    The token's body hash is that of this text: every byte that follows is named by a hash in it.
    """

    scans: list[Bundled] = Field(min_length=1, max_length=MAX_BUNDLED)


class BundleAnswer(WireModel):
    """``codes``: for each scan of the bundle, in its order, None where it lies whole at the server."""

    codes: list[str | None]
    receipts: list[str] = Field(default_factory=list)


class PackAnswer(WireModel):
    """A plan pack: ``text`` is TOML, ``signature`` a detached JWS by the server's key over its SHA-256."""

    year: int
    version: int
    text: str
    signature: str


# member_no, name, id_number, card_no, phone, employer, district, full_time_union_social_worker
RosterRow = tuple[int, str, str, str, str, str, str, bool]


class RosterPage(WireModel):
    """Members as they are now. ``next``: the position of the page after this, empty at the end; then the station has
    come as far as ``seq`` in the log of the roster. ``gone``: numbers of members to be taken out.
    """

    rows: list[RosterRow] = Field(default_factory=list, max_length=ROSTER_ROWS)
    gone: list[int] = Field(default_factory=list, max_length=ROSTER_ROWS)
    seq: int
    next: str = ""


# ---- one person, asked for at the counter


class StandingRequest(WireModel):
    """Has this person applied or been paid elsewhere, under ``plan`` and before?"""

    wire: Literal[1] = 1
    id_number: str = Field(pattern=r"^[0-9]{17}[0-9X]$")
    plan: int = Field(ge=1, le=9999)


class StandingAnswer(WireModel):
    """``applied`` and ``paid``: under the plan asked for, at another PC. ``grants``: all that the repeat rules read,
    of every plan and in the numbers of the server's log, which has come to ``seq``; nothing tells of a station.
    """

    epoch: str  # the server's own
    seq: int = Field(ge=0, le=2**62)
    applied: bool
    paid: bool
    grants: list[GrantChange] = Field(default_factory=list)


# ---- refusals


class Problem(WireModel):
    """RFC 9457. ``code`` is stable; ``title`` is for people reading logs."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    field: str | None = None
    order: str | None = None  # with ``device_revoked``: JWS of an ``EraseOrder``
    server_time: str | None = None  # with ``clock_skew``


EMPTY_SHA256 = hashlib.sha256(b"").hexdigest()
