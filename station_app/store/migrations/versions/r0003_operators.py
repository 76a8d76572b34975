"""Operators can be disabled and get a first password; a case can be handed over.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

UP = (
    "ALTER TABLE operators ADD COLUMN disabled_at TEXT",
    "ALTER TABLE operators ADD COLUMN first_password_at TEXT",
    "ALTER TABLE applications ADD COLUMN holder_id TEXT",
    "ALTER TABLE applications ADD COLUMN holder_name TEXT",
)

DOWN = (
    "ALTER TABLE applications DROP COLUMN holder_name",
    "ALTER TABLE applications DROP COLUMN holder_id",
    "ALTER TABLE operators DROP COLUMN first_password_at",
    "ALTER TABLE operators DROP COLUMN disabled_at",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
