"""A page that changes everything at once is not stored, unless somebody says that it is true."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from health.records import Account, Limit, Subscription, Usage
from store import facts, sources
from store.database import Database
from store.doubt import Implausible
from store.installation import set_setting
from store.sources import Landed
from store.tables import facts as tables
from store.tables import source_accounts

TODAY = date(2026, 5, 29)
DAY = TODAY - timedelta(days=2)
"""The last day that is complete."""
MANY = range(1, 13)
STARTS, ENDS = date(2026, 1, 1), date(2027, 1, 1)


@pytest.fixture
def database(emptied_database: Database) -> Database:
    """Stripe and PostHog have once been read to their end."""
    with emptied_database.write() as connection:
        set_setting(connection, "business_day", TODAY.isoformat())
    for source, records in (("stripe", terms()), ("stripe", limits()), ("posthog", used())):
        land(emptied_database, source, records)
        with emptied_database.write() as connection:
            sources.ended(connection, source, DAY)
    return emptied_database


def land(database: Database, source: str, records, *, believed: bool = False, founding: bool = True) -> None:
    """Store a page as a pull does."""
    with database.write() as connection:
        sources.register(connection, source)
        cursor = sources.cursor_of(connection, source)
        batch = sources.begin_batch(connection, source, cursor, founding=founding, believed=believed)
        facts.store_records(connection, batch, records)
        kinds = frozenset(facts.kinds_of(records))
        landed = Landed(kinds, len(records), facts.last_day(records), complete=False)
        sources.end_batch(connection, batch, None, landed)


def terms(seats=lambda n: 10 * n, mrr=lambda n: 100 * n, moved: int = 0, many=MANY, ends: int = 0):
    days, end = timedelta(days=moved), timedelta(days=moved + ends)
    return [
        Subscription(f"s{n}", f"a{n}", STARTS + days, ENDS + end, seats=seats(n), mrr_minor=mrr(n))
        for n in many
    ]


def limits(allowed=lambda n: 50 * n):
    return [Limit(f"a{n}", "domains", 3.0, allowed(n)) for n in MANY]


def used(users=lambda n: 20 * n, days: int = 0):
    return [Usage(f"a{n}", DAY + timedelta(days=days), active_users=users(n)) for n in MANY]


BELIEVABLE = {
    "the same again": ("stripe", terms()),
    "four times the seats": ("stripe", terms(seats=lambda n: 40 * n)),
    "a few of another unit": ("stripe", terms(mrr=lambda n: 100 * n if n > 5 else 1)),
    "too few to tell": ("stripe", terms(mrr=lambda n: n, many=range(1, 10))),
    "some moved": ("stripe", [*terms(moved=-7, many=range(1, 5)), *terms(many=range(5, 13))]),
    "a day on which nobody came": ("posthog", [*used(), *used(lambda _: 0, days=1)]),
    "no longer asked for": ("posthog", used(lambda _: None)),
    "half as many": ("posthog", used(lambda n: 10 * n)),
    "a day that is not over": ("posthog", used(lambda n: 1_000 * n, days=1)),
}


@pytest.mark.parametrize("case", BELIEVABLE)
def test_what_may_be_true_is_stored(database, case):
    source, records = BELIEVABLE[case]
    land(database, source, records)


def test_terms_that_follow_one_another_are_no_doubt(database):
    """All of them are renewed on one day, as where all are billed on the first of a month."""
    with database.write() as connection:
        set_setting(connection, "business_day", ENDS.isoformat())
    land(database, "stripe", terms(moved=365))


DOUBTED = {
    "cents told as euros": ("stripe", terms(mrr=lambda n: n), "subscriptions.mrr_minor"),
    "a hundred times": ("stripe", terms(seats=lambda n: 1_000 * n), "subscriptions.seats"),
    "five times": ("stripe", terms(seats=lambda n: 50 * n), "subscriptions.seats"),
    "nothing is paid": ("stripe", terms(mrr=lambda _: 0), "subscriptions.mrr_minor"),
    "a field moved": ("stripe", terms(seats=lambda _: None), "subscriptions.seats"),
    "all alike": ("stripe", terms(seats=lambda _: 37), "subscriptions.seats"),
    "half of another unit": (
        "stripe",
        terms(mrr=lambda n: n if n > 6 else 100 * n),
        "subscriptions.mrr_minor",
    ),
    "a week earlier": ("stripe", terms(moved=-7), "subscriptions.term_start"),
    "a day earlier, by a zone": ("stripe", terms(moved=-1), "subscriptions.term_start"),
    "a year ahead": ("stripe", terms(moved=400), "subscriptions.term_start"),
    "another end": ("stripe", terms(ends=-9), "subscriptions.term_start"),
    "limits of another unit": ("stripe", limits(lambda n: 5 * n), "limits.allowed"),
    "a hundred times the use": ("posthog", used(lambda n: 2_000 * n), "usage.active_users"),
    "a hundredth of the use": ("posthog", used(lambda n: n), "usage.active_users"),
    "a day that had been": ("posthog", used(lambda _: 0), "usage.active_users"),
    "use all alike": ("posthog", used(lambda _: 60), "usage.active_users"),
}


@pytest.mark.parametrize("case", DOUBTED)
def test_what_changes_everything_at_once_is_not_stored(database, case):
    source, records, what = DOUBTED[case]
    before = stored(database)
    with pytest.raises(Implausible) as doubted:
        land(database, source, records)
    assert doubted.value.what == what
    assert stored(database) == before
    land(database, source, records, believed=True)
    assert stored(database) != before


def stored(database: Database) -> list[object]:
    kinds = ("subscriptions", "limits", "usage")
    with database.read() as connection:
        found = [connection.execute(select(tables[kind])).all() for kind in kinds]
        accounts = connection.execute(select(func.count()).select_from(source_accounts)).scalar_one()
    return [*(sorted(map(str, rows)) for rows in found), accounts]


@pytest.mark.parametrize(
    ("source", "founding", "names", "doubted"),
    [
        ("stripe", True, [f"new{n}" for n in range(12)], True),
        ("stripe", True, [f"new{n}" for n in range(9)], False),
        ("posthog", False, [f"new{n}" for n in range(12)], True),
        ("posthog", False, [f"new{n}" for n in range(4)], False),
    ],
)
def test_another_company_s_accounts_are_doubted_where_they_are_many(
    database, source, founding, names, doubted
):
    before = stored(database)
    records = [Account(name) for name in names]
    if not doubted:
        land(database, source, records, founding=founding)
        return
    with pytest.raises(Implausible) as caught:
        land(database, source, records, founding=founding)
    assert (caught.value.what, caught.value.many) == ("accounts", 12)
    assert stored(database) == before


def test_a_first_pull_is_never_doubted(emptied_database):
    with emptied_database.write() as connection:
        set_setting(connection, "business_day", TODAY.isoformat())
    land(emptied_database, "stripe", terms())
    land(emptied_database, "stripe", terms(mrr=lambda _: 1))
