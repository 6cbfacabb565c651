"""What the ledger of rules needs: when a flag first fired, what people answered, and what a run had demoted"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("flags", sa.Column("opened", sa.Date(), nullable=True))
    op.add_column("runs", sa.Column("demoted", sa.Text(), server_default="[]", nullable=False))
    op.create_table(
        "dismissals",
        sa.Column("id", KEY, nullable=False),
        sa.Column("account", KEY, nullable=False),
        sa.Column("rule", sa.Text(), server_default="", nullable=False),
        sa.Column("term", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.Column("given_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_dismissals_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dismissals")),
    )
    op.create_index(op.f("ix_dismissals_account"), "dismissals", ["account"])


def downgrade() -> None:
    op.drop_table("dismissals")
    op.drop_column("runs", "demoted")
    op.drop_column("flags", "opened")
