"""PDF and TIFF of several pages are kept beside the pages that were taken out of them.

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

UP = (
    """
    CREATE TABLE paper_files (
        id TEXT NOT NULL,
        sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
        size INTEGER NOT NULL CHECK (size > 0),
        media_type TEXT NOT NULL,
        file_name TEXT NOT NULL,
        added_at TEXT NOT NULL,
        erased_at TEXT,
        PRIMARY KEY (id)
    ) STRICT
    """,
    "CREATE INDEX paper_files_sha256 ON paper_files (sha256)",
    "CREATE INDEX paper_files_file_name ON paper_files (file_name)",
    """
    CREATE TABLE case_files (
        application_id TEXT NOT NULL,
        file_id TEXT NOT NULL,
        PRIMARY KEY (application_id, file_id),
        FOREIGN KEY(application_id) REFERENCES applications (id),
        FOREIGN KEY(file_id) REFERENCES paper_files (id)
    ) WITHOUT ROWID, STRICT
    """,
    "CREATE INDEX case_files_file ON case_files (file_id)",
    "ALTER TABLE tray ADD COLUMN file_id TEXT",
    """
    CREATE TRIGGER paper_files_frozen BEFORE UPDATE ON paper_files
    WHEN NEW.id <> OLD.id OR NEW.sha256 <> OLD.sha256 OR NEW.size <> OLD.size OR NEW.media_type <> OLD.media_type
        OR NEW.file_name <> OLD.file_name OR NEW.added_at <> OLD.added_at
    BEGIN SELECT RAISE(ABORT, 'paper_file_frozen'); END
    """,
    """
    CREATE TRIGGER paper_files_stay BEFORE DELETE ON paper_files
    BEGIN SELECT RAISE(ABORT, 'paper_file_frozen'); END
    """,
    # of a file that several cases have a page of one is enough: what is erased of it must not lie on with the others
    """
    CREATE TRIGGER paper_files_erased BEFORE UPDATE OF erased_at ON paper_files
    WHEN OLD.erased_at IS NOT NULL OR (
        NOT EXISTS (
            SELECT 1 FROM case_files
            JOIN applications ON applications.id = case_files.application_id AND applications.state = 'paid'
            JOIN receipts ON receipts.application_id = applications.id AND receipts.revision = applications.revision
            WHERE case_files.file_id = NEW.id
        ) AND (
            EXISTS (SELECT 1 FROM case_files WHERE file_id = NEW.id)
            OR EXISTS (SELECT 1 FROM tray WHERE file_id = NEW.id)
        )
    )
    BEGIN SELECT RAISE(ABORT, 'paper_file_not_erasable'); END
    """,
    """
    CREATE TRIGGER case_files_stay BEFORE DELETE ON case_files
    BEGIN SELECT RAISE(ABORT, 'paper_file_frozen'); END
    """,
    """
    CREATE TRIGGER case_files_frozen BEFORE UPDATE ON case_files
    BEGIN SELECT RAISE(ABORT, 'paper_file_frozen'); END
    """,
)

DOWN = (
    "DROP TRIGGER case_files_frozen",
    "DROP TRIGGER case_files_stay",
    "DROP TRIGGER paper_files_erased",
    "DROP TRIGGER paper_files_stay",
    "DROP TRIGGER paper_files_frozen",
    "ALTER TABLE tray DROP COLUMN file_id",
    "DROP TABLE case_files",
    "DROP TABLE paper_files",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
