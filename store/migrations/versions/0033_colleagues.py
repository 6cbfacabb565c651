"""Colleagues as Slack knows them by their address, and when it was asked"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "colleagues",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("slack", sa.Text(), server_default="", nullable=False),
        sa.Column("missing", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("asked_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("told", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_colleagues")),
    )


def downgrade() -> None:
    op.drop_table("colleagues")
