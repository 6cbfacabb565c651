"""Indexes by which runs and what waits for a person are found; attempts to sign in"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

UNSETTLED = sa.text("status IN ('unknown', 'quarantined')")


def upgrade() -> None:
    op.create_index("ix_notices_run_status", "notices", ["run", "status"])
    op.create_index(
        "ix_notices_unsettled",
        "notices",
        ["status", "id"],
        postgresql_where=UNSETTLED,
        sqlite_where=UNSETTLED,
    )
    op.create_table(
        "attempts",
        sa.Column("name", sa.Text(), nullable=False),
        *(
            sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)
            for name in ("in_a_row", "in_window", "window", "at_ms")
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_attempts")),
    )


def downgrade() -> None:
    op.drop_table("attempts")
    op.drop_index("ix_notices_unsettled", "notices")
    op.drop_index("ix_notices_run_status", "notices")
