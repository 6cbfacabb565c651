"""What people look at: the book as lists show it, who may sign in, and which programs may ask"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "book",
        sa.Column("account", KEY, autoincrement=False, nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        _text("csm_email"),
        _text("sales_email"),
        _text("band"),
        _text("band_before"),
        _number("points"),
        _number("moved"),
        _number("priority"),
        _number("mrr_minor", None),
        _number("at_risk_minor", None),
        _text("currency"),
        sa.Column("anchor_on", sa.Date(), nullable=True),
        _number("utilisation_pct", None),
        sa.Column("grows", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        _text("plan"),
        _text("customer_type"),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_book_account")),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_book")),
    )
    op.create_index("ix_book_priority", "book", ["priority", "account"])
    op.create_index("ix_book_csm_email", "book", ["csm_email", "priority", "account"])
    op.create_index("ix_book_anchor_on", "book", ["anchor_on", "account"])
    op.create_index("ix_book_band", "book", ["band", "priority", "account"])
    grows = sa.text("grows")
    op.create_index(
        "ix_book_grows", "book", ["priority", "account"], sqlite_where=grows, postgresql_where=grows
    )
    op.create_table(
        "users",
        sa.Column("id", KEY, nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        _text("role"),
        sa.Column("own_only", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        _text("password"),
        _text("zone", "UTC"),
        _text("language", "en"),
        _number("made_ms"),
        _number("disabled_ms", None),
        _number("failures"),
        _number("failed_ms", None),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
    )
    op.create_table(
        "sessions",
        sa.Column("id", KEY, nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("whose", KEY, nullable=False),
        _text("agent"),
        _number("made_ms"),
        _number("seen_ms"),
        _number("ends_ms"),
        sa.ForeignKeyConstraint(["whose"], ["users.id"], name=op.f("fk_sessions_whose")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("token", name=op.f("uq_sessions_token")),
    )
    op.create_index("ix_sessions_whose", "sessions", ["whose"])
    op.create_table(
        "tokens",
        sa.Column("id", KEY, nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        _text("name"),
        _text("scopes"),
        _text("actor"),
        _number("made_ms"),
        _number("ends_ms"),
        _number("seen_ms", None),
        _number("revoked_ms", None),
        _number("minute"),
        _number("calls"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("token", name=op.f("uq_tokens_token")),
    )
    op.create_index("ix_audit_about", "audit", ["about", "id"])


def _text(name: str, default: str = "") -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=default, nullable=False)


def _number(name: str, default: int | None = 0) -> sa.Column[int]:
    stated = None if default is None else str(default)
    return sa.Column(name, sa.BigInteger(), server_default=stated, nullable=default is None)


def downgrade() -> None:
    op.drop_index("ix_audit_about", "audit")
    for table in ("tokens", "sessions", "users", "book"):
        op.drop_table(table)
