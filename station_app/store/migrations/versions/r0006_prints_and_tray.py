"""What was printed to be signed, and pages that wait to be filed.

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

UP = (
    """
    CREATE TABLE prints (
        reference TEXT NOT NULL,
        paper TEXT NOT NULL CHECK (paper IN ('form', 'sheet')),
        revision INTEGER NOT NULL,
        digest TEXT NOT NULL,
        content TEXT NOT NULL CHECK (json_valid(content)),
        came TEXT NOT NULL CHECK (json_valid(came)),
        printed_at TEXT NOT NULL,
        operator_id TEXT NOT NULL,
        PRIMARY KEY (reference, paper, revision, digest)
    ) WITHOUT ROWID, STRICT
    """,
    """
    CREATE TABLE tray (
        id TEXT NOT NULL,
        sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
        size INTEGER NOT NULL CHECK (size > 0),
        media_type TEXT NOT NULL,
        source TEXT NOT NULL CHECK (source IN ('file', 'device')),
        file_name TEXT NOT NULL,
        reason TEXT NOT NULL,
        params TEXT NOT NULL CHECK (json_valid(params)),
        code TEXT NOT NULL,
        kind TEXT CHECK (kind IN ('id_front', 'id_back', 'card', 'certificate', 'form', 'other')),
        application_id TEXT,
        documents TEXT NOT NULL CHECK (json_valid(documents)),
        added_at TEXT NOT NULL,
        operator_id TEXT NOT NULL,
        PRIMARY KEY (id),
        FOREIGN KEY(application_id) REFERENCES applications (id)
    ) STRICT
    """,
    "CREATE INDEX tray_file_name ON tray (file_name)",
)

DOWN = ("DROP TABLE tray", "DROP TABLE prints")


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
