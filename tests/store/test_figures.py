"""What figures read of the database: every account once, under its own key, whoever told of it."""

from datetime import timedelta

import pytest

from health.figures.days import last_days
from health.records import Account, Licence, Outcome, Seat, Subscription, Validation
from store import figures
from store.figures import known, merged
from tests.store.test_facts import DAY, pull

KINDS = ("accounts", "subscriptions", "licences", "seats", "validations", "outcomes")


def read(database, kinds=KINDS, **span):
    with database.read() as connection:
        return {each.account: each for each in known(connection, kinds, last_days(DAY, 30), **span)}


def test_records_come_back_as_they_were_stated(database):
    stated = [
        Account("a", name="Acme Example", industry="energy"),
        Subscription("s", "a", DAY - timedelta(days=30), seats=10, mrr_minor=100, currency="EUR"),
        Licence("k", "a", "active", plan="team", issued_ms=5),
        Seat("a", "u1", department="sales"),
        Outcome("a", DAY, "renewed", reason="price"),
    ]
    pull(database, stated)
    found = read(database)["a"]
    assert [*found.accounts, *found.subscriptions, *found.licences, *found.seats, *found.outcomes] == stated


def test_only_the_kinds_that_are_asked_for_are_read(database):
    pull(database, [Account("a"), Seat("a", "u1")])
    found = read(database, ("seats",))["a"]
    assert (len(found.accounts), len(found.seats)) == (0, 1)


def test_of_what_is_stated_by_the_day_only_the_days_asked_for_are_read(database):
    days = [DAY, DAY - timedelta(days=1), DAY - timedelta(days=30), DAY - timedelta(days=31)]
    pull(database, [Validation("a", day, "ok", 1, "k") for day in days])
    assert [row.day for row in read(database)["a"].validations] == sorted(days[1:3])


@pytest.mark.parametrize("size", [1, 2, 3, 500])
def test_every_account_comes_once_however_many_are_read_at_once(database, monkeypatch, size):
    monkeypatch.setattr(figures, "ACCOUNTS_A_QUERY", size)
    pull(database, [record for key in "abcd" for record in (Account(key), Seat(key, f"u-{key}"))])
    found = read(database)
    assert {key: [seat.user_id for seat in each.seats] for key, each in found.items()} == {
        key: [f"u-{key}"] for key in "abcd"
    }
    assert list(read(database, first=2, last=3)) == ["b", "c"]


def test_what_sources_say_of_an_account_is_merged():
    assert merged([]) == ()
    assert merged([Account("a", industry="energy"), Account("a", name="Acme", industry="law")]) == (
        Account("a", name="Acme", industry="energy"),
    )
