"""What a statement of a verdict needs (the whole of its policy, and texts that rules compare), and overrides"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "policies",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_policies")),
    )
    op.create_table(
        "overrides",
        sa.Column("id", KEY, nullable=False),
        sa.Column("account", KEY, nullable=False),
        sa.Column("band", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.Column("set_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cleared_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_overrides_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_overrides")),
    )
    standing = sa.text("cleared_ms IS NULL")
    op.create_index(
        "ix_overrides_standing",
        "overrides",
        ["account"],
        unique=True,
        postgresql_where=standing,
        sqlite_where=standing,
    )
    op.add_column("runs", sa.Column("traits", sa.Text(), server_default="[]", nullable=False))


def downgrade() -> None:
    op.drop_column("runs", "traits")
    op.drop_table("overrides")
    op.drop_table("policies")
