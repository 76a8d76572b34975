"""The tables as they stand at the newest migration; queries are written against them.

The migrations are literal SQL of their own; a test holds their sum to this. Triggers stand only there.
JSON is text checked by ``json_valid``; a truth value is 0 or 1.
"""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

METADATA = MetaData()


def _text(
    name: str, *more: CheckConstraint | ForeignKey, nullable: bool = False, primary_key: bool = False
) -> Column[str]:
    return Column(name, Text, *more, nullable=nullable, primary_key=primary_key)


def _integer(name: str, *more: CheckConstraint | ForeignKey, nullable: bool = False) -> Column[int]:
    return Column(name, Integer, *more, nullable=nullable)


def _json(name: str, *, nullable: bool = False) -> Column[str]:
    return _text(name, CheckConstraint(f"json_valid({name})"), nullable=nullable)


def _flag(name: str) -> Column[int]:
    return _integer(name, CheckConstraint(f"{name} IN (0, 1)"))


def _application() -> Column[str]:
    return _text("application_id", ForeignKey("applications.id"))


# every spelling under which an applicant is found: characters, pinyin, initials
name_keys = Table(
    "name_keys",
    METADATA,
    _text("key"),
    _text("name"),
    PrimaryKeyConstraint("key", "name"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

applications = Table(
    "applications",
    METADATA,
    _text("id", primary_key=True),
    _text("reference"),
    _integer("plan"),
    _text("category", CheckConstraint("category IN ('vocational', 'social_worker', 'competition')")),
    _text(
        "state",
        CheckConstraint(
            "state IN ('draft', 'queued', 'received', 'returned', 'approved', 'rejected', 'paid', 'withdrawn')"
        ),
    ),
    _integer("revision"),
    _json("content"),
    # copied out of content, to be searched
    _text("name"),
    _text("id_number"),
    _text("card_no"),
    _text("phone"),
    _text("author_id"),
    _text("author_name"),
    _text("insisted", nullable=True),
    _json("consent"),
    _json("returned"),
    _json("assessment", nullable=True),
    _json("server_assessment", nullable=True),
    _text("rejection_code", nullable=True),
    _integer("amount", nullable=True),
    _text("paid_on", nullable=True),
    _integer("pack_version"),
    _text("created_at"),
    _text("updated_at"),
    _text("holder_id", nullable=True),  # who has the case after a hand-over; empty: its author
    _text("holder_name", nullable=True),
    _integer("paid_seq", nullable=True),  # the payment's number in the server's log
    UniqueConstraint("reference"),
    Index("applications_state", "state", "updated_at"),
    Index("applications_updated_at", "updated_at"),
    Index("applications_name", "name"),
    Index("applications_id_number", "id_number"),
    Index("applications_card_no", "card_no"),
    Index("applications_phone", "phone"),
    sqlite_strict=True,
)

serials = Table(
    "serials",
    METADATA,
    Column("year", Integer, primary_key=True),
    _integer("last"),
    sqlite_strict=True,
)

revisions = Table(
    "revisions",
    METADATA,
    _application(),
    _integer("revision"),
    _json("body"),
    _text("body_sha256"),
    _text("operator_id"),
    _text("frozen_at"),
    PrimaryKeyConstraint("application_id", "revision"),
    sqlite_strict=True,
)

moves = Table(
    "moves",
    METADATA,
    Column("seq", Integer, primary_key=True),
    _application(),
    _integer("revision"),
    _text("from_state", nullable=True),
    _text("to_state"),
    _text("at"),
    _text("by"),
    _text("source", CheckConstraint("source IN ('station', 'server')")),
    _json("facts"),
    Index("moves_application", "application_id", "seq"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)

scans = Table(
    "scans",
    METADATA,
    _text("id", primary_key=True),
    _application(),
    _text("kind", CheckConstraint("kind IN ('id_front', 'id_back', 'card', 'certificate', 'form', 'other')")),
    _text("sha256", CheckConstraint("length(sha256) = 64")),
    _integer("size", CheckConstraint("size > 0")),
    _text("media_type"),
    _text("file_name"),
    _text("added_at"),
    _integer("added_after_revision"),
    _integer("rotation", CheckConstraint("rotation IN (0, 90, 180, 270)")),
    _integer("frozen_revision"),  # the first revision that holds it, 0 while none does
    _flag("removed"),
    _text("erased_at", nullable=True),  # the bytes are gone from this PC since then
    _text("original_id", nullable=True),  # a trigger holds it to ``originals``
    _json("cut", nullable=True),  # how it was made from the original; empty: it is as it came
    _text("replaces", nullable=True),  # the page in whose place this cut stands
    _text("remark", nullable=True),  # why the clerk keeps a page with a defect
    _text("excused", nullable=True),  # codes of what it was given for, parted by blanks; empty: of everything
    Index("scans_application", "application_id", "added_at"),
    Index("scans_file_name", "file_name"),
    Index("scans_sha256", "sha256"),
    sqlite_strict=True,
)
Index("scans_kept", scans.c.application_id, sqlite_where=scans.c.erased_at.is_(None))

originals = Table(
    "originals",
    METADATA,
    _text("id", primary_key=True),
    _application(),
    _text("sha256", CheckConstraint("length(sha256) = 64")),
    _integer("size", CheckConstraint("size > 0")),
    _text("media_type"),
    _text("file_name"),
    _text("added_at"),
    _text("erased_at", nullable=True),
    Index("originals_application", "application_id"),
    Index("originals_file_name", "file_name"),
    sqlite_strict=True,
)

# a PDF or TIFF of several pages as it came; the cases that have a page of it are in ``case_files``
paper_files = Table(
    "paper_files",
    METADATA,
    _text("id", primary_key=True),
    _text("sha256", CheckConstraint("length(sha256) = 64")),
    _integer("size", CheckConstraint("size > 0")),
    _text("media_type"),
    _text("file_name"),
    _text("added_at"),
    _text("erased_at", nullable=True),
    Index("paper_files_sha256", "sha256"),
    Index("paper_files_file_name", "file_name"),
    sqlite_strict=True,
)

case_files = Table(
    "case_files",
    METADATA,
    _text("application_id", ForeignKey("applications.id")),
    _text("file_id", ForeignKey("paper_files.id")),
    PrimaryKeyConstraint("application_id", "file_id"),
    Index("case_files_file", "file_id"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

readings = Table(
    "readings",
    METADATA,
    _text("scan_id", ForeignKey("scans.id"), primary_key=True),
    _json("documents"),
    _text("failure", nullable=True),  # the code of why it could not be read
    _text("read_at"),
    sqlite_strict=True,
)

outbox = Table(
    "outbox",
    METADATA,
    Column("seq", Integer, primary_key=True),
    _text("op_id"),
    _application(),
    _text("reference"),
    _text("kind", CheckConstraint("kind IN ('submit', 'withdraw', 'add_scans')")),
    _integer("revision"),
    _json("body"),
    _text("body_sha256"),
    _text("state", CheckConstraint("state IN ('waiting', 'accepted', 'done', 'refused', 'forked', 'quarantined')")),
    _integer("attempts"),
    _text("next_try_at", nullable=True),
    _text("last_code", nullable=True),
    _text("created_at"),
    UniqueConstraint("op_id"),
    Index("outbox_application", "application_id", "seq"),
    Index("outbox_state", "state", "seq"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
# pages that follow a revision can follow one another; everything else is in the outbox once
Index(
    "outbox_open",
    outbox.c.application_id,
    outbox.c.revision,
    outbox.c.kind,
    unique=True,
    sqlite_where=text("state IN ('waiting', 'accepted', 'quarantined') AND kind <> 'add_scans'"),
)

receipts = Table(
    "receipts",
    METADATA,
    Column("seq", Integer, primary_key=True),
    _application(),
    _text("reference"),
    _integer("revision"),
    _text("jws"),
    _text("received_at"),
    UniqueConstraint("application_id", "revision", "jws"),
    sqlite_strict=True,
)

audit = Table(
    "audit",
    METADATA,
    Column("seq", Integer, primary_key=True),
    _text("at"),
    _text("operator_id"),
    _text("action"),
    _text("subject"),
    _json("ids"),
    _text("hash", CheckConstraint("length(hash) = 64")),
    Index("audit_subject", "subject", "seq"),
    sqlite_strict=True,
)

settings = Table("settings", METADATA, _text("key", primary_key=True), _json("value"), sqlite_strict=True)

facts = Table("facts", METADATA, _text("key", primary_key=True), _text("value"), sqlite_strict=True)

packs = Table(
    "packs",
    METADATA,
    _integer("year"),
    _integer("version"),
    _text("text"),
    _text("signature"),
    _text("received_at"),
    PrimaryKeyConstraint("year", "version"),
    sqlite_strict=True,
)

operators = Table(
    "operators",
    METADATA,
    _text("id", primary_key=True),
    _text("name"),
    _text("role", CheckConstraint("role IN ('clerk', 'lead', 'auditor')")),
    _text("created_at"),
    _text("disabled_at", nullable=True),
    _text("first_password_at", nullable=True),  # a lead chose it then; empty once the operator has changed it
    UniqueConstraint("name"),
    sqlite_strict=True,
)

# what was printed to be signed; came: the pages of it that are filed
prints = Table(
    "prints",
    METADATA,
    _text("reference"),
    _text("paper", CheckConstraint("paper IN ('form', 'sheet')")),
    _integer("revision"),
    _text("digest"),
    _json("content"),
    _json("came"),
    _text("printed_at"),
    _text("operator_id"),
    PrimaryKeyConstraint("reference", "paper", "revision", "digest"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

# pages that wait to be filed: reason and params say why, kind and application_id what is suggested
tray = Table(
    "tray",
    METADATA,
    _text("id", primary_key=True),
    _text("sha256", CheckConstraint("length(sha256) = 64")),
    _integer("size", CheckConstraint("size > 0")),
    _text("media_type"),
    _text("source", CheckConstraint("source IN ('file', 'device')")),
    _text("file_name"),
    _text("reason"),
    _json("params"),
    _text("code"),
    _text(
        "kind",
        CheckConstraint("kind IN ('id_front', 'id_back', 'card', 'certificate', 'form', 'other')"),
        nullable=True,
    ),
    _text("application_id", ForeignKey("applications.id"), nullable=True),
    _json("documents"),
    _text("added_at"),
    _text("operator_id"),
    _text("file_id", nullable=True),  # of ``paper_files``
    Index("tray_file_name", "file_name"),
    sqlite_strict=True,
)
