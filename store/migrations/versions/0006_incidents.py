"""Incidents of sources, and the accounts whose alerts wait for them"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("began", sa.Date(), nullable=False),
        sa.Column("accounts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("opened_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("closed_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
    )
    still_open = sa.text("closed_ms IS NULL")
    op.create_index(
        "ix_incidents_open",
        "incidents",
        ["kind", "source"],
        unique=True,
        postgresql_where=still_open,
        sqlite_where=still_open,
    )
    op.add_column("accounts", sa.Column("held", sa.Text(), server_default="", nullable=False))
    kept_back = sa.text("held <> ''")
    op.create_index(
        "ix_accounts_held", "accounts", ["held"], postgresql_where=kept_back, sqlite_where=kept_back
    )


def downgrade() -> None:
    op.drop_index("ix_accounts_held", table_name="accounts")
    op.drop_column("accounts", "held")
    op.drop_table("incidents")
