"""The roster moves to a file of its own; it is fetched from the server again.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

UP = (
    "DELETE FROM name_keys WHERE name NOT IN (SELECT name FROM applications)",
    "DROP TABLE members",
)

DOWN = (
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
    "CREATE INDEX members_card_no ON members (card_no)",
    "CREATE INDEX members_id_number ON members (id_number)",
    "CREATE UNIQUE INDEX members_member_no ON members (member_no)",
    "CREATE INDEX members_phone ON members (phone)",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
