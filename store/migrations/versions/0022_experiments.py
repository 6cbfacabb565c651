"""What is tried on customers, and the arm that each account was drawn into"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "experiments",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("letter", sa.Text(), server_default="", nullable=False),
        sa.Column("hash", sa.Text(), server_default="", nullable=False),
        sa.Column("planned", sa.Text(), server_default="", nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("stopped_on", sa.Date(), nullable=True),
        sa.Column("stop_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("read_on", sa.Date(), nullable=True),
        sa.Column("reading", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_experiments"),
    )
    op.create_index(
        "ix_experiments_running",
        "experiments",
        ["letter"],
        unique=True,
        postgresql_where=sa.text("stopped_on IS NULL"),
        sqlite_where=sa.text("stopped_on IS NULL"),
    )
    op.create_table(
        "arms",
        sa.Column("experiment", sa.Text(), nullable=False),
        sa.Column("account", KEY, nullable=False),
        sa.Column("arm", sa.Text(), server_default="", nullable=False),
        sa.Column("stratum", sa.Text(), server_default="", nullable=False),
        sa.Column("drawn_on", sa.Date(), nullable=False),
        sa.Column("run", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["experiment"], ["experiments.name"], name="fk_arms_experiment"),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_arms_account"),
        sa.PrimaryKeyConstraint("experiment", "account", name="pk_arms"),
    )


def downgrade() -> None:
    op.drop_table("arms")
    op.drop_index("ix_experiments_running", "experiments")
    op.drop_table("experiments")
