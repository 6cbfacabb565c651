"""Colleagues as Slack knows them by their address; accounts that a source says are not to be contacted"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

ACCOUNTS = ("fact_accounts", "fact_accounts_past")


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
    for table in ACCOUNTS:
        op.add_column(table, sa.Column("do_not_contact", sa.Boolean(), nullable=True))


def downgrade() -> None:
    for table in ACCOUNTS:
        op.drop_column(table, "do_not_contact")
    op.drop_table("colleagues")
