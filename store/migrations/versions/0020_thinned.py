"""How far the verdicts of a run are thinned"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("runs", sa.Column("thinned", sa.BigInteger(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("runs", "thinned")
