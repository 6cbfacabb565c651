"""Since when a notice counts as owed, by what is at stake; what people changed of what we wrote"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TRIED = "kind = 'state' AND attempt > 0 AND status <> 'sent'"


def upgrade() -> None:
    op.add_column("notices", sa.Column("rank_ms", sa.BigInteger(), server_default="0", nullable=False))
    op.create_index(
        "ix_notices_rank",
        "notices",
        ["destination", "rank_ms", "id", "due_ms"],
        postgresql_where=sa.text("status = 'due'"),
        sqlite_where=sa.text("status = 'due'"),
    )
    op.add_column("written", sa.Column("notice", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_notices_tried",
        "notices",
        ["thread"],
        postgresql_where=sa.text(TRIED),
        sqlite_where=sa.text(TRIED),
    )
    op.create_table(
        "edits",
        sa.Column("thread", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("destination", sa.Text(), server_default="", nullable=False),
        sa.Column("account", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("ours", sa.Text(), server_default="", nullable=False),
        sa.Column("theirs", sa.Text(), server_default="", nullable=False),
        sa.Column("since_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("taken_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"]),
        sa.PrimaryKeyConstraint("thread", "field"),
    )


def downgrade() -> None:
    op.drop_table("edits")
    op.drop_index("ix_notices_tried", "notices")
    op.drop_column("written", "notice")
    op.drop_index("ix_notices_rank", "notices")
    op.drop_column("notices", "rank_ms")
