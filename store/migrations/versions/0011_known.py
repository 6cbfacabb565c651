"""What was known as a chunk was judged, and how many rows of a batch could not be read"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("chunks", sa.Column("known", sa.Text(), server_default="", nullable=False))
    op.add_column("batches", sa.Column("rejects", sa.BigInteger(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("batches", "rejects")
    op.drop_column("chunks", "known")
