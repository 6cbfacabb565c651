"""What the inputs of a run's verdicts are called"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("runs", sa.Column("inputs", sa.Text(), server_default="[]", nullable=False))


def downgrade() -> None:
    op.drop_column("runs", "inputs")
