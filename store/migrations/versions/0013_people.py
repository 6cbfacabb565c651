"""Who did what on a day of an account, under tokens, and how many rows of a batch repeat another's id"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("batches", sa.Column("repeats", sa.BigInteger(), server_default="0", nullable=False))
    op.create_table(
        "fact_people",
        sa.Column("source_account", KEY, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("acts", sa.Text(), nullable=True),
        sa.Column("batch", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source_account", "day", "product", name=op.f("pk_fact_people")),
    )
    op.create_index(op.f("ix_fact_people_day"), "fact_people", ["day"])
    op.create_table(
        "fact_people_past",
        sa.Column("source_account", KEY, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("acts", sa.Text(), nullable=True),
        sa.Column("batch", sa.BigInteger(), nullable=False),
        sa.Column("until_batch", sa.BigInteger(), nullable=False),
    )
    op.create_index(
        op.f("ix_fact_people_past_source_account_until_batch"),
        "fact_people_past",
        ["source_account", "until_batch"],
    )


def downgrade() -> None:
    op.drop_table("fact_people_past")
    op.drop_table("fact_people")
    op.drop_column("batches", "repeats")
