"""Contacts are found by who they are: two accounts that share one may be the same"""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_fact_contacts_subject"), "fact_contacts", ["subject"])


def downgrade() -> None:
    op.drop_index(op.f("ix_fact_contacts_subject"), "fact_contacts")
