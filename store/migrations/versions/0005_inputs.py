"""What the inputs of a run's verdicts are called, and verdicts without those names"""

from itertools import groupby
from typing import Any

import msgspec
import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

PAGE = 1_000
assessments = sa.table(
    "assessments", sa.column("run"), sa.column("account"), sa.column("verdict", sa.LargeBinary())
)
runs = sa.table("runs", sa.column("id"), sa.column("inputs"))


def upgrade() -> None:
    op.add_column("runs", sa.Column("inputs", sa.Text(), server_default="[]", nullable=False))
    after = (0, 0)
    while page := _page(after):
        for run, rows in groupby(page, key=lambda row: row[0]):
            _repack(run, list(rows))
        after = page[-1][:2]


def downgrade() -> None:
    """Drop the names. What came before cannot read the verdicts stored since; they are judged anew."""
    op.drop_column("runs", "inputs")


def _page(after: tuple[int, int]) -> list[Any]:
    """Return the run, account and verdict of the next stored verdicts."""
    c = assessments.c
    query = sa.select(c.run, c.account, c.verdict).where(sa.tuple_(c.run, c.account) > after)
    return [*op.get_bind().execute(query.order_by(c.run, c.account).limit(PAGE))]


def _repack(run: int, rows: list[Any]) -> None:
    """Name a run's inputs as its verdicts do, and store those without what the columns say."""
    found = [(account, msgspec.msgpack.decode(verdict)) for _, account, verdict in rows]
    names = list(found[0][1]["inputs"])
    op.get_bind().execute(runs.update().where(runs.c.id == run).values(inputs=msgspec.json.encode(names).decode()))
    statement = assessments.update().where(
        assessments.c.run == run, assessments.c.account == sa.bindparam("of")
    )
    op.get_bind().execute(
        statement.values(verdict=sa.bindparam("packed")),
        [{"of": account, "packed": _packed(verdict, names)} for account, verdict in found],
    )


def _packed(verdict: dict[str, Any], names: list[str]) -> bytes:
    *_, contributions = verdict["score"]
    inputs = [verdict["inputs"].get(name) for name in names]
    return msgspec.msgpack.encode(
        (contributions, inputs, verdict["signals"], verdict["facts"], verdict["undecided"])
    )
