"""What is found by indexes: of settled notices none is looked at, of assessments one for each account."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from sqlalchemy import Connection, create_engine, event, insert, select

from health.nouns import Notice
from store import balance, nudges, unsettled
from store.database import Database, is_postgresql
from store.tables import accounts, metadata, notices
from store.verdicts import standing_until

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


def test_what_people_were_sent_of_late_is_found_by_person_and_by_account(emptied_database: Database) -> None:
    said = {
        "destination": "mail",
        "kind": "message",
        "template": "welcome",
        "payload": "{}",
        "status": "sent",
    }
    rows = [
        {
            **said,
            "id": n,
            "key": f"n{n}",
            "thread": f"t{n}",
            "owner": f"person {n % 500}",
            "account": n % 500 + 1,
        }
        for n in range(1, 4_001)
    ]
    letter = Notice("n7", "mail", "message", "t7", 8, "welcome", "person 7", "{}", id=7)
    with (
        told(emptied_database) as plans,
        emptied_database.engine.connect() as connection,
    ):  # all of it is undone
        connection.execute(insert(accounts), [{"id": n, "key": f"a{n}"} for n in range(1, 501)])
        connection.execute(insert(notices), rows)
        connection.exec_driver_sql("ANALYZE notices")
        nudges.lately(connection, [letter], ("welcome",), 7)

    by_person, by_account = plans
    assert "ix_notices_owner" in by_person, by_person
    assert "ix_notices_told" in by_account, by_account


def test_the_index_of_what_is_left_to_a_person_is_of_nothing_else() -> None:
    (index,) = [each for each in notices.indexes if each.name == "ix_notices_unsettled"]
    only = str(index.dialect_options["sqlite"]["where"])
    assert only == f"status IN {unsettled.LEFT!r}"


def test_what_stood_as_a_day_began_is_looked_up_by_whole_keys() -> None:
    """By its run alone a row would be looked for among those of a whole book, once for each account."""
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    query = select(standing_until(date(2026, 6, 1))).compile(engine, compile_kwargs={"literal_binds": True})
    with engine.connect() as connection:
        plan = [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}")]
    assert any("(account=? AND as_of=? AND run=?)" in line for line in plan), plan
