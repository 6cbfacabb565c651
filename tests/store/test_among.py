"""One of many: the same rows as ``IN``, on both databases, however many values there are."""

import pytest
from sqlalchemy import select

from store.among import among
from store.database import Database
from store.tables import installation, notices, source_status

HOSTILE = ["", "a,b", '"', "'; --", "{}", "[]", "\\", "NULL", "é 中 🙂", "a b"]
MORE_THAN_PARAMETERS = 40_000  # SQLite takes 32,766, PostgreSQL 65,535


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ([], []),
        (["a b"], ["a b"]),
        (HOSTILE, HOSTILE),
        (["absent", "", "NULL"], ["", "NULL"]),
        ([f"absent {n}" for n in range(MORE_THAN_PARAMETERS)] + ["{}"], ["{}"]),
    ],
)
def test_texts(emptied_database, asked, found):
    with emptied_database.write() as connection:
        connection.execute(installation.insert(), [{"name": name, "value": ""} for name in HOSTILE])
        query = select(installation.c.name).where(among(installation.c.name, asked))
        assert sorted(connection.execute(query).scalars()) == sorted(found)


def test_numbers(emptied_database):
    with emptied_database.write() as connection:
        rows = [{"source": str(n), "batch": n, "kinds": "[]"} for n in (0, -1, 7, 2**40)]
        connection.execute(source_status.insert(), rows)
        query = select(source_status.c.batch).where(among(source_status.c.batch, {7, 2**40, 8}))
        assert sorted(connection.execute(query).scalars()) == [7, 2**40]


def test_rows_are_looked_up_by_the_index(sqlite_url):
    database = Database(sqlite_url)
    query = select(notices.c.key).where(among(notices.c.id, [1, 2]), notices.c.kind == "state")
    with database.read() as connection:
        plan = connection.exec_driver_sql(
            f"EXPLAIN QUERY PLAN {query.compile(database.engine)}", ("[1, 2]", "state")
        ).all()
    database.close()
    assert plan[0][3] == "SEARCH notices USING INTEGER PRIMARY KEY (rowid=?)"
