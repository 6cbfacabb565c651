"""What people say to alerts, and when a snooze is over"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("flags", sa.Column("until", sa.Date(), nullable=True))
    op.create_table(
        "answers",
        sa.Column("id", KEY, nullable=False),
        sa.Column("account", KEY, nullable=False),
        sa.Column("matter", sa.Text(), server_default="", nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("given_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("call", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_answers_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
        sa.UniqueConstraint("call", name=op.f("uq_answers_call")),
    )
    op.create_index(op.f("ix_answers_account"), "answers", ["account"])
    messages = sa.text("kind = 'message'")
    for name, column in (("ix_notices_told", "account"), ("ix_notices_said", "thread")):
        op.create_index(
            name, "notices", [column, "id"], sqlite_where=messages, postgresql_where=messages
        )
    kept = sa.text("reason = 'over_budget'")
    for name, condition in (("ix_notices_owner", messages), ("ix_notices_kept", kept)):
        op.create_index(
            name, "notices", ["owner", "settled_ms"], sqlite_where=condition, postgresql_where=condition
        )
    op.create_index(op.f("ix_threads_remote"), "threads", ["remote"])


def downgrade() -> None:
    op.drop_index("ix_threads_remote", "threads")
    op.drop_index("ix_notices_kept", "notices")
    op.drop_index("ix_notices_owner", "notices")
    op.drop_index("ix_notices_said", "notices")
    op.drop_index("ix_notices_told", "notices")
    op.drop_table("answers")
    op.drop_column("flags", "until")
