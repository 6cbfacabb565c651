"""Feature rows in a table of their own"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "features",
        sa.Column("account", KEY, nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_features_account")),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_features")),
    )
    op.execute("INSERT INTO features SELECT id, features FROM accounts WHERE features IS NOT NULL")
    op.drop_column("accounts", "features")


def downgrade() -> None:
    op.add_column("accounts", sa.Column("features", sa.LargeBinary(), nullable=True))
    op.execute("UPDATE accounts SET features = (SELECT packed FROM features WHERE account = accounts.id)")
    op.drop_table("features")
