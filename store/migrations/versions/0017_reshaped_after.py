"""The last run that judged an account by other facts than those of today, days of use left out"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("accounts", sa.Column("reshaped_after", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("accounts", "reshaped_after")
