"""Originals of pages that were cut out of them, what was read off pages, and the clerk's remark on one.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

UP = (
    """
    CREATE TABLE originals (
        id TEXT NOT NULL,
        application_id TEXT NOT NULL,
        sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
        size INTEGER NOT NULL CHECK (size > 0),
        media_type TEXT NOT NULL,
        file_name TEXT NOT NULL,
        added_at TEXT NOT NULL,
        erased_at TEXT,
        PRIMARY KEY (id),
        FOREIGN KEY(application_id) REFERENCES applications (id)
    ) STRICT
    """,
    "CREATE INDEX originals_application ON originals (application_id)",
    "CREATE INDEX originals_file_name ON originals (file_name)",
    "CREATE INDEX scans_file_name ON scans (file_name)",
    "ALTER TABLE scans ADD COLUMN original_id TEXT",
    "ALTER TABLE scans ADD COLUMN cut TEXT CHECK (json_valid(cut))",
    "ALTER TABLE scans ADD COLUMN replaces TEXT",
    "ALTER TABLE scans ADD COLUMN remark TEXT",
    """
    CREATE TABLE readings (
        scan_id TEXT NOT NULL,
        documents TEXT NOT NULL CHECK (json_valid(documents)),
        failure TEXT,
        read_at TEXT NOT NULL,
        PRIMARY KEY (scan_id),
        FOREIGN KEY(scan_id) REFERENCES scans (id)
    ) STRICT
    """,
    """
    CREATE TRIGGER originals_frozen BEFORE UPDATE ON originals
    WHEN NEW.id <> OLD.id OR NEW.application_id <> OLD.application_id OR NEW.sha256 <> OLD.sha256
        OR NEW.size <> OLD.size OR NEW.media_type <> OLD.media_type OR NEW.file_name <> OLD.file_name
    BEGIN SELECT RAISE(ABORT, 'original_frozen'); END
    """,
    """
    CREATE TRIGGER originals_stay BEFORE DELETE ON originals
    BEGIN SELECT RAISE(ABORT, 'original_frozen'); END
    """,
    """
    CREATE TRIGGER originals_erased BEFORE UPDATE OF erased_at ON originals
    WHEN OLD.erased_at IS NOT NULL OR NOT EXISTS (
        SELECT 1 FROM applications JOIN receipts
            ON receipts.application_id = applications.id AND receipts.revision = applications.revision
        WHERE applications.id = NEW.application_id AND applications.state = 'paid'
    )
    BEGIN SELECT RAISE(ABORT, 'original_not_erasable'); END
    """,
    """
    CREATE TRIGGER scans_have_their_original BEFORE INSERT ON scans
    WHEN NEW.original_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM originals WHERE id = NEW.original_id AND application_id = NEW.application_id
    )
    BEGIN SELECT RAISE(ABORT, 'original_unknown'); END
    """,
    """
    CREATE TRIGGER scans_cut_frozen BEFORE UPDATE OF original_id, cut, replaces ON scans
    WHEN NEW.original_id IS NOT OLD.original_id OR NEW.cut IS NOT OLD.cut OR NEW.replaces IS NOT OLD.replaces
    BEGIN SELECT RAISE(ABORT, 'scan_frozen'); END
    """,
)

DOWN = (
    "DROP TRIGGER scans_cut_frozen",
    "DROP TRIGGER scans_have_their_original",
    "DROP TRIGGER originals_erased",
    "DROP TRIGGER originals_stay",
    "DROP TRIGGER originals_frozen",
    "DROP TABLE readings",
    "ALTER TABLE scans DROP COLUMN remark",
    "ALTER TABLE scans DROP COLUMN replaces",
    "ALTER TABLE scans DROP COLUMN cut",
    "ALTER TABLE scans DROP COLUMN original_id",
    "DROP INDEX scans_file_name",
    "DROP TABLE originals",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
