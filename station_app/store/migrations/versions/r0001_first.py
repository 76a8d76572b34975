"""The first schema: tables, and the triggers that hold the invariants.

Revision ID: 0001
Revises:
"""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    """
    CREATE TABLE members (
        member_no INTEGER NOT NULL,
        name TEXT NOT NULL,
        id_number TEXT NOT NULL,
        card_no TEXT NOT NULL,
        phone TEXT NOT NULL,
        employer TEXT NOT NULL,
        district TEXT NOT NULL,
        full_time_union_social_worker INTEGER NOT NULL CHECK (full_time_union_social_worker IN (0, 1)),
        PRIMARY KEY (name, member_no)
    ) WITHOUT ROWID, STRICT
    """,
    """
    CREATE TABLE name_keys (
        "key" TEXT NOT NULL,
        name TEXT NOT NULL,
        PRIMARY KEY ("key", name)
    ) WITHOUT ROWID, STRICT
    """,
    """
    CREATE TABLE applications (
        id TEXT NOT NULL,
        reference TEXT NOT NULL,
        "plan" INTEGER NOT NULL,
        category TEXT NOT NULL CHECK (category IN ('vocational', 'social_worker', 'competition')),
        state TEXT NOT NULL CHECK (
            state IN ('draft', 'queued', 'received', 'returned', 'approved', 'rejected', 'paid', 'withdrawn')
        ),
        revision INTEGER NOT NULL,
        content TEXT NOT NULL CHECK (json_valid(content)),
        name TEXT NOT NULL,
        id_number TEXT NOT NULL,
        card_no TEXT NOT NULL,
        phone TEXT NOT NULL,
        author_id TEXT NOT NULL,
        author_name TEXT NOT NULL,
        insisted TEXT,
        consent TEXT NOT NULL CHECK (json_valid(consent)),
        returned TEXT NOT NULL CHECK (json_valid(returned)),
        assessment TEXT CHECK (json_valid(assessment)),
        server_assessment TEXT CHECK (json_valid(server_assessment)),
        rejection_code TEXT,
        amount INTEGER,
        paid_on TEXT,
        pack_version INTEGER NOT NULL,
        created_at TEXT NOT NULL,
        updated_at TEXT NOT NULL,
        PRIMARY KEY (id),
        UNIQUE (reference)
    ) STRICT
    """,
    """
    CREATE TABLE serials (
        year INTEGER NOT NULL,
        last INTEGER NOT NULL,
        PRIMARY KEY (year)
    ) STRICT
    """,
    """
    CREATE TABLE revisions (
        application_id TEXT NOT NULL,
        revision INTEGER NOT NULL,
        body TEXT NOT NULL CHECK (json_valid(body)),
        body_sha256 TEXT NOT NULL,
        operator_id TEXT NOT NULL,
        frozen_at TEXT NOT NULL,
        PRIMARY KEY (application_id, revision),
        FOREIGN KEY(application_id) REFERENCES applications (id)
    ) STRICT
    """,
    """
    CREATE TABLE moves (
        seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        application_id TEXT NOT NULL,
        revision INTEGER NOT NULL,
        from_state TEXT,
        to_state TEXT NOT NULL,
        at TEXT NOT NULL,
        "by" TEXT NOT NULL,
        source TEXT NOT NULL CHECK (source IN ('station', 'server')),
        facts TEXT NOT NULL CHECK (json_valid(facts)),
        FOREIGN KEY(application_id) REFERENCES applications (id)
    ) STRICT
    """,
    """
    CREATE TABLE scans (
        id TEXT NOT NULL,
        application_id TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('id_front', 'id_back', 'card', 'certificate', 'form', 'other')),
        sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
        size INTEGER NOT NULL CHECK (size > 0),
        media_type TEXT NOT NULL,
        file_name TEXT NOT NULL,
        added_at TEXT NOT NULL,
        added_after_revision INTEGER NOT NULL,
        rotation INTEGER NOT NULL CHECK (rotation IN (0, 90, 180, 270)),
        frozen_revision INTEGER NOT NULL,
        removed INTEGER NOT NULL CHECK (removed IN (0, 1)),
        PRIMARY KEY (id),
        FOREIGN KEY(application_id) REFERENCES applications (id)
    ) STRICT
    """,
    """
    CREATE TABLE outbox (
        seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        op_id TEXT NOT NULL,
        application_id TEXT NOT NULL,
        reference TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('submit', 'withdraw', 'add_scans')),
        revision INTEGER NOT NULL,
        body TEXT NOT NULL CHECK (json_valid(body)),
        body_sha256 TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('waiting', 'accepted', 'done', 'refused', 'forked', 'quarantined')),
        attempts INTEGER NOT NULL,
        next_try_at TEXT,
        last_code TEXT,
        created_at TEXT NOT NULL,
        UNIQUE (op_id),
        FOREIGN KEY(application_id) REFERENCES applications (id)
    ) STRICT
    """,
    """
    CREATE TABLE receipts (
        seq INTEGER NOT NULL,
        application_id TEXT NOT NULL,
        reference TEXT NOT NULL,
        revision INTEGER NOT NULL,
        jws TEXT NOT NULL,
        received_at TEXT NOT NULL,
        PRIMARY KEY (seq),
        UNIQUE (application_id, revision, jws),
        FOREIGN KEY(application_id) REFERENCES applications (id)
    ) STRICT
    """,
    """
    CREATE TABLE audit (
        seq INTEGER NOT NULL,
        at TEXT NOT NULL,
        operator_id TEXT NOT NULL,
        action TEXT NOT NULL,
        subject TEXT NOT NULL,
        ids TEXT NOT NULL CHECK (json_valid(ids)),
        hash TEXT NOT NULL CHECK (length(hash) = 64),
        PRIMARY KEY (seq)
    ) STRICT
    """,
    """
    CREATE TABLE settings (
        "key" TEXT NOT NULL,
        value TEXT NOT NULL CHECK (json_valid(value)),
        PRIMARY KEY ("key")
    ) STRICT
    """,
    """
    CREATE TABLE facts (
        "key" TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY ("key")
    ) STRICT
    """,
    """
    CREATE TABLE packs (
        year INTEGER NOT NULL,
        version INTEGER NOT NULL,
        text TEXT NOT NULL,
        signature TEXT NOT NULL,
        received_at TEXT NOT NULL,
        PRIMARY KEY (year, version)
    ) STRICT
    """,
    """
    CREATE TABLE operators (
        id TEXT NOT NULL,
        name TEXT NOT NULL,
        role TEXT NOT NULL CHECK (role IN ('clerk', 'lead', 'auditor')),
        created_at TEXT NOT NULL,
        PRIMARY KEY (id),
        UNIQUE (name)
    ) STRICT
    """,
)

INDEXES = (
    "CREATE INDEX audit_subject ON audit (subject, seq)",
    "CREATE INDEX members_card_no ON members (card_no)",
    "CREATE INDEX members_id_number ON members (id_number)",
    "CREATE UNIQUE INDEX members_member_no ON members (member_no)",
    "CREATE INDEX members_phone ON members (phone)",
    "CREATE INDEX applications_card_no ON applications (card_no)",
    "CREATE INDEX applications_id_number ON applications (id_number)",
    "CREATE INDEX applications_name ON applications (name)",
    "CREATE INDEX applications_phone ON applications (phone)",
    "CREATE INDEX applications_state ON applications (state, updated_at)",
    "CREATE INDEX applications_updated_at ON applications (updated_at)",
    "CREATE INDEX moves_application ON moves (application_id, seq)",
    "CREATE INDEX scans_application ON scans (application_id, added_at)",
    "CREATE INDEX scans_sha256 ON scans (sha256)",
    """CREATE UNIQUE INDEX outbox_open ON outbox (application_id, revision, kind)
       WHERE state IN ('waiting', 'accepted', 'quarantined') AND kind <> 'add_scans'""",
    "CREATE INDEX outbox_application ON outbox (application_id, seq)",
    "CREATE INDEX outbox_state ON outbox (state, seq)",
)

APPLICATION_TRIGGERS = (
    """
    CREATE TRIGGER applications_begin_as_drafts BEFORE INSERT ON applications
    WHEN NEW.state <> 'draft' OR NEW.revision <> 0
    BEGIN SELECT RAISE(ABORT, 'application_not_a_draft'); END
    """,
    # domain.application.MOVES as it stood at this revision; what the server has told stands in moves before it happens
    """
    CREATE TRIGGER applications_move BEFORE UPDATE OF state ON applications
    WHEN NEW.state <> OLD.state AND OLD.state || '>' || NEW.state NOT IN (
        'draft>queued', 'draft>withdrawn',
        'queued>received', 'queued>withdrawn',
        'received>approved', 'received>rejected', 'received>returned', 'received>withdrawn',
        'returned>queued', 'returned>withdrawn',
        'approved>paid', 'approved>returned', 'approved>withdrawn'
    ) AND NOT EXISTS (
        SELECT 1 FROM moves WHERE application_id = NEW.id AND source = 'server' AND to_state = NEW.state
    )
    BEGIN SELECT RAISE(ABORT, 'move_not_allowed'); END
    """,
    """
    CREATE TRIGGER applications_content BEFORE UPDATE OF content ON applications
    WHEN NEW.content <> OLD.content AND OLD.state NOT IN ('draft', 'returned')
    BEGIN SELECT RAISE(ABORT, 'content_frozen'); END
    """,
    """
    CREATE TRIGGER applications_revision BEFORE UPDATE OF revision ON applications
    WHEN NEW.revision <> (SELECT COALESCE(MAX(revision), 0) FROM revisions WHERE application_id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'revision_not_frozen'); END
    """,
    """
    CREATE TRIGGER applications_identity BEFORE UPDATE ON applications
    WHEN NEW.id <> OLD.id OR NEW.reference <> OLD.reference OR NEW.author_id <> OLD.author_id
        OR NEW.author_name <> OLD.author_name OR NEW.created_at <> OLD.created_at
    BEGIN SELECT RAISE(ABORT, 'application_immutable'); END
    """,
    """
    CREATE TRIGGER applications_stay BEFORE DELETE ON applications
    BEGIN SELECT RAISE(ABORT, 'application_immutable'); END
    """,
)

RECORD_TRIGGERS = (
    """
    CREATE TRIGGER revisions_consecutive BEFORE INSERT ON revisions
    WHEN NEW.revision <>
        (SELECT COALESCE(MAX(revision), 0) + 1 FROM revisions WHERE application_id = NEW.application_id)
    BEGIN SELECT RAISE(ABORT, 'revision_not_consecutive'); END
    """,
    """
    CREATE TRIGGER revisions_immutable BEFORE UPDATE ON revisions
    BEGIN SELECT RAISE(ABORT, 'revision_immutable'); END
    """,
    """
    CREATE TRIGGER revisions_stay BEFORE DELETE ON revisions
    BEGIN SELECT RAISE(ABORT, 'revision_immutable'); END
    """,
    """
    CREATE TRIGGER moves_immutable BEFORE UPDATE ON moves
    BEGIN SELECT RAISE(ABORT, 'move_immutable'); END
    """,
    """
    CREATE TRIGGER moves_stay BEFORE DELETE ON moves
    BEGIN SELECT RAISE(ABORT, 'move_immutable'); END
    """,
    """
    CREATE TRIGGER receipts_immutable BEFORE UPDATE ON receipts
    BEGIN SELECT RAISE(ABORT, 'receipt_immutable'); END
    """,
    """
    CREATE TRIGGER receipts_stay BEFORE DELETE ON receipts
    BEGIN SELECT RAISE(ABORT, 'receipt_immutable'); END
    """,
    """
    CREATE TRIGGER audit_consecutive BEFORE INSERT ON audit
    WHEN NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM audit)
    BEGIN SELECT RAISE(ABORT, 'audit_not_consecutive'); END
    """,
    """
    CREATE TRIGGER audit_immutable BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'audit_immutable'); END
    """,
    """
    CREATE TRIGGER audit_stay BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'audit_immutable'); END
    """,
)

SCAN_AND_OUTBOX_TRIGGERS = (
    """
    CREATE TRIGGER scans_frozen BEFORE UPDATE ON scans
    WHEN OLD.frozen_revision > 0 AND (NEW.frozen_revision <> OLD.frozen_revision OR NEW.id <> OLD.id
        OR NEW.application_id <> OLD.application_id OR NEW.kind <> OLD.kind OR NEW.sha256 <> OLD.sha256
        OR NEW.size <> OLD.size OR NEW.media_type <> OLD.media_type OR NEW.file_name <> OLD.file_name)
    BEGIN SELECT RAISE(ABORT, 'scan_frozen'); END
    """,
    """
    CREATE TRIGGER scans_stay BEFORE DELETE ON scans WHEN OLD.frozen_revision > 0
    BEGIN SELECT RAISE(ABORT, 'scan_frozen'); END
    """,
    """
    CREATE TRIGGER outbox_immutable BEFORE UPDATE ON outbox
    WHEN NEW.seq <> OLD.seq OR NEW.op_id <> OLD.op_id OR NEW.application_id <> OLD.application_id
        OR NEW.reference <> OLD.reference OR NEW.kind <> OLD.kind OR NEW.revision <> OLD.revision
        OR NEW.body <> OLD.body OR NEW.body_sha256 <> OLD.body_sha256 OR NEW.created_at <> OLD.created_at
    BEGIN SELECT RAISE(ABORT, 'outbox_immutable'); END
    """,
    """
    CREATE TRIGGER outbox_stay BEFORE DELETE ON outbox
    BEGIN SELECT RAISE(ABORT, 'outbox_immutable'); END
    """,
)

_NAMES = (
    *("members", "name_keys", "applications", "serials", "revisions", "moves", "scans", "outbox", "receipts"),
    *("audit", "settings", "facts", "packs", "operators"),
)


def upgrade() -> None:
    for statement in (*TABLES, *INDEXES, *APPLICATION_TRIGGERS, *RECORD_TRIGGERS, *SCAN_AND_OUTBOX_TRIGGERS):
        op.execute(statement)


def downgrade() -> None:
    for name in reversed(_NAMES):
        op.drop_table(name)
