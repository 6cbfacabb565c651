"""What accounts are called elsewhere"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "fact_identifiers",
        sa.Column("source_account", KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("batch", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source_account", "kind", "value", name=op.f("pk_fact_identifiers")),
    )
    op.create_index(op.f("ix_fact_identifiers_kind_value"), "fact_identifiers", ["kind", "value"])
    op.create_table(
        "fact_identifiers_past",
        sa.Column("source_account", KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("batch", sa.BigInteger(), nullable=False),
        sa.Column("until_batch", sa.BigInteger(), nullable=False),
    )
    op.create_index(
        op.f("ix_fact_identifiers_past_source_account_until_batch"),
        "fact_identifiers_past",
        ["source_account", "until_batch"],
    )
    op.create_index(op.f("ix_fact_accounts_domain"), "fact_accounts", ["domain"])


def downgrade() -> None:
    op.drop_index(op.f("ix_fact_accounts_domain"), "fact_accounts")
    op.drop_table("fact_identifiers_past")
    op.drop_table("fact_identifiers")
