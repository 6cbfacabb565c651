"""What the page of deliveries asks for is found by indexes: of notices that are settled none is looked at."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, event

from store import balance, unsettled
from store.database import Database, is_postgresql
from store.tables import notices

ASKED: dict[str, Callable[[Connection], object]] = {
    "what waits": unsettled.tallied,
    "what is unknown": lambda connection: unsettled.listed(connection, ["unknown"], 50),
    "what is quarantined": lambda connection: unsettled.listed(connection, ["quarantined"], 50),
    "the last runs": lambda connection: balance.balances(connection, 41),
}


@contextmanager
def told(database: Database) -> Iterator[list[str]]:
    """The plans of whatever is asked meanwhile."""
    plans: list[str] = []

    def explain(connection: Connection, _cursor: object, statement: str, params: object, *_: object) -> None:
        if "EXPLAIN" in statement or "FROM notices" not in statement:
            return
        how = "EXPLAIN" if is_postgresql(connection) else "EXPLAIN QUERY PLAN"
        rows = connection.exec_driver_sql(f"{how} {statement}", params)  # type: ignore[arg-type]  # as it came
        plans.append("\n".join(str(row[-1]) for row in rows))

    event.listen(database.engine, "before_cursor_execute", explain)
    yield plans
    event.remove(database.engine, "before_cursor_execute", explain)


@pytest.mark.parametrize("name", ASKED)
def test_no_settled_notice_is_looked_at(emptied_database: Database, name: str) -> None:
    with told(emptied_database) as plans, emptied_database.read() as connection:
        if is_postgresql(connection):
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # so small a table it would read
        ASKED[name](connection)

    assert plans
    assert [plan for plan in plans if "Seq Scan on notices" in plan] == []
    lines = [line.strip() for plan in plans for line in plan.splitlines()]
    assert "SCAN notices" not in lines
    assert any("ix_notices_" in line for line in lines)


def test_the_index_of_what_is_left_to_a_person_is_of_nothing_else() -> None:
    (index,) = [each for each in notices.indexes if each.name == "ix_notices_unsettled"]
    only = str(index.dialect_options["sqlite"]["where"])
    assert only == f"status IN {unsettled.LEFT!r}"
