from datetime import date, timedelta

import pytest

from health.figures.capacity import over_provisioned, quota_use, quota_use_by_plan
from health.figures.consumption import Part, against_commitment, blend, pace, period_of
from health.figures.days import Span
from health.figures.share import portion, share
from health.nouns import NOT_APPLICABLE
from health.records import Limit
from tests.health.figures.examples import AS_OF, RULES, term, usage


def test_a_quota_that_allows_nothing_is_not_applicable():
    found = quota_use([Limit("acme", "domains", 2, 10), Limit("globex", "domains", 1, 0)])["domains"]
    assert (found["acme"].pct, found["globex"].pct) == (20.0, NOT_APPLICABLE)


def test_quota_use_by_plan_leaves_out_what_does_not_apply():
    limits = [
        Limit("acme", "domains", 2, 10),
        Limit("globex", "domains", 9, 10),
        Limit("umbra", "domains", 0, 0),
    ]
    found = quota_use_by_plan(limits, "domains", {"acme": "team", "globex": "team"})
    assert {name: (each.size, each.median) for name, each in found.items()} == {"team": (2, 55.0)}


@pytest.mark.parametrize(
    ("stated", "start", "expected"),
    [
        ([(2, date(2026, 2, 1)), (2, date(2026, 5, 1))], date(2026, 1, 1), share(1, 1)),
        ([(2, date(2026, 2, 1)), (3, date(2026, 3, 1))], date(2026, 1, 1), share(0, 1)),  # one good day
        ([(2, date(2026, 2, 1)), (9, date(2025, 12, 1))], date(2026, 1, 1), share(1, 1)),  # the term before
        ([(2, date(2026, 5, 1))], date(2026, 3, 4), None),  # 89 days old: too young to say
        ([(2, date(2026, 5, 1))], date(2026, 3, 3), share(1, 1)),
        ([(2, None)], date(2026, 1, 1), share(1, 1)),
    ],
)
def test_over_provisioned_for_the_whole_term(stated, start, expected):
    limits = [Limit("acme", "domains", used, 10, as_of=day) for used, day in stated]
    unlimited = Limit("acme", "domains", 5, 0, as_of=date(2026, 5, 2))
    found = over_provisioned([*limits, unlimited], [term(term_start=start)], AS_OF, RULES)
    assert found.get("domains") == expected


METERED = term(licence_model="usage", billing_period="month", committed=3_650.0)
EVERY_DAY = [
    usage((date(2026, 1, 1) + timedelta(days=day)).isoformat(), consumption=10.0) for day in range(151)
]


def test_pace_is_against_the_same_days_of_the_period_before():
    assert pace(METERED, EVERY_DAY, date(2026, 5, 11)) == portion(100, 100)
    assert pace(METERED, EVERY_DAY, date(2026, 3, 31)) == portion(300, 280)  # February has 28 days


def test_without_a_day_of_the_period_before_the_pace_is_not_known():
    assert pace(METERED, [usage("2026-05-03", consumption=3)], date(2026, 5, 11)) is None
    assert pace(METERED, [], date(2026, 5, 11)) is None


@pytest.mark.parametrize(
    ("changed", "as_of"),
    [
        (METERED._replace(licence_model="seat"), AS_OF),
        (METERED._replace(licence_model=None), AS_OF),
        (METERED, date(2026, 5, 1)),  # the first day of a period
        (METERED, date(2025, 12, 31)),
    ],
)
def test_pace_is_not_applicable(changed, as_of):
    assert pace(changed, EVERY_DAY, as_of) is NOT_APPLICABLE


def test_the_commitment_is_prorated():
    assert against_commitment(METERED, EVERY_DAY, date(2026, 4, 11)) == portion(1_000, 1_000)
    assert against_commitment(METERED._replace(committed=None), EVERY_DAY, AS_OF) is NOT_APPLICABLE
    assert against_commitment(METERED._replace(term_end=None), EVERY_DAY, AS_OF) is NOT_APPLICABLE
    assert against_commitment(METERED, [], AS_OF) is None
    assert against_commitment(METERED, EVERY_DAY, date(2026, 1, 1)) is NOT_APPLICABLE
    assert against_commitment(METERED, EVERY_DAY, date(2026, 1, 2)) == portion(10, 10)


@pytest.mark.parametrize(
    ("period", "day", "expected"),
    [
        ("month", date(2026, 2, 27), Span(date(2026, 1, 31), date(2026, 2, 28))),
        ("month", date(2026, 2, 28), Span(date(2026, 2, 28), date(2026, 3, 31))),  # as long as February is
        ("3 months", date(2026, 6, 1), Span(date(2026, 4, 30), date(2026, 7, 31))),
        ("yearly", date(2027, 1, 30), Span(date(2026, 1, 31), date(2027, 1, 31))),
        ("week", date(2026, 3, 1), Span(date(2026, 2, 28), date(2026, 3, 31))),  # shorter: told by the month
        (None, date(2026, 3, 1), Span(date(2026, 2, 28), date(2026, 3, 31))),
    ],
)
def test_periods_count_from_the_start_of_the_term(period, day, expected):
    found = period_of(term(term_start=date(2026, 1, 31), billing_period=period), day)
    assert found == expected


def test_a_hybrid_plan_is_weighed_by_what_its_parts_cost():
    parts = [Part("seats", 30_000, 90.0), Part("calls", 10_000, 50.0), Part("storage", 10_000, None)]
    found = blend(parts)
    assert (found.used_pct, found.known) == (80.0, portion(40_000, 50_000))
    assert blend([Part("seats", 1, None)]).used_pct is None
    assert blend([]).used_pct is NOT_APPLICABLE
