"""Who runs, by their own word and the database's clock."""

import pytest
from sqlalchemy import select, update

from store.database import Database
from store.installation import set_setting, setting
from store.processes import Process, alive, ended, missing, seen, tick_age_s, ticked
from store.tables import processes

QUEUES = ("pull", "deliver")
TALKER = Process("t", "worker", "host", 7, ("pull", "deliver"))
BEAT = Process("b", "beat", "host", 8)


@pytest.fixture
def database(emptied_database: Database) -> Database:
    return emptied_database


@pytest.fixture
def connection(database):
    with database.write() as made:
        yield made


def passes(connection, seconds: int) -> None:
    """All that was said was said so much earlier."""
    connection.execute(update(processes).values(seen_ms=processes.c.seen_ms - seconds * 1000))
    last = setting(connection, "ticked_ms")
    set_setting(connection, "ticked_ms", last and str(int(last) - seconds * 1000))


def test_who_is_seen_is_there_until_silent_for_a_minute(connection):
    seen(connection, TALKER)
    seen(connection, BEAT)
    assert alive(connection) == [BEAT, TALKER]
    passes(connection, 59)
    assert alive(connection) == [BEAT, TALKER]
    passes(connection, 2)
    seen(connection, BEAT)
    assert alive(connection) == [BEAT]


def test_who_ended_or_has_something_wrong_is_not_there(connection):
    seen(connection, TALKER)
    seen(connection, BEAT)
    ended(connection, BEAT)
    seen(connection, TALKER, "pull has run for 700 s")
    assert alive(connection) == []


def test_one_long_gone_is_forgotten(connection):
    seen(connection, TALKER)
    passes(connection, 3_601)
    seen(connection, BEAT)
    assert list(connection.execute(select(processes.c.id)).scalars()) == ["b"]


def test_nothing_is_missing_where_all_queues_are_worked_on_and_ticks_come(connection):
    assert missing(connection, QUEUES) == [
        "nobody works on the queue pull",
        "nobody works on the queue deliver",
        "no beat runs",
        "there has been no tick yet",
    ]
    seen(connection, TALKER)
    seen(connection, BEAT)
    ticked(connection)
    assert missing(connection, QUEUES) == []
    assert missing(connection, (*QUEUES, "assess")) == ["nobody works on the queue assess"]


def test_ticks_that_no_longer_come_are_missed(connection):
    ticked(connection)
    passes(connection, 119)
    seen(connection, TALKER)
    seen(connection, BEAT)
    assert missing(connection, QUEUES) == []
    passes(connection, 3)
    seen(connection, TALKER)
    seen(connection, BEAT)
    assert missing(connection, QUEUES) == ["no tick for 122 s"]


def test_a_clock_that_stepped_back_misses_nothing(connection):
    ticked(connection)
    passes(connection, -500)
    assert tick_age_s(connection) == 0
