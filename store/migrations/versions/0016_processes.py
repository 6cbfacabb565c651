"""What runs, how many calls a vendor allows, and how many notices a run planned"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "processes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), server_default="", nullable=False),
        sa.Column("queues", sa.Text(), server_default="", nullable=False),
        sa.Column("host", sa.Text(), server_default="", nullable=False),
        sa.Column("pid", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("wrong", sa.Text(), server_default="", nullable=False),
        sa.Column("started_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("seen_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.add_column("runs", sa.Column("planned", sa.BigInteger(), nullable=True))
    op.add_column("budgets", sa.Column("allowed", sa.BigInteger(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("budgets", "allowed")
    op.drop_column("runs", "planned")
    op.drop_table("processes")
