"""Use that a product tells event by event: what was counted, and days that are not over"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "messages",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("source", "message", name=op.f("pk_messages")),
    )
    op.create_index(op.f("ix_messages_day"), "messages", ["day"])
    op.create_table(
        "told_days",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("acts", sa.Text(), server_default="{}", nullable=False),
        sa.Column("totals", sa.Text(), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("source", "external_id", "day", name=op.f("pk_told_days")),
    )
    op.create_index(op.f("ix_told_days_source_day"), "told_days", ["source", "day"])
    op.create_index(op.f("ix_told_days_day"), "told_days", ["day"])
    op.create_table(
        "told_accounts",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("described", sa.Text(), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("source", "external_id", name=op.f("pk_told_accounts")),
    )
    op.create_index(op.f("ix_told_accounts_source_since"), "told_accounts", ["source", "since"])
    op.create_table(
        "told_users",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), server_default="", nullable=False),
        sa.Column("at_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("source", "subject", name=op.f("pk_told_users")),
    )


def downgrade() -> None:
    for name in ("told_users", "told_accounts", "told_days", "messages"):
        op.drop_table(name)
