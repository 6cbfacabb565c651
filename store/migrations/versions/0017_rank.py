"""Since when a notice counts as owed, by what is at stake"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notices", sa.Column("rank_ms", sa.BigInteger(), server_default="0", nullable=False))
    op.create_index(
        "ix_notices_rank",
        "notices",
        ["destination", "rank_ms", "id", "due_ms"],
        postgresql_where=sa.text("status = 'due'"),
        sqlite_where=sa.text("status = 'due'"),
    )


def downgrade() -> None:
    op.drop_index("ix_notices_rank", "notices")
    op.drop_column("notices", "rank_ms")
