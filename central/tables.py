"""The server's tables. Portable types and constraints only: another engine needs only another URL.

Moments are ISO 8601 text in UTC, days ``YYYY-MM-DD``, documents JSON text. What must never be twice has a unique
constraint: an op id of a device, a revision's body, an open payment of a case, an open payment of a repeat key.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from station_app.domain.application import State

SCHEMA_VERSION = 2
metadata = MetaData()

_BIG_KEY = BigInteger().with_variant(Integer, "sqlite")
_STATES = ", ".join(f"'{state.value}'" for state in State)

server = Table(
    "server",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("schema_version", Integer, nullable=False),
    Column("epoch", String(64), nullable=False),
    Column("created_at", String(30), nullable=False),
    CheckConstraint("id = 1", name="one_server"),
)

counters = Table(  # last number given, one row for each kind of number; locked while one is drawn
    "counters",
    metadata,
    Column("name", String(30), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

# ---- stations

stations = Table(
    "stations",
    metadata,
    Column("station_no", String(12), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("district", String(60), nullable=False),
    Column("created_at", String(30), nullable=False),
)

devices = Table(
    "devices",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("station_no", ForeignKey("stations.station_no"), nullable=False),
    Column("letter", String(1), nullable=False),
    Column("key", String(43), nullable=False),
    Column("name", String(100), nullable=False),
    Column("enrolled_at", String(30), nullable=False),
    Column("revoked_at", String(30)),
    Column("log_seq", BigInteger, nullable=False),
    UniqueConstraint("station_no", "letter", name="device_letter_once"),
)

revocations = Table(  # what becomes of a device that is shut out
    "revocations",
    metadata,
    Column("device_id", ForeignKey("devices.id"), primary_key=True),
    Column("delivers", Boolean, nullable=False),  # what it holds is still taken
    Column("erase", String(12), nullable=False),  # empty, ``delivered`` or ``at_once``
    CheckConstraint("erase IN ('', 'delivered', 'at_once')", name="known_erasing"),
)

operators = Table(  # as the stations tell them; a revocation is ours
    "operators",
    metadata,
    Column("device_id", ForeignKey("devices.id"), primary_key=True),
    Column("operator_id", String(64), primary_key=True),
    Column("name", String(60), nullable=False),
    Column("role", String(20), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("revoked_at", String(30)),
)

enrolments = Table(
    "enrolments",
    metadata,
    Column("secret_hash", String(64), primary_key=True),
    Column("station_no", ForeignKey("stations.station_no"), nullable=False),
    Column("created_at", String(30), nullable=False),
    Column("expires_at", String(30), nullable=False),
    Column("device_id", ForeignKey("devices.id")),
)

packages = Table(  # the place of a device that was set up without network, kept until its first file comes
    "packages",
    metadata,
    Column("secret_hash", ForeignKey("enrolments.secret_hash"), primary_key=True),
    Column("device_id", String(36), nullable=False, unique=True),
    Column("letter", String(1), nullable=False),
)

audit_heads = Table(  # the furthest end of a device's audit chain that the server saw on each Beijing day
    "audit_heads",
    metadata,
    Column("device_id", ForeignKey("devices.id"), primary_key=True),
    Column("seen_on", String(10), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("station_day", String(10), nullable=False),
    Column("seen_at", String(30), nullable=False),
    Column("went_back", Boolean, nullable=False),
)

# ---- what stations sent

ops = Table(  # for ever
    "ops",
    metadata,
    Column("device_id", ForeignKey("devices.id"), primary_key=True),
    Column("op_id", String(36), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("body_sha256", String(64), nullable=False),
    Column("result", String(20), nullable=False),
    Column("code", String(60)),
    Column("field", String(60)),
    Column("at", String(30), nullable=False),
)

applications = Table(
    "applications",
    metadata,
    Column("reference", String(40), primary_key=True),
    Column("application_id", String(36), nullable=False),
    Column("device_id", ForeignKey("devices.id"), nullable=False),
    Column("station_no", ForeignKey("stations.station_no"), nullable=False),
    Column("state", String(20), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("plan", Integer, nullable=False),
    Column("category", String(20), nullable=False),
    Column("name", String(60), nullable=False),
    Column("id_number", String(20), nullable=False),
    Column("card_no", String(25), nullable=False),
    Column("phone", String(20), nullable=False),
    Column("claim", Text, nullable=False),  # what was achieved, for the repeat rules of other cases
    Column("amount", Integer),
    Column("assessment", Text),  # ours
    Column("review_findings", Text, nullable=False),
    Column("returned", Text, nullable=False),
    Column("rejection_code", String(60)),
    Column("note", Text, nullable=False),
    Column("paid_on", String(10)),
    Column("created_at", String(30), nullable=False),
    Column("updated_at", String(30), nullable=False),
    CheckConstraint(f"state IN ({_STATES})", name="known_state"),
    CheckConstraint("(state = 'paid') = (paid_on IS NOT NULL)", name="paid_has_its_day"),
    Index("applications_state", "state"),
    Index("applications_id_number", "id_number"),
)

parcels = Table(  # a frozen body and the scans that it promises: a revision, or scans added to one
    "parcels",
    metadata,
    Column("id", _BIG_KEY, primary_key=True, autoincrement=True),
    Column("device_id", ForeignKey("devices.id"), nullable=False),
    Column("reference", ForeignKey("applications.reference"), nullable=False),
    Column("application_id", String(36), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("revision_slot", String(60), unique=True),  # REFERENCE/REVISION of a submit: one body each
    Column("body", Text, nullable=False),
    Column("body_sha256", String(64), nullable=False),
    Column("accepted_at", String(30), nullable=False),
    Column("received_at", String(30)),
    Column("receipt", Text),
    UniqueConstraint("reference", "revision", "body_sha256", name="body_once"),
    CheckConstraint("(received_at IS NULL) = (receipt IS NULL)", name="received_has_its_receipt"),
)

parcel_scans = Table(
    "parcel_scans",
    metadata,
    Column("parcel_id", ForeignKey("parcels.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("media_type", String(60), nullable=False),
)

forks = Table(  # a second body for one revision, kept for a person
    "forks",
    metadata,
    Column("device_id", ForeignKey("devices.id"), primary_key=True),
    Column("op_id", String(36), primary_key=True),
    Column("reference", ForeignKey("applications.reference"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("body_sha256", String(64), nullable=False),
    Column("at", String(30), nullable=False),
    Index("forks_reference", "reference"),
)

moves = Table(
    "moves",
    metadata,
    Column("id", _BIG_KEY, primary_key=True, autoincrement=True),
    Column("reference", ForeignKey("applications.reference"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("at", String(30), nullable=False),
    Column("by", String(100), nullable=False),
    Column("details", Text, nullable=False),
    Index("moves_reference", "reference"),
)

changes = Table(  # each device's log
    "changes",
    metadata,
    Column("device_id", ForeignKey("devices.id"), primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("reference", ForeignKey("applications.reference"), nullable=False),
    Column("document", Text, nullable=False),
)

# ---- what stands against a second grant, as districts are told of it

grant_news = Table(  # cases that moved, until they have their places in the log
    "grant_news",
    metadata,
    Column("id", _BIG_KEY, primary_key=True, autoincrement=True),
    Column("reference", ForeignKey("applications.reference"), nullable=False),
)

# the newest number of each case in each district that hears of it; ``grant_no`` names the case there
grant_log = Table(
    "grant_log",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("reference", ForeignKey("applications.reference"), nullable=False),
    Column("district", String(60), nullable=False),
    Column("grant_no", BigInteger, nullable=False),
    Column("gone", Boolean, nullable=False),
    UniqueConstraint("reference", "district", name="one_number_a_district_and_case"),
    Index("grant_log_district", "district", "seq"),
)

# ---- the server's own backups

backup_marks = Table(  # where a backup was begun; ``held_at`` is empty until it lies safe
    "backup_marks",
    metadata,
    Column("number", _BIG_KEY, primary_key=True, autoincrement=True),
    Column("begun_at", String(30), nullable=False),
    Column("held_at", String(30)),
)

backup_positions = Table(  # how far each device's log had come then
    "backup_positions",
    metadata,
    Column("number", ForeignKey("backup_marks.number"), primary_key=True),
    Column("device_id", ForeignKey("devices.id"), primary_key=True),
    Column("log", BigInteger, nullable=False),
    Index("backup_positions_device", "device_id", "number"),
)

# ---- roster and packs

members = Table(
    "members",
    metadata,
    Column("member_no", _BIG_KEY, primary_key=True, autoincrement=True),
    Column("id_number", String(20), nullable=False, unique=True),
    Column("name", String(60), nullable=False),
    Column("card_no", String(25), nullable=False),
    Column("phone", String(20), nullable=False),
    Column("employer", String(200), nullable=False),
    Column("district", String(60), nullable=False),
    Column("full_time_union_social_worker", Boolean, nullable=False),
    Column("gone", Boolean, nullable=False),
    Index("members_name", "name", "member_no"),
    Index("members_district", "district", "name", "member_no"),
)

roster_log = Table(  # the newest number of each member in each district it is or was in
    "roster_log",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("member_no", ForeignKey("members.member_no"), nullable=False),
    Column("district", String(60), nullable=False),
    Column("gone", Boolean, nullable=False),
    UniqueConstraint("member_no", "district", name="one_number_a_district"),
    Index("roster_log_district", "district", "seq"),
)

packs = Table(
    "packs",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("year", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("signature", Text, nullable=False),
    Column("published_at", String(30), nullable=False),
    UniqueConstraint("year", "version", name="pack_version_once"),
)

# ---- money and notices

batches = Table(
    "batches",
    metadata,
    Column("batch", String(30), primary_key=True),
    Column("made_at", String(30), nullable=False),
    Column("made_by", String(100), nullable=False),
)

payments = Table(  # ``open_reference`` is empty once the bank has refused the line: only then can there be another
    "payments",
    metadata,
    Column("batch", ForeignKey("batches.batch"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("reference", ForeignKey("applications.reference"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("name", String(60), nullable=False),
    Column("card_no", String(25), nullable=False),
    Column("amount", Integer, nullable=False),
    Column("status", String(10), nullable=False),
    Column("open_reference", String(40), unique=True),
    Column("reason", Text),
    Column("booked_at", String(30)),
    UniqueConstraint("batch", "reference", name="case_once_in_a_batch"),
    CheckConstraint("amount > 0", name="amount_positive"),
    CheckConstraint("status IN ('sent', 'paid', 'failed')", name="known_status"),
    CheckConstraint("(status = 'failed') = (open_reference IS NULL)", name="open_reference_until_failed"),
    Index("payments_reference", "reference"),
)

payment_keys = Table(  # what no second payment may repeat, by the plan's own rules; gone when the bank refused the line
    "payment_keys",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("reference", ForeignKey("applications.reference"), nullable=False),
    Index("payment_keys_reference", "reference"),
)

notices = Table(
    "notices",
    metadata,
    Column("id", _BIG_KEY, primary_key=True, autoincrement=True),
    Column("reference", ForeignKey("applications.reference"), nullable=False),
    Column("occasion", String(20), nullable=False),
    Column("phone", String(20), nullable=False),
    Column("text", Text, nullable=False),
    Column("created_at", String(30), nullable=False),
    Column("sent_at", String(30)),
    Index("notices_waiting", "sent_at", "id"),
)

audit = Table(  # a hash chain over what people at the server did; no personal data
    "audit",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", String(30), nullable=False),
    Column("actor", String(100), nullable=False),
    Column("action", String(40), nullable=False),
    Column("subject", String(100), nullable=False),
    Column("hash", String(64), nullable=False),
)
