"""Of a page's remark: what it was given for. Remarks from before cover everything.

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE scans ADD COLUMN excused TEXT")


def downgrade() -> None:
    op.execute("ALTER TABLE scans DROP COLUMN excused")
