"""Many rows at once: what is read is what was written, of every type, on both databases."""

from datetime import date

import pytest
from sqlalchemy import insert, select

from store import runs
from store.bulk import blobs, load
from store.runs import Basis
from store.tables import accounts, assessments, features

BASIS = Basis(pulse="{}", known="{}", policy_hash="p", engine_version="1")
DAY = date(2026, 6, 1)
EVERY_BYTE = bytes(range(256)) * 20
HOSTILE = "'; DROP TABLE accounts; -- \\N \t \n é 中 🙂 \\"


@pytest.fixture
def database(emptied_database):
    with emptied_database.write() as connection:
        packed = dict(enumerate([b"", EVERY_BYTE, b"\\x00"], 1))
        connection.execute(insert(accounts), [{"id": at, "key": f"a{at}"} for at in packed])
        connection.execute(
            insert(features), [{"account": at, "packed": value} for at, value in packed.items()]
        )
    return emptied_database


@pytest.mark.parametrize(
    ("ids", "found"), [([1, 2, 3], [b"", EVERY_BYTE, b"\\x00"]), ([2], [EVERY_BYTE]), ([], [])]
)
def test_bytes_come_as_they_are(database, ids, found):
    query = select(features.c.packed).where(features.c.account.in_(ids)).order_by(features.c.account)
    with database.read() as connection:
        assert list(blobs(connection, query)) == found


def test_rows_of_every_type_are_stored_as_they_are(database):
    with database.write() as connection:
        run, _ = runs.open_run(connection, runs.FULL, DAY, BASIS, 10)
        row = (1, DAY, run, 2**40, -1, 0, 0.1, "healthy", HOSTILE, EVERY_BYTE)
        load(connection, assessments, assessments.columns.values(), [row])
        assert [tuple(each) for each in connection.execute(select(assessments))] == [row]


def test_a_column_left_out_has_its_default(database):
    with database.write() as connection:
        load(connection, accounts, [accounts.c.id, accounts.c.key], iter([(7, "g"), (8, "h")]))
        query = select(accounts.c.key, accounts.c.touched, accounts.c.judged_run).where(accounts.c.id > 6)
        assert sorted(map(tuple, connection.execute(query))) == [("g", 1, None), ("h", 1, None)]
