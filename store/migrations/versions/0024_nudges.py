"""Accounts that are sent no nudge, and since when each kind of nudge is sent"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "contact_stops",
        sa.Column("id", KEY, nullable=False),
        sa.Column("account", KEY, nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.Column("set_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("lifted_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_contact_stops_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_stops")),
    )
    op.create_index(
        "ix_contact_stops_standing",
        "contact_stops",
        ["account"],
        unique=True,
        sqlite_where=sa.text("lifted_ms IS NULL"),
        postgresql_where=sa.text("lifted_ms IS NULL"),
    )
    op.create_table(
        "letter_starts",
        sa.Column("letter", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("letter", name=op.f("pk_letter_starts")),
    )


def downgrade() -> None:
    op.drop_table("letter_starts")
    op.drop_table("contact_stops")
