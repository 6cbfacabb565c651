"""What verdicts would have been with facts that came late, and whose facts these are"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "rescored",
        sa.Column("account", KEY, nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("run", KEY, nullable=False),
        sa.Column("by_run", KEY, nullable=False),
        sa.Column("points", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("low", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("high", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("coverage", sa.Float(), nullable=False),
        sa.Column("band", sa.Text(), server_default="", nullable=False),
        sa.Column("term", sa.Text(), server_default="", nullable=False),
        sa.Column("verdict", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_rescored_account")),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name=op.f("fk_rescored_run")),
        sa.ForeignKeyConstraint(["by_run"], ["runs.id"], name=op.f("fk_rescored_by_run")),
        sa.PrimaryKeyConstraint("account", "run", "by_run", name=op.f("pk_rescored")),
    )
    op.create_table(
        "late",
        sa.Column("account", KEY, nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_late_account")),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_late")),
    )


def downgrade() -> None:
    op.drop_table("late")
    op.drop_table("rescored")
