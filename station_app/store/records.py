"""What the store keeps, as plain values. No SQLAlchemy here: windows name these types before it is imported.

Times are ISO 8601 UTC text (``2024-05-15T06:30:00Z``), days ``YYYY-MM-DD``, amounts whole yuan, sizes bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from station_app.domain.application import Category, Content, FieldReturn, ScanKind, State
from station_app.domain.reading import Cut, DocumentReading


@dataclass(frozen=True)
class ApplicationRecord:
    """One case as the station knows it.

    ``revision``: the last frozen one, 0 while there is none. ``assessment``: ours, at the last save;
    ``server_assessment``: the server's own, beside it. ``pack_version``: of the plan pack that judged it.
    ``holder_id`` and ``holder_name``: who has the case now; the author until it is handed over.
    """

    id: str
    reference: str
    content: Content
    author_id: str
    author_name: str
    created_at: str
    updated_at: str
    state: State = State.DRAFT
    revision: int = 0
    pack_version: int = 0
    insisted: str | None = None
    consent: Mapping[str, Any] = field(default_factory=dict)
    returned: tuple[FieldReturn, ...] = ()
    assessment: Mapping[str, Any] | None = None
    server_assessment: Mapping[str, Any] | None = None
    rejection_code: str | None = None
    amount: int | None = None
    paid_on: str | None = None
    handed_to: tuple[str, str] | None = None

    @property
    def holder_id(self) -> str:
        return self.handed_to[0] if self.handed_to else self.author_id

    @property
    def holder_name(self) -> str:
        return self.handed_to[1] if self.handed_to else self.author_name


@dataclass(frozen=True)
class LedgerRow:
    """One line of 台账. ``verdict`` and ``assessed_amount`` are the station's own, ``amount`` the server's."""

    id: str
    reference: str
    state: State
    revision: int
    plan: int
    category: Category
    name: str
    id_number: str
    employer: str
    applied_on: str | None
    verdict: str | None
    assessed_amount: int | None
    amount: int | None
    paid_on: str | None
    holder_name: str
    returned: int
    receipted: bool
    updated_at: str


@dataclass(frozen=True)
class LedgerQuery:
    """Which lines of 台账: ``text`` begins a reference, name, pinyin, initials, ID number, card or phone."""

    text: str = ""
    states: frozenset[State] = frozenset()
    plan: int | None = None
    category: Category | None = None
    limit: int = 200
    offset: int = 0


@dataclass(frozen=True)
class ScanRecord:
    """A page of a case. ``file_name`` finds its bytes in ``Store.scans``; ``rotation`` (degrees) is for the eye only.

    ``frozen``: part of a revision, so it can be left out of the next one (``removed``) but never be deleted.
    ``added_after_revision``: the revision that was the last one when it was added, 0 before the first.
    ``erased_at``: since when its bytes are gone from this PC, because the case was paid long ago.
    ``original_id`` and ``cut``: of what it was made and how; without a cut it is as it came. ``replaces``: the page
    that this cut took the place of. ``remark``: the clerk's reason for keeping it with a defect, for the reviewer;
    ``excused``: the codes of what it was given for, None for everything.
    """

    id: str
    application_id: str
    kind: ScanKind
    sha256: str
    size: int
    media_type: str
    file_name: str
    added_at: str
    added_after_revision: int = 0
    rotation: int = 0
    frozen: bool = False
    removed: bool = False
    erased_at: str | None = None
    original_id: str | None = None
    cut: Cut | None = None
    replaces: str | None = None
    remark: str | None = None
    excused: tuple[str, ...] | None = None

    def excuses(self, code: str) -> bool:
        """Whether the clerk's reason was given for this, too."""
        return self.remark is not None and (self.excused is None or code in self.excused)


@dataclass(frozen=True)
class TrayRecord:
    """A page that waits to be filed. ``file_name`` finds its bytes in ``Store.scans``; ``source``: file or device.

    ``reason``: a code and its ``params``, why it waits. ``code``: of our own paper, empty where none was read.
    ``kind`` and ``application_id``: as what and to which case it could be filed. ``documents``: what was read on it.
    ``file_id``: the PDF or TIFF that it was taken out of.
    """

    id: str
    sha256: str
    size: int
    media_type: str
    file_name: str
    reason: str
    added_at: str
    operator_id: str
    params: Mapping[str, Any] = field(default_factory=dict)
    source: str = "file"
    code: str = ""
    kind: ScanKind | None = None
    application_id: str | None = None
    documents: tuple[DocumentReading, ...] = ()
    file_id: str | None = None


@dataclass(frozen=True)
class OriginalRecord:
    """A page as a device gave it. ``file_name`` finds its bytes in ``Store.scans``."""

    id: str
    application_id: str
    sha256: str
    size: int
    media_type: str
    file_name: str
    added_at: str
    erased_at: str | None = None


@dataclass(frozen=True)
class PaperFile:
    """A PDF or TIFF of several pages as it came. ``file_name`` finds its bytes in ``Store.scans``."""

    id: str
    sha256: str
    size: int
    media_type: str
    file_name: str
    added_at: str
    erased_at: str | None = None


@dataclass(frozen=True)
class PaidCase:
    """A paid case whose scans lie here. ``paid_seq``: the payment's number in the server's log, where it is known.

    ``settled``: none of its ops is open, set aside or refused.
    """

    application_id: str
    revision: int
    paid_seq: int | None
    settled: bool


class OutboxState(StrEnum):
    """How far an op has come. ``WAITING``, ``ACCEPTED`` and ``QUARANTINED`` are open."""

    WAITING = "waiting"
    ACCEPTED = "accepted"  # the server has the op and waits for blobs
    DONE = "done"  # receipted
    REFUSED = "refused"
    FORKED = "forked"
    QUARANTINED = "quarantined"  # set aside until somebody retries it


OPEN_OUTBOX = frozenset({OutboxState.WAITING, OutboxState.ACCEPTED, OutboxState.QUARANTINED})
TROUBLED_OUTBOX = frozenset({OutboxState.QUARANTINED, OutboxState.REFUSED, OutboxState.FORKED})


@dataclass(frozen=True)
class OutboxRow:
    """An op, with the very bytes that travel (``body``, UTF-8). ``kind``: the wire's ``OpKind`` as text."""

    seq: int
    op_id: str
    application_id: str
    reference: str
    kind: str
    revision: int
    body: str
    body_sha256: str
    state: OutboxState
    attempts: int
    next_try_at: str | None
    last_code: str | None
    created_at: str


@dataclass(frozen=True)
class RevisionRecord:
    """A frozen revision: the exact body that was queued."""

    application_id: str
    revision: int
    body: str
    body_sha256: str
    operator_id: str
    frozen_at: str


@dataclass(frozen=True)
class ReceiptRecord:
    """The server's signed receipt (compact JWS) for one revision."""

    application_id: str
    reference: str
    revision: int
    jws: str
    received_at: str


class Source(StrEnum):
    """Who moved a case."""

    STATION = "station"
    SERVER = "server"


@dataclass(frozen=True)
class MoveRecord:
    """One line of a case's history. ``by``: the operator's id, empty for the server. ``facts``: what came with it."""

    application_id: str
    revision: int
    from_state: State | None
    to_state: State
    at: str
    by: str
    source: Source
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class GrantRow:
    """A case of one person that was paid or may still be: what the repeat rules look at."""

    application_id: str
    reference: str
    state: State
    plan: int
    category: Category
    occupation: str | None
    level: int | None
    level_name: str | None
    rank: int | None
    certificate_number: str | None
    paid_on: str | None
    amount: int | None


@dataclass(frozen=True)
class AuditRow:
    """One link of the audit chain; ``ids`` hold identifiers, never personal data."""

    seq: int
    at: str
    operator_id: str
    action: str
    subject: str
    ids: Mapping[str, Any]
    hash: str


@dataclass(frozen=True)
class PackRecord:
    """A plan pack as the server sent it."""

    year: int
    version: int
    text: str
    signature: str
    received_at: str
