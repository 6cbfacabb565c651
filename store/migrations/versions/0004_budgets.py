"""Calls that each vendor allows us, shared by all workers"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "budgets",
        sa.Column("vendor", sa.Text(), nullable=False),
        sa.Column("minute", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("taken", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("vendor", name=op.f("pk_budgets")),
    )


def downgrade() -> None:
    op.drop_table("budgets")
