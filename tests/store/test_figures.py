"""What figures read of the database: every account once, under its own key, whoever told of it."""

from datetime import timedelta

import pytest

from health.figures.active import Act
from health.figures.days import last_days
from health.records import (
    Account,
    Identifier,
    Licence,
    Limit,
    Outcome,
    People,
    Seat,
    Subscription,
    Validation,
)
from store import figures, sources
from store.database import Database
from store.figures import OVER_TIME, known, merged
from tests.store.test_facts import DAY, pull

KINDS = ("accounts", "subscriptions", "licences", "seats", "validations", "outcomes")


@pytest.fixture
def database(emptied_database: Database) -> Database:
    return emptied_database


def read(database, kinds=KINDS, **span):
    with database.read() as connection:
        return {each.account: each for each in known(connection, kinds, last_days(DAY, 30), **span)}


def days_ago(days):
    return DAY - timedelta(days=days)


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


def test_what_users_did_comes_under_the_ids_and_with_the_roles_of_their_seats(emptied_database):
    acts = '{"ada":["",{"core:send":4}],"bob":["tax",{"open":1}],"cyd":["",{"open":2}]}'
    seats = [
        Seat("a", "ada", role="admin", department="law"),
        Seat("a", "bob", role="user", department="law"),
    ]
    pull(
        emptied_database, [*seats, People("a", days_ago(1), acts=acts), People("a", days_ago(31), acts=acts)]
    )
    found = {act.feature + act.department: act for act in read(emptied_database, ("people",))["a"].people}
    assert found["core:sendlaw"] == Act("a", "ada", days_ago(1), "core:send", 4, "admin", "law")
    assert found["opentax"] == Act("a", "bob", days_ago(1), "open", 1, "user", "tax")  # the row knows better
    assert (found["open"].times, len(found["open"].user_id)) == (2, 24)  # no seat says who that is


def test_quotas_come_with_what_was_stated_before(emptied_database):
    pull(emptied_database, [Limit("a", "domains", 6, 10, days_ago(60)), Account("b")])
    pull(emptied_database, [Limit("a", "domains", 2, 10, days_ago(1))])
    found = read(emptied_database, (OVER_TIME, "limits"))
    assert [(each.used, each.as_of) for each in found["a"].limits_over_time] == [
        (6, days_ago(60)),
        (2, days_ago(1)),
    ]
    assert [each.used for each in found["a"].limits] == [2]
    assert not found["b"].limits_over_time


def test_what_any_source_of_an_account_tells_of_is_stated(emptied_database):
    pull(emptied_database, [Account("a"), Account("b"), Limit("a", "domains", 2, 10)])
    with emptied_database.write() as connection:
        sources.register(connection, "posthog")
    pull(emptied_database, [Identifier("p", "files", "b"), Seat("p", "u")], "posthog")
    found = read(emptied_database, ("accounts",))
    assert found["a"].stated == {"accounts", "limits", OVER_TIME}
    assert found["b"].stated == found["a"].stated | {"identifiers", "seats"}
