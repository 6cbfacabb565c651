from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from store import slots
from store.database import Database
from store.tables import job_slots

HOUR_S = 3_600
NOON_MS = 1_790_000_000_000 // (HOUR_S * 1_000) * (HOUR_S * 1_000)
"""The first millisecond of an hour."""


class Clock:
    """The database's clock, as a test sets it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ms = NOON_MS
        monkeypatch.setattr("store.slots.clock", lambda _connection: self.ms)
        monkeypatch.setattr("store.slots.now_ms", lambda: self.ms)

    def step(self, seconds: float) -> None:
        self.ms += int(seconds * 1_000)


@pytest.fixture
def clock(monkeypatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def database(emptied_database: Database) -> Database:
    return emptied_database


def due(database: Database, job: str = "pull:files") -> int | None:
    with database.write() as connection:
        return slots.due_slot(connection, job, HOUR_S)


def done(database: Database, slot: int | None, job: str = "pull:files") -> None:
    assert slot is not None
    with database.write() as connection:
        slots.done(connection, job, slot)


def taken(database: Database) -> list[int]:
    with database.read() as connection:
        return list(connection.execute(select(job_slots.c.slot).order_by(job_slots.c.slot)).scalars())


def test_a_slot_is_taken_once_by_eight_at_the_same_time(database):
    for job in map(str, range(10)):
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda _: due(database, job), range(8)))  # noqa: B023 - used up in the loop
        assert len([slot for slot in found if slot is not None]) == 1


def test_a_job_runs_once_in_each_interval(database, clock):
    first = due(database)
    assert first == NOON_MS // 3_600_000
    done(database, first)
    clock.step(HOUR_S - 1)
    assert due(database) is None
    clock.step(1)
    assert due(database) == first + 1


def test_jobs_do_not_wait_for_each_other(database, clock):
    assert due(database, "pull:files") == due(database, "assess") == clock.ms // 3_600_000


def test_of_the_slots_missed_only_the_last_runs(database, clock):
    first = due(database)
    done(database, first)
    clock.step(7.5 * HOUR_S)
    assert due(database) == first + 7
    assert due(database) is None
    assert taken(database) == [first, first + 7]


@pytest.mark.parametrize("back_s", [1, 300, HOUR_S, 30 * HOUR_S])
def test_a_clock_that_steps_back_takes_nothing(database, clock, back_s):
    first = due(database)
    done(database, first)
    clock.step(-back_s)
    assert due(database) is None
    clock.step(back_s)
    assert due(database) is None
    clock.step(HOUR_S)
    assert due(database) == first + 1


def test_a_lost_bell_rings_again_once_a_minute_until_the_job_is_done(database, clock):
    first = due(database)
    for _ in range(3):
        clock.step(59)
        assert due(database) is None
        clock.step(2)
        assert due(database) == first
        assert due(database) is None
    done(database, first)
    clock.step(61)
    assert due(database) is None


def test_a_bell_rung_again_by_eight_at_the_same_time_rings_once(database, clock):
    due(database)
    clock.step(61)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: due(database), range(8)))
    assert len([slot for slot in found if slot is not None]) == 1


def test_slots_long_past_are_forgotten(database, clock):
    for _ in range(slots.KEPT_SLOTS + 10):
        done(database, due(database))
        clock.step(HOUR_S)
    assert len(taken(database)) == slots.KEPT_SLOTS + 1


def test_a_slot_that_is_worked_on_is_not_rung_for_again(database: Database, clock: Clock):
    slot = due(database)
    assert slot is not None
    with database.write() as connection:
        assert slots.begin(connection, "pull:files", slot)

    clock.step(300)
    assert due(database) is None
    clock.step(400)
    assert due(database) == slot, "whoever worked on it is gone"

    with database.write() as connection:
        slots.done(connection, "pull:files", slot)
        assert not slots.begin(connection, "pull:files", slot)
