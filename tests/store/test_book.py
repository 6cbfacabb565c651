"""The book is read in one go: what it costs grows with the accounts, not with their square."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import insert

from store import verdicts
from store.database import Connection, Database
from store.schema import migrate
from store.tables import accounts, assessments, runs

AS_OF = date(2026, 6, 1)
STEPS = 100


@pytest.fixture
def filled(tmp_path) -> Callable[[int], Database]:
    """A database in which a run has judged so many accounts; what it found is left out."""

    def fill(number: int) -> Database:
        made = Database(str(tmp_path / f"{number}.sqlite3"))
        migrate(made)
        ids = range(1, number + 1)
        with made.write() as connection:
            connection.execute(
                insert(runs), {"id": 1, "kind": "full", "as_of": AS_OF, "first": True, "live": False}
            )
            connection.execute(insert(accounts), [{"id": n, "key": f"a{n}", "judged_run": 1} for n in ids])
            judged = {"as_of": AS_OF, "run": 1, "coverage": 1.0, "verdict": b""}
            connection.execute(insert(assessments), [{"account": n, **judged} for n in ids])
        return made

    return fill


def steps(connection: Connection) -> int:
    """How many hundred steps SQLite takes to find the book."""
    taken = 0

    def count() -> None:
        nonlocal taken
        taken += 1

    driver = connection.connection.driver_connection
    driver.set_progress_handler(count, STEPS)
    connection.execute(verdicts._latest().order_by(accounts.c.id)).all()
    driver.set_progress_handler(None, 0)
    return taken


def test_four_times_the_accounts_cost_four_times_the_steps(filled):
    few, many = filled(300), filled(1_200)
    with few.read() as one, many.read() as other:
        assert steps(other) < 5 * steps(one)
    few.close()
    many.close()
