"""What colleagues keep: lists as they looked at them, and notes on accounts"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "views",
        sa.Column("id", KEY, nullable=False),
        sa.Column("whose", KEY, nullable=False),
        _text("list"),
        _text("name"),
        _text("query"),
        sa.Column("shared", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["whose"], ["users.id"], name=op.f("fk_views_whose")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_views")),
        sa.UniqueConstraint("whose", "list", "name", name=op.f("uq_views_whose_list_name")),
    )
    op.create_index("ix_views_list", "views", ["list"])
    op.create_table(
        "notes",
        sa.Column("id", KEY, nullable=False),
        sa.Column("account", KEY, nullable=False),
        _text("actor"),
        _text("words"),
        sa.Column("made_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_notes_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
    )
    op.create_index("ix_notes_account", "notes", ["account", "id"])


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def downgrade() -> None:
    for name in ("notes", "views"):
        op.drop_table(name)
