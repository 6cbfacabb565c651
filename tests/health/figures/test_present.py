"""A figure told account by account and added up is the figure of the book."""

import random
from datetime import date, timedelta

import pytest

from config.metrics import entries, load_metrics, scales
from health.figures.activation import activation_rate, activation_rate_by
from health.figures.book import Known, Moment
from health.figures.days import last_days
from health.figures.friction import per_hundred
from health.figures.licences import licence_trend
from health.figures.parts import Sum, over_accounts, says_anything
from health.figures.present import PRESENT
from health.figures.reading import Step
from health.figures.renewed import renewal_rate
from health.figures.revenue import mrr, retention
from health.figures.share import mean, portion, share
from health.figures.spread import spread
from health.nouns import NOT_APPLICABLE
from health.records import FACTS, Conversation, Survey, Ticket
from tests.health.figures.examples import AS_OF, RULES, licence, ms, outcome, seat, term, usage, validated

AT = Moment(AS_OF, RULES)


ENTRIES = entries(load_metrics())
RECORDS = Known._fields[1:-1]
"""What is known of an account, kind by kind."""


def told(name, book, at=AT, segment="all"):
    """A figure of some accounts, as a segment of the book is told."""
    found, figure = Sum(), PRESENT[name]
    for known in book:
        found.add(figure.of(known, at._replace(scales=scales(ENTRIES[name]))))
    return dict(figure.whole(found.result(), len(book), segment, at) if figure.whole else found.result())


def made(seed):
    """A plainly invented book of forty accounts."""
    chance = random.Random(seed)
    for number in range(40):
        key = f"a{number}"
        start = AS_OF - timedelta(days=chance.randrange(700))
        first = term(
            key, term_start=start, term_end=start + timedelta(days=365), mrr_minor=chance.randrange(90_000)
        )
        later = [
            term(
                key, term_start=first.term_end, term_end=date(2029, 1, 1), mrr_minor=chance.randrange(90_000)
            )
        ]
        issued = AS_OF - timedelta(days=chance.randrange(120))
        keys = [
            licence(
                n,
                key,
                issued_ms=ms(issued.isoformat()),
                activated_ms=chance.choice([None, ms(issued.isoformat()) + chance.randrange(10**9)]),
            )
            for n in range(chance.randrange(5))
        ]
        said = [outcome(first.term_end.isoformat(), chance.choice(["renewed", "churned"]), key)]
        yield Known(
            key,
            subscriptions=[first, *later[: chance.randrange(2)]],
            licences=keys,
            outcomes=said[: chance.randrange(2)],
        )


def every(book, kind):
    return [record for known in book for record in getattr(known, kind)]


@pytest.mark.parametrize("seed", range(5))
def test_what_is_added_up_is_what_all_at_once_comes_to(seed):
    book = list(made(seed))
    terms, keys = every(book, "subscriptions"), every(book, "licences")
    year = last_days(AS_OF, 365)
    kept = retention(terms, opening_on=year.first, closing_on=AS_OF, currency="EUR", rates=[], rules=RULES)
    rate = renewal_rate(terms, every(book, "outcomes"), year, RULES, currency="EUR")
    trend = licence_trend(terms, keys, AS_OF, RULES)
    assert told("mrr", book) == mrr(terms, AS_OF, RULES)
    counts = {name: count for name, count in told("licence_trend", book).items() if isinstance(count, int)}
    assert counts == {
        "now": trend.now,
        "a month ago": trend.month_ago,
        "a year ago": trend.year_ago,
    }
    assert told("activation_rate_by_cohort", book) == activation_rate_by("month", keys, year, AS_OF)
    assert told("activation_rate", book)[""] == activation_rate(keys, last_days(AS_OF, 90), AS_OF)
    assert told("gross_revenue_retention", book)["EUR"] == kept.gross
    assert told("net_revenue_retention", book)["EUR"] == kept.net
    assert told("renewal_rate", book) == {"terms": rate.terms, "without an outcome": rate.open}


LATER = [
    Known("x", subscriptions=[term("x", term_start=AS_OF + timedelta(1), subscription_id="sub-acme")]),
    Known(
        "x", licences=[licence(9, "x", issued_ms=ms("2026-06-01"), activated_ms=ms("2026-06-01T09:00:00"))]
    ),
    Known("x", seats=[seat("eve", "2026-06-01", "x")]),
    Known("x", usage=[usage("2026-06-01", "x", active_users_30d=19)]),
    Known("x", validations=[validated("2026-06-01", account="x"), validated("2026-06-02", account="x")]),
    Known("x", tickets=[Ticket("t", "x", ms("2026-06-01"))]),
    Known("x", conversations=[Conversation("x", ms("2026-06-01"))]),
    Known("x", surveys=[Survey("x", kind, 1, ms("2026-06-01"), "ada") for kind in ("nps", "csat")]),
    Known("x", outcomes=[outcome("2026-06-01", "churned", "x"), outcome("2026-06-30", "renewed", "x")]),
]
BEFORE = Known(
    "x",
    subscriptions=[
        term("x", term_start=date(2025, 5, 20), term_end=date(2026, 5, 20), subscription_id="sub-acme"),
        term("x"),
    ],
    licences=[licence(1, "x", activated_ms=ms("2026-05-02"))],
    surveys=[Survey("x", kind, 5, ms("2026-05-02"), "ada") for kind in ("nps", "csat")],
    usage=[usage("2026-05-31", "x", active_users_30d=4)],
    seats=[seat("eve", "2026-04-01", "x")],
)


@pytest.mark.parametrize("name", PRESENT)
@pytest.mark.parametrize(
    "later", LATER, ids=lambda known: next(kind for kind in known._fields[1:] if getattr(known, kind))
)
def test_what_is_dated_on_the_day_or_later_changes_nothing(name, later):
    more = BEFORE._replace(**{kind: [*getattr(BEFORE, kind), *getattr(later, kind)] for kind in RECORDS})
    if later.seats:  # the list is as it is now; only the last use has a day
        more = more._replace(seats=later.seats)
    assert told(name, [more]) == told(name, [BEFORE])


def test_departments_are_of_the_people_of_all_accounts():
    book = [
        Known(key, seats=[seat(f"u-{key}", last, key, department="law")])
        for key, last in (("acme", "2026-05-30"), ("globex", "2026-03-01"))
    ]
    assert told("utilisation_by_department", book) == {"law": share(1, 2)}


def test_countries_are_of_the_validations_of_all_accounts():
    book = [
        Known(key, validations=[validated("2026-05-30", account=key, country="DE", outcome=said, times=3)])
        for key, said in (("acme", "ok"), ("globex", "expired"))
    ]
    assert told("validation_failures_by_country", book) == {"DE": share(3, 6)}
    assert told("validation_failures", book) == {"expired": share(3, 6)}


def test_without_a_list_of_seats_the_snapshot_tells_use():
    assert told("utilisation", [BEFORE._replace(subscriptions=[term("x")], seats=())]) == {
        "used": share(4, 20)
    }
    assert told("utilisation", [Known("x", subscriptions=[term("x")])]) == {}


def test_the_snapshot_goes_before_a_list_that_may_name_few_of_the_users():
    given = seat("ada", "2026-05-30", "x", assigned_on=date(2026, 1, 5))
    assert told("utilisation", [BEFORE._replace(subscriptions=[term("x")], seats=[given])]) == {
        "used": share(4, 20),
        "deployed": share(1, 20),
        "adopted": share(1, 1),
    }
    assert told("utilisation", [Known("x", subscriptions=[term("x")], seats=[given])])["used"] == share(1, 20)


def test_users_whom_somebody_saw_are_no_seats_that_were_given_out():
    seen = seat("ada", "2026-05-30", "x", activated_ms=ms("2026-01-05"))
    assert told("utilisation", [BEFORE._replace(subscriptions=[term("x")], seats=[seen])]) == {
        "used": share(4, 20)
    }


def test_every_one_is_in_the_catalogue_and_reads_kinds_that_there_are():
    figures = {name: entry.no_value for name, entry in ENTRIES.items() if entry.function}
    assert PRESENT.keys() == {name for name, why_not in figures.items() if why_not is None}
    for each in PRESENT.values():
        assert set(each.kinds) <= {*FACTS, "limits_over_time"} & set(RECORDS)


@pytest.mark.parametrize("name", PRESENT)
def test_of_an_account_that_nothing_is_known_of_nothing_is_told(name):
    for value in told(name, [Known("acme")]).values():
        assert value in {0, share(0, 0), portion(0, 0), spread([]), per_hundred(0, 1)}


def test_over_accounts_each_counts_once_whatever_its_size():
    found = Sum()
    for parts in ({"": share(1, 2)}, {"": share(90, 100)}, {"": share(0, 0)}):
        found.add(over_accounts(parts))
    found.add(over_accounts({"EUR": 7, "hours": (1.0, 2.0)}))
    assert found.result() == {"": spread([50, 90]), "EUR": spread([7]), "hours": spread([1, 2])}


def test_parts_are_added_each_by_its_kind():
    found = Sum()
    found.add({"": share(1, 2), "EUR": 5, "hours": (1.0, 9.0)})
    found.add({"": share(0, 2), "USD": 7, "hours": (2.0,)})
    assert found.result() == {"": share(1, 4), "EUR": 5, "USD": 7, "hours": spread([1, 2, 9])}


def test_ratings_are_spread_over_people_of_all_accounts():
    book = [
        Known(key, surveys=[Survey(key, "csat", score, ms("2026-05-10"), user) for user, score in answers])
        for key, answers in (("acme", [("ada", 5.0), ("bob", 3.0)]), ("globex", [("cyd", 1.0)]))
    ]
    assert told("csat", book)[""] == spread([5, 3, 1])
    assert told("expected_return", book)[""].median is NOT_APPLICABLE


@pytest.mark.parametrize(
    "name", ["mrr", "revenue_at_risk", "gross_revenue_retention", "net_revenue_retention"]
)
def test_amounts_without_a_currency_are_told_as_such(name):
    yearly = term("x", currency=None, term_start=date(2025, 1, 1))
    assert list(told(name, [Known("x", subscriptions=[yearly])])) == ["no currency"]


def test_only_parts_that_the_bands_are_of_are_read():
    scale = [Step(0, "low"), Step(60, "fair")]
    found = Sum()
    found.add({"used": (59.0, 60.0, 80.0), "deployed": (90.0,), "hours": ()})
    assert found.read(scale, ("used",)) == {"used": {"low": share(1, 3), "fair": share(2, 3)}}
    assert found.read(scale, ()) == {}
    assert found.read(scale).keys() == {"used", "deployed"}


@pytest.mark.parametrize(
    ("parts", "anything"),
    [
        ({}, False),
        ({"": share(0, 0), "hours": ()}, False),
        ({"": mean(0, 0)}, False),
        ({"": 0}, True),
        ({"": share(0, 3)}, True),
        ({"a": share(0, 0), "b": mean(1, 2)}, True),
        ({"": (1.0,)}, True),
    ],
)
def test_nothing_said_of_nothing(parts, anything):
    assert says_anything(parts) is anything


def test_what_nobody_states_of_an_account_s_past_is_counted_apart():
    """Twenty licences of today, of a subscription of three years whose earlier terms are not stated."""
    young = term(started_on=date(2023, 5, 1), term_start=date(2025, 11, 1))
    parts = PRESENT["licence_trend"].of(Known("acme", subscriptions=[young]), Moment(AS_OF, RULES))
    assert parts == {"now": 20, "a month ago": 20, "accounts not told of a year ago": 1}


@pytest.mark.parametrize(("untold", "says"), [(0, True), (10, True), (11, False), (100, False)])
def test_today_is_a_share_of_a_year_ago_only_where_nearly_all_accounts_tell_of_it(untold: int, says: bool):
    added = {"now": 14_000, "a year ago": 43, "accounts not told of a year ago": untold}

    told = PRESENT["licence_trend"].whole(added, 100, "", Moment(AS_OF, RULES))

    assert ("now, of a year ago" in told) == says
    assert told.get("accounts that tell of a year ago") == (portion(100 - untold, 100) if untold else None)
    assert not [name for name in told if "not told" in name]
