"""Signals a page at a time, and places where pages end, on both databases."""

from datetime import date
from itertools import product

import pytest
from sqlalchemy import insert

from store import places, signals
from store.tables import accounts, flags

KINDS, TERMS = ("at_risk", "expansion"), ("", "s1@2026", "t")


@pytest.fixture
def database(emptied_database):
    rows = [
        {"account": account, "kind": kind, "reason": reason, "term": term, "gate": gate}
        for account, kind, (reason, gate), term in product(
            (1, 2, 3), KINDS, (("idle_7", ""), ("use_drop", "fleet")), TERMS
        )
    ]
    with emptied_database.write() as connection:
        connection.execute(insert(accounts), [{"id": n, "key": f"a{n}"} for n in (1, 2, 3)])
        connection.execute(insert(flags), rows)
    return emptied_database


def whole(database, limit, **asked):
    found, after = [], ""
    with database.read() as connection:
        for _ in range(100):
            page = signals.page(connection, after=after, limit=limit, **asked)
            found += page.rows
            after = page.after
            if not after:
                return found
    raise AssertionError("it goes on for ever")


@pytest.mark.parametrize("limit", [1, 5, 36, 100])
def test_pages_follow_each_other_without_a_gap_or_a_repeat(database, limit):
    found = whole(database, limit)

    assert len(set(found)) == len(found) == 36
    assert found == whole(database, 7)


def test_they_are_narrowed_down(database):
    assert len(whole(database, 4, only={"gate": "fleet"})) == 18
    assert {each.account for each in whole(database, 4, account="a2")} == {"a2"}
    assert whole(database, 4, only={"state": "nothing"}) == []


@pytest.mark.parametrize(
    "values",
    [[1, "a", "b"], [1, 2, "b", "c"], ["1", "a", "b", "c"], [None, "a", "b", "c"], [2**63, "a", "b", "c"]],
)
def test_a_place_that_is_none_is_refused(database, values):
    with database.read() as connection, pytest.raises(places.BadPlace):
        signals.page(connection, after=places.written(values))


@pytest.mark.parametrize(
    "text", ["%", "é", "W", "bnVsbA", "eyJhIjogMX0", "x" * 3_000, places.written(["\0"]), "WyJcdWQ4MDAiXQ"]
)
def test_a_text_that_is_no_place_is_refused(text):
    with pytest.raises(places.BadPlace):
        places.read(text, (str,))


@pytest.mark.parametrize("value", ["", "Quill & Söhne", "\U0001f600", None, "x" * 1_000])
def test_a_place_is_read_as_it_was_written(value):
    assert places.read(places.written([value, 7, date(2026, 6, 1)]), (str, int, date)) == [
        value,
        7,
        date(2026, 6, 1),
    ]
