"""One of many: the same rows as ``IN``, on both databases, however many values there are."""

import pytest
from sqlalchemy import select

from store.among import among
from store.tables import installation, source_status

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
