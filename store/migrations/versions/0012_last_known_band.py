"""An account's last known band, and feature rows that hold what is committed"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

COMMITTED = """
    SELECT links.account FROM links
    JOIN fact_subscriptions ON fact_subscriptions.source_account = links.source_account
    WHERE links.to_batch IS NULL AND fact_subscriptions.committed > 0
"""


def upgrade() -> None:
    op.add_column("accounts", sa.Column("band", sa.Text(), server_default="", nullable=False))
    op.execute(f"UPDATE accounts SET touched = touched + 1 WHERE id IN ({COMMITTED})")  # noqa: S608 - ours


def downgrade() -> None:
    op.drop_column("accounts", "band")
