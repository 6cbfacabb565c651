"""Letters that were held for a person, and what became of that"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "approvals",
        sa.Column("notice", KEY, nullable=False),
        sa.Column("mode", sa.Text(), server_default="", nullable=False),
        sa.Column("rule", sa.Text(), server_default="", nullable=False),
        sa.Column("body", sa.Text(), server_default="", nullable=False),
        sa.Column("held_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("leaves_by_ms", sa.BigInteger(), nullable=True),
        sa.Column("thread", sa.Text(), server_default="", nullable=False),
        sa.Column("warned_ms", sa.BigInteger(), nullable=True),
        sa.Column("decision", sa.Text(), server_default="", nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["notice"], ["notices.id"], name=op.f("fk_approvals_notice")),
        sa.PrimaryKeyConstraint("notice", name=op.f("pk_approvals")),
    )
    undecided, held = sa.text("decision = ''"), sa.text("status = 'held'")
    op.create_index(
        "ix_approvals_open", "approvals", ["expires_ms"], sqlite_where=undecided, postgresql_where=undecided
    )
    op.create_index("ix_notices_held", "notices", ["id"], sqlite_where=held, postgresql_where=held)


def downgrade() -> None:
    op.drop_index("ix_notices_held", "notices")
    op.drop_table("approvals")
