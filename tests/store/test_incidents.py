"""At most one incident of a kind is open for a source, however many see it at once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import insert, select

from health.held import Held
from store import incidents
from store.database import Database
from store.tables import accounts

DAY = date(2026, 6, 1)
WRITERS = 8


@pytest.fixture
def database(emptied_database: Database) -> Database:
    return emptied_database


def at_once(database: Database, work):
    """Do something in as many units of work that have all begun to read before any writes."""
    ready = threading.Barrier(WRITERS)

    def one(number: int):
        ready.wait()
        with database.write() as connection:
            return work(connection, number)

    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(one, range(WRITERS)))


def begin(database: Database, kind: str = "fleet", source: str = "posthog", day: date = DAY):
    with database.write() as connection:
        return incidents.begin(connection, kind, source, day)


def test_whoever_sees_it_first_opens_it(database):
    found = at_once(database, lambda connection, _: incidents.begin(connection, "fleet", "posthog", DAY))
    assert sum(one is not None for one in found) == 1


def test_on_two_days_at_once_it_is_one_too(database):
    def opened(connection, number):
        return incidents.begin(connection, "fleet", "posthog", DAY.replace(day=1 + number))

    assert sum(one is not None for one in at_once(database, opened)) == 1


def test_it_is_closed_once_and_may_begin_again(database):
    first = begin(database)
    assert begin(database, day=DAY.replace(day=2)) is None
    closed = at_once(database, lambda connection, _: incidents.end(connection, first))
    assert closed.count(True) == 1
    again = begin(database)
    assert again is not None
    assert again.id != first.id


@pytest.mark.parametrize(("kind", "source"), [("stale", "posthog"), ("fleet", "keygen")])
def test_another_kind_or_source_is_another(database, kind, source):
    assert begin(database) is not None
    assert begin(database, kind, source) is not None
    with database.read() as connection:
        assert set(incidents.standing(connection)) == {("fleet", "posthog"), (kind, source)}


def test_it_remembers_the_most_that_waited_and_what_it_is_about(database):
    begun = begin(database)
    with database.write() as connection:
        for many in (3, 13, 5):
            incidents.grow(connection, begun, many)
        incidents.describe(connection, begun, "seats")
    with database.read() as connection:
        (found,) = incidents.standing(connection).values()
    assert (found.id, found.accounts, found.detail) == (begun.id, 13, "seats")


def test_who_waits_is_what_the_last_run_over_them_says(database):
    with database.write() as connection:
        rows = [{"key": f"a{number}", "judged_run": 1 + number // 4} for number in range(8)]
        connection.execute(insert(accounts), rows)
        ids = connection.execute(select(accounts.c.id).order_by(accounts.c.id)).scalars().all()

    def hold(run: int, *numbers: int) -> dict[Held, int]:
        found = {ids[number]: Held("fleet", "keygen") for number in numbers}
        with database.write() as connection:
            incidents.hold(connection, run, ids[0], ids[-1], found)
            return incidents.waiting(connection)

    assert hold(1, 0, 1) == {Held("fleet", "keygen"): 2}
    assert hold(2, 4) == {Held("fleet", "keygen"): 3}
    assert hold(1, 3) == {Held("fleet", "keygen"): 2}
    assert hold(2) == {Held("fleet", "keygen"): 1}
    assert hold(1) == {}
