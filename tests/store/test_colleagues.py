"""Who was found in Slack, and when it is asked again, on either database."""

import pytest
from sqlalchemy import select, update

from health.colleagues import Found
from store import colleagues
from store.database import Database
from store.tables import colleagues as table

ANN, BOB, CARL = "ann@seller.example", "bob@seller.example", "carl@seller.example"
DAY_MS = 86_400_000


@pytest.fixture
def database(emptied_database: Database) -> Database:
    """Ann was found, Bob never was, nobody asked about Carl."""
    with emptied_database.write() as connection:
        colleagues.keep(connection, ANN, "U01ANN")
        colleagues.keep(connection, BOB, "")
    return emptied_database


def due(database: Database, days: float = 0.0, most: int = 9) -> list[str]:
    with database.write() as connection:
        connection.execute(update(table).values(asked_ms=table.c.asked_ms - int(days * DAY_MS)))
        return colleagues.due(connection, {ANN, BOB, CARL}, most)


def test_it_is_asked_again_after_a_week_and_after_a_day_where_nobody_was_found(database):
    assert due(database) == [CARL]
    assert due(database, 0.9) == [CARL]
    assert due(database, 0.2) == [CARL, BOB]
    assert due(database, 5.5) == [CARL, BOB]
    assert due(database, 0.5) == [CARL, BOB, ANN]
    assert due(database, most=2) == [CARL, BOB]


def test_who_is_gone_is_known_by_the_id_they_had(database):
    with database.write() as connection:
        assert colleagues.found(connection) == {ANN: Found("U01ANN")}
        colleagues.keep(connection, ANN, "")
        assert colleagues.found(connection) == {ANN: Found("U01ANN", left=True)}
        colleagues.keep(connection, ANN, "U02ANN")
        assert colleagues.found(connection) == {ANN: Found("U02ANN")}


def test_who_is_missing_is_told_once_until_they_are_found(database):
    with database.write() as connection:
        assert colleagues.untold(connection, {ANN, BOB}) == [BOB]
        assert colleagues.untold(connection, {ANN}) == []
        colleagues.told(connection, [BOB])
        colleagues.keep(connection, BOB, "")
        assert colleagues.untold(connection, {ANN, BOB}) == []
        colleagues.keep(connection, BOB, "U02BOB")
        colleagues.keep(connection, BOB, "")
        assert colleagues.untold(connection, {ANN, BOB}) == [BOB]


def test_who_is_looked_for_no_more_is_forgotten_in_time(database):
    with database.write() as connection:
        for days, left in ((89, {ANN, BOB}), (2, {BOB})):
            connection.execute(update(table).values(asked_ms=table.c.asked_ms - days * DAY_MS))
            colleagues.forget(connection, {BOB})
            assert set(connection.execute(select(table.c.address)).scalars()) == left
