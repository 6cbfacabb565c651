"""Drivers: rates against peers, and what the contract says, on small invented accounts."""

from dataclasses import replace
from datetime import timedelta
from math import log

import pytest

from health.drivers import driver, levels, medians, subject, words
from health.features import Term
from health.nouns import NOT_APPLICABLE
from tests.health.examples import AS_OF, KINDS, TERM, Weekends, account, daily, policy, pulse, series

HORIZON = 90


def of(at=None, **changes):
    return subject(account(**changes), AS_OF, policy(), at or pulse(), Weekends(), HORIZON)


def ends(days: int, length: int = 365, **changes) -> Term:
    """A term that ends in so many days."""
    end = AS_OF + timedelta(days=days)
    return replace(TERM, term_start=end - timedelta(days=length), term_end=end, **changes)


@pytest.mark.parametrize(
    ("name", "terms", "value"),
    [
        ("renewals_due", (ends(89),), 1.0),
        ("renewals_due", (ends(90),), 0.0),
        ("renewals_due", (ends(10, 30),), 3.0),
        ("renewals_due", (ends(10, 30, auto_renew=False),), 1.0),
        ("renewals_due", (ends(-3, 30),), 3.0),  # within its days of grace: the term after it counts
        ("renewals_due", (replace(TERM, term_end=None),), 0.0),
        ("renewal_due", (ends(10, 30),), 1.0),
        ("renewal_due", (ends(200),), 0.0),
        ("days_to_end", (ends(40),), 40.0),
        ("days_to_end", (ends(-3, 30),), 0.0),
        ("days_to_end", (replace(TERM, term_end=None),), NOT_APPLICABLE),
        ("term_days", (ends(40, 180),), 180.0),
        ("due_term_days", (ends(40, 180),), 180.0),
        ("due_term_days", (ends(99, 180),), 0.0),
        ("due_term_days", (ends(99, 400), ends(10, 30)), 30.0),
        ("tenure_days", (ends(40),), float((AS_OF - account().first_used_on).days)),
        ("terms_before", (ends(-10, 30), ends(20, 30)), 1.0),
        ("seat_count", (TERM,), 20.0),
        ("seat_count", (replace(TERM, seats=None),), None),
        ("mrr_minor", (replace(TERM, mrr_minor=-5),), None),
        ("seat_price_minor", (TERM,), 2_000.0),
        ("seats_since_first", (ends(-10, 30, seats=10), ends(20, 30)), 2.0),
        ("mrr_since_first", (TERM,), 1.0),
        ("seat_changes", (ends(-40, 30, seats=5), ends(-10, 30, seats=10), ends(20, 30)), 2.0),
        ("mrr_changes", (TERM,), 0.0),
        ("discount", (replace(TERM, discount=15.0),), 15.0),
        ("discount", (TERM,), None),
        ("auto_renew", (TERM,), 1.0),
        ("plan=Pro", (replace(TERM, plan="Pro"),), 1.0),
        ("plan=Pro", (replace(TERM, plan="Solo"),), 0.0),
        ("plan=Pro", (TERM,), None),
        ("customer_type=smb", (TERM,), None),
    ],
)
def test_the_contract(name, terms, value):
    assert driver(name, of(terms=terms), {}) == value


def test_without_subscriptions_the_contract_is_unknown():
    assert driver("seat_count", of(pulse(KINDS - {"subscriptions"})), {}) is None
    assert driver("seat_count", of(terms=()), {}) is None


PER_SEAT = log((28 * 6 + 0.5) / 28 / 20)


@pytest.mark.parametrize(
    ("changes", "peers", "value"),
    [
        ({}, {"rate:x": PER_SEAT}, 1.0),
        ({}, {"rate:x": PER_SEAT - log(3)}, 3.0),
        ({}, {}, None),  # too few accounts for a median
        ({"first_used_on": AS_OF - timedelta(days=6)}, {"rate:x": 0.0}, None),  # too short a past
        ({"terms": ()}, {"rate:x": PER_SEAT + log(20)}, 1.0),  # no seats: use in all
    ],
)
def test_use_is_told_per_seat_against_the_account_in_the_middle(changes, peers, value):
    found = driver("rate:x", of(series=series(x=daily(6)), **changes), peers)
    assert found == (value if value is None else pytest.approx(value))


def test_use_that_nobody_states_is_unknown_and_none_in_four_weeks_is_little():
    assert driver("rate:x", of(pulse(KINDS - {"usage"})), {"rate:x": 0.0}) is None
    assert driver("rate:x", of(), {"rate:x": 0.0}) == pytest.approx(0.5 / 28 / 20)


def test_medians_are_of_what_is_known_of_enough_accounts():
    silent = of(pulse(KINDS - {"usage"}))
    fleet = [levels(("quiet", "rate:x"), each) for each in (of(), of(), silent)]
    assert medians(("quiet", "rate:x"), fleet, 2) == {
        "quiet": 0.0,
        "rate:x": pytest.approx(log(0.5 / 28 / 20)),
    }
    assert medians(("quiet", "rate:x"), fleet, 3) == {}
    assert medians(("quiet",), [], 1) == {}


def test_a_fall_of_the_whole_fleet_changes_no_rate():
    """On a holiday all use half as much: nobody looks worse for it."""
    for level in (6, 3):
        mine = of(series=series(x=daily(level)))
        peers = medians(("rate:x",), [levels(("rate:x",), mine)], 1)
        assert driver("rate:x", mine, peers) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("renewal_due", 1.0, "a term ends within the horizon: yes"),
        ("renewals_due", 3.0, "terms that end within the horizon: 3"),
        (
            "rate:feature:meeting",
            0.41,
            "use per seat of feature:meeting: 0.41 times that of the account in the middle",
        ),
        ("plan=Pro", 0.0, "plan is Pro: no"),
        ("utilisation_pct", 41.3, "utilisation pct: 41.3"),
        ("nps", None, "nps is not known: filled in"),
        ("days_to_end", NOT_APPLICABLE, "days to end does not apply"),
    ],
)
def test_words(name, value, said):
    assert words(name, value) == said
