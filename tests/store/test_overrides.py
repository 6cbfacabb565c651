"""Overrides: one stands per account, it ends by itself, and what was set is never rewritten."""

from datetime import date, timedelta

import pytest
from sqlalchemy import insert, select, update

from health.overrides import Override
from store import overrides, runs
from store.tables import accounts
from store.tables import overrides as table

DAY = date(2026, 6, 1)
SET = Override("watch", "they signed again", DAY)


@pytest.fixture
def database(emptied_database):
    with emptied_database.write() as connection:
        connection.execute(insert(accounts), [{"id": n, "key": f"a{n}", "fresh": 1} for n in (1, 2, 3)])
    return emptied_database


def put(database, key="a1", override=SET):
    with database.write() as connection:
        return overrides.put(connection, key, override, "kim")


def in_force(database, day, *between):
    with database.read() as connection:
        return overrides.in_force(connection, day, *between)


@pytest.mark.parametrize(("days", "found"), [(-30, {1: SET}), (0, {1: SET}), (1, {})])
def test_it_counts_through_its_last_day_and_then_ends_by_itself(database, days, found):
    assert put(database)
    assert in_force(database, DAY + timedelta(days)) == found


def test_a_range_of_accounts_gets_its_own(database):
    for key in ("a1", "a3"):
        put(database, key)
    assert set(in_force(database, DAY, 2, 3)) == {3}


def test_another_one_takes_its_place_and_both_are_kept(database):
    later = Override("healthy", "all is well", DAY + timedelta(9))
    put(database)
    put(database, override=later)
    assert in_force(database, DAY) == {1: later}
    with database.read() as connection:
        rows = connection.execute(select(table).order_by(table.c.id)).all()
    assert [(row.band, row.actor, row.cleared_ms is None) for row in rows] == [
        ("watch", "kim", False),
        ("healthy", "kim", True),
    ]


def test_what_is_cleared_counts_no_more_and_only_once(database):
    put(database)
    for cleared in (True, False):
        with database.write() as connection:
            assert overrides.clear(connection, "a1") is cleared
    assert in_force(database, DAY) == {}


def test_nobody_s_account_cannot_be_set(database):
    assert not put(database, "nobody")
    with database.write() as connection:
        assert not overrides.clear(connection, "nobody")


def test_the_next_run_judges_the_account(database):
    put(database)
    with database.read() as connection:
        assert runs.touched(connection)


def test_what_stood_on_a_day_that_has_passed(database):
    first, later = SET, Override("healthy", "all is well", DAY)
    put(database)
    put(database, override=later)
    set_on, changed_on = DAY - timedelta(days=9), DAY - timedelta(days=5)
    with database.write() as connection:
        for band, on in (("watch", set_on), ("healthy", changed_on)):
            connection.execute(update(table).where(table.c.band == band).values(set_ms=start_ms(on)))
        ended = update(table).where(table.c.band == "watch")
        connection.execute(ended.values(cleared_ms=start_ms(changed_on)))
        found = {
            days: overrides.stood(connection, DAY - timedelta(days), 1, 1).get(1)
            for days in (9, 8, 5, 4, 0, -1)
        }
        assert overrides.stood(connection, DAY, 2, 9) == {}
    assert found == {9: None, 8: first, 5: first, 4: later, 0: later, -1: None}


def start_ms(day):
    return (day - date(1970, 1, 1)).days * 86_400_000
