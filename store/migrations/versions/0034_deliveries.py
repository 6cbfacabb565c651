"""What runs owed by where it stands, and what waits for a person, without a look at every notice"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0029"
branch_labels = None
depends_on = None

UNSETTLED = sa.text("status IN ('unknown', 'quarantined')")


def upgrade() -> None:
    op.create_index("ix_notices_run_status", "notices", ["run", "status"])
    op.drop_index("ix_notices_run", "notices")  # the one above begins as it does
    op.create_index(
        "ix_notices_unsettled",
        "notices",
        ["status", "id"],
        postgresql_where=UNSETTLED,
        sqlite_where=UNSETTLED,
    )


def downgrade() -> None:
    op.drop_index("ix_notices_unsettled", "notices")
    op.create_index("ix_notices_run", "notices", ["run"])
    op.drop_index("ix_notices_run_status", "notices")
