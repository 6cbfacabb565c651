"""Notes of colleagues that something is expected: events of a source of our own, which states no kind."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from health.figures.days import start_ms
from health.records import Account
from store import expected, history, runs
from store.database import Database
from store.expected import SOURCE
from store.tables import accounts, past
from tests.store.test_facts import pull

DAY = date(2026, 6, 1)
LATER = date(2026, 7, 31)
AT_MS = start_ms(DAY) + 3_600_000


@pytest.fixture
def database(emptied_database: Database) -> Database:
    pull(emptied_database, [Account("a"), Account("b")])
    with emptied_database.write() as connection:
        connection.execute(update(accounts).values(judged=accounts.c.touched))
    return emptied_database


def add(database: Database, at_ms: int = AT_MS, until: date = LATER, key: str = "a") -> None:
    with database.write() as connection:
        expected.add(connection, key, at_ms, until, "a summer break")


def touched(database: Database) -> list[str]:
    query = select(accounts.c.key).where(accounts.c.touched > accounts.c.judged).order_by(accounts.c.key)
    with database.read() as connection:
        return list(connection.execute(query).scalars())


def known_at(database: Database, day: date) -> list[str]:
    """The events that a verdict at the start of a day may rest on."""
    with database.read() as connection:
        then = history.moment(connection, day)
        ids = connection.execute(select(accounts.c.id).where(accounts.c.key == "a")).scalars().all()
        (row,) = history.rows_at(connection, ids, ("active_users",), then)
    return [each.detail for each in row.events]


def test_a_note_is_a_fact_of_its_account_alone(database: Database) -> None:
    add(database)

    assert touched(database) == ["a"]
    assert known_at(database, DAY + timedelta(days=1)) == ["until 2026-07-31: a summer break"]
    assert known_at(database, DAY) == []


def test_what_a_colleague_says_makes_no_other_event_known(database: Database) -> None:
    add(database)

    with database.read() as connection:
        fresh = history.freshness(connection, history.moment(connection, DAY + timedelta(days=1)))
    assert fresh[SOURCE].kinds == frozenset()


@pytest.mark.parametrize(("day", "holds"), [(DAY, True), (LATER, True), (LATER + timedelta(days=1), False)])
def test_it_holds_through_its_last_day(database: Database, day: date, *, holds: bool) -> None:
    add(database)

    with database.read() as connection:
        assert bool(expected.of(connection, "a", day)) == holds
        assert expected.of(connection, "b", day) == []


def test_taken_back_it_holds_no_more_and_stays_in_the_past(database: Database) -> None:
    add(database)
    add(database, AT_MS + 1, LATER + timedelta(days=9))
    with database.write() as connection:
        connection.execute(update(accounts).values(judged=accounts.c.touched))
        assert not runs.touched(connection)

    with database.write() as connection:
        assert expected.take_back(connection, "a", AT_MS)
        assert not expected.take_back(connection, "a", AT_MS)
        assert not expected.take_back(connection, "b", AT_MS + 1)

    assert touched(database) == ["a"]
    with database.read() as connection:
        (left,) = expected.of(connection, "a", DAY)
        assert expected.until(left) == LATER + timedelta(days=9)
        (before,) = connection.execute(select(past["events"].c.detail)).scalars()
    assert before == "until 2026-07-31: a summer break"


def test_a_note_founds_no_account(database: Database) -> None:
    add(database, key="nobody's")

    with database.read() as connection:
        assert list(connection.execute(select(accounts.c.key).order_by(accounts.c.key)).scalars()) == [
            "a",
            "b",
        ]
