"""The main reason of each account, by which lists are narrowed down; filled as each is judged next"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("book", sa.Column("main_reason", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("book", "main_reason")
