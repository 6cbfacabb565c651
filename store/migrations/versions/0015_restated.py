"""What of an account's facts changed since its feature row was built, and who is to be judged"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "accounts", sa.Column("reshaped", sa.Boolean(), server_default=sa.text("true"), nullable=False)
    )
    op.add_column("accounts", sa.Column("restated_from", sa.Date(), nullable=True))
    op.create_index(
        "ix_accounts_touched",
        "accounts",
        ["id"],
        postgresql_where=sa.text("touched > judged"),
        sqlite_where=sa.text("touched > judged"),
    )


def downgrade() -> None:
    op.drop_index("ix_accounts_touched", "accounts")
    op.drop_column("accounts", "restated_from")
    op.drop_column("accounts", "reshaped")
