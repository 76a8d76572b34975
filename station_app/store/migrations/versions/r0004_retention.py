"""Scans of paid cases can be erased; the place of a payment in the server's log.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

UP = (
    "ALTER TABLE applications ADD COLUMN paid_seq INTEGER",
    "ALTER TABLE scans ADD COLUMN erased_at TEXT",
    "CREATE INDEX scans_kept ON scans (application_id) WHERE erased_at IS NULL",
    """
    CREATE TRIGGER scans_erased BEFORE UPDATE OF erased_at ON scans
    WHEN OLD.erased_at IS NOT NULL OR NOT EXISTS (
        SELECT 1 FROM applications JOIN receipts
            ON receipts.application_id = applications.id AND receipts.revision = applications.revision
        WHERE applications.id = NEW.application_id AND applications.state = 'paid'
    )
    BEGIN SELECT RAISE(ABORT, 'scan_not_erasable'); END
    """,
    # the server tells of all cases again, with the place of each payment in its log
    "UPDATE facts SET value = json_set(value, '$.log', 0) WHERE key = 'cursor' AND json_valid(value)",
)

DOWN = (
    "DROP TRIGGER scans_erased",
    "DROP INDEX scans_kept",
    "ALTER TABLE scans DROP COLUMN erased_at",
    "ALTER TABLE applications DROP COLUMN paid_seq",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
