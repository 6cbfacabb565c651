"""A vendor's calls of a minute, taken by many at once: never more than there are."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, update

from store import budgets as store_budgets
from store.budgets import Slice, lease
from store.database import Database
from store.tables import budgets
from worker.budgets import SharedBudget


@pytest.fixture
def database(emptied_database: Database) -> Database:
    return emptied_database


def take(database: Database, calls: int, limit: int = 10) -> Slice:
    with database.write() as connection:
        return lease(connection, "vendor", calls, limit)


def minutes_pass(database: Database, minutes: int) -> None:
    """What was taken was taken so many minutes earlier; a negative number is a clock that stepped back."""
    with database.write() as connection:
        connection.execute(update(budgets).values(minute=budgets.c.minute - minutes))


def taken(database: Database) -> int:
    with database.read() as connection:
        return connection.execute(select(budgets.c.taken)).scalar_one()


def test_all_are_taken_or_none(database):
    minutes_pass(database, 0)
    assert take(database, 6).calls == 6
    spent = take(database, 5)
    assert spent.calls == 0
    assert 0 < spent.seconds <= 60
    assert take(database, 4).calls == 4


def test_the_next_minute_is_whole_again(database):
    take(database, 10)
    minutes_pass(database, 1)
    assert take(database, 10).calls == 10


def test_a_clock_that_steps_back_brings_no_new_minute(database):
    take(database, 10)
    minutes_pass(database, -3)
    assert take(database, 1).calls == 0


def test_more_than_a_minute_has_is_never_taken(database):
    assert take(database, 11).calls == 0


def test_eight_workers_never_take_more_than_there_is(database):
    workers = [SharedBudget(database, "vendor", 200) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        gone = [
            answer == 0.0
            for answers in pool.map(lambda each: [each.take(1) for _ in range(60)], workers)
            for answer in answers
        ]
    assert len(gone) == 480
    assert sum(gone) <= 2 * 200, "at most the minute it began in, and the one it may have ended in"
    assert sum(gone) >= 200 - 8 * 10, "what workers hold unused is one slice each"
    assert taken(database) <= 200


def test_a_worker_leases_by_the_slice(database, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "worker.budgets.lease", lambda *given, **_: asked.append(given[2]) or Slice(given[2], 30.0)
    )
    budget = SharedBudget(database, "vendor", 100)
    assert [budget.take(1) for _ in range(10)] == [0.0] * 10
    assert asked == [5, 5]
    assert budget.take(7) == 0.0
    assert asked == [5, 5, 7]


def test_a_slice_ends_with_its_minute(database, monkeypatch):
    now = [100.0]
    monkeypatch.setattr("worker.budgets.monotonic", lambda: now[0])
    leases = iter([Slice(5, 10.0), Slice(0, 42.0)])
    monkeypatch.setattr("worker.budgets.lease", lambda *_, **_more: next(leases))
    budget = SharedBudget(database, "vendor", 100)
    assert budget.take(1) == 0.0
    now[0] += 10.0
    assert budget.take(1) == 42.0


@pytest.mark.parametrize(("a_minute", "at_once", "each"), [(1_200, 20, 25), (599, 599, 160)])
def test_a_large_minute_is_spread_over_its_seconds(database, a_minute, at_once, each, monkeypatch):
    """On a clock that stands: all of it is taken within one second."""
    monkeypatch.setattr(store_budgets, "clock", lambda _connection: 1_795_753_100_250)
    workers = [SharedBudget(database, "vendor", a_minute) for _ in range(4)]
    waits = [worker.take(1) for worker in workers for _ in range(each)]
    assert waits.count(0.0) <= at_once
    assert {wait for wait in waits if wait} <= {0.75, 39.75}
    if a_minute >= 600:
        assert waits.count(0.0) == at_once


@pytest.mark.parametrize("a_minute", [100, 1_200], ids=["by the minute", "by the second"])
def test_reading_leaves_a_fifth_to_what_is_written(database, a_minute, monkeypatch):
    """On a clock that stands, so that by the second no more than one second's calls are there."""
    monkeypatch.setattr(store_budgets, "clock", lambda _connection: 1_795_753_100_250)
    there = a_minute if a_minute < 600 else a_minute // 60
    reading = SharedBudget(database, "vendor", a_minute, leaves_reserve=True)
    writing = SharedBudget(database, "vendor", a_minute)
    assert [reading.take(1) for _ in range(there + 1)].count(0.0) == there * 4 // 5
    assert [writing.take(1) for _ in range(there + 1)].count(0.0) == there // 5
    assert reading.take(1) > 0.0


def test_of_a_few_calls_none_is_kept_from_reading(database):
    assert SharedBudget(database, "vendor", 4, leaves_reserve=True).take(4) == 0.0
