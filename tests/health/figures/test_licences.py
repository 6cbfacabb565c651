from datetime import date

import pytest

from health.figures.licences import active_licences, active_licences_by_plan, licence_trend
from health.figures.segments import cohorts, segments, shares, sums
from health.figures.share import share
from health.nouns import NOT_APPLICABLE
from health.records import Account
from tests.health.figures.examples import AS_OF, RULES, licence, ms, term


def active(terms=(), licences=(), as_of=AS_OF, **more):
    return dict(active_licences(terms, licences, as_of, RULES, **more))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, 20),
        ({"seats": None}, 1),
        ({"seats": 0}, 0),
        ({"seats": -3}, 0),
        ({"licence_model": "usage"}, 0),
        ({"status": "paused"}, 0),
        ({"status": "canceled"}, 0),
        ({"status": "unpaid"}, 0),
        ({"term_end": AS_OF}, 0),
        ({"term_end": AS_OF, "auto_renew": True}, 20),  # in its days of grace
        ({"term_start": AS_OF}, 20),
        ({"term_start": date(2026, 6, 2)}, 0),
    ],
)
def test_seats_of_terms_in_force(changes, expected):
    assert sum(active([term(**changes)]).values()) == expected


def test_a_renewed_one_counts_once():
    old, new = term(term_end=date(2026, 7, 1)), term(term_start=date(2026, 5, 1), seats=25)
    assert active([old, new]) == active([new, old]) == {"acme": 25}


def test_two_subscriptions_of_an_account_are_added_up():
    assert active([term(), term(subscription_id="sub-more", seats=5)]) == {"acme": 25}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, 1),
        ({"status": "Revoked"}, 0),
        ({"status": "suspended"}, 0),
        ({"status": "expired"}, 0),
        ({"expires_on": AS_OF}, 0),
        ({"expires_on": date(2026, 6, 2)}, 1),
        ({"issued_ms": ms("2026-06-01")}, 0),
        ({"issued_ms": ms("2026-05-31T23:59:59")}, 1),
    ],
)
def test_licence_records_count_in_place_of_seats(changes, expected):
    assert sum(active([term()], [licence(1, **changes)]).values()) == expected


def test_by_plan_is_the_licence_s_own():
    found = active_licences_by_plan(
        [term("globex", plan=None)], [licence(1), licence(2, plan="solo")], AS_OF, RULES
    )
    assert found == {"solo": 1, "team": 1, "unknown": 20}


def test_the_trend_asks_dates_alone_of_the_past():
    gone = term("gone", status="canceled", term_start=date(2025, 6, 1), term_end=date(2026, 5, 15))
    found = licence_trend([term(), gone], [], AS_OF, RULES)
    assert (found.now, found.month_ago, found.year_ago) == (20, 40, 20)
    assert (found.month_change_pct, found.year_change_pct) == (-50.0, 0.0)
    assert licence_trend([term()], [], AS_OF, RULES).year_change_pct is NOT_APPLICABLE


@pytest.mark.parametrize(
    ("stated", "month", "year"),
    [
        (
            [term("new", started_on=date(2023, 5, 1), term_start=date(2025, 11, 1))],
            20,
            None,
        ),  # not stated of then
        ([term("new", started_on=date(2023, 5, 1), term_start=date(2026, 6, 1))], None, None),
        ([term("new", started_on=date(2025, 11, 1), term_start=date(2025, 11, 1))], 20, 0),  # there was none
        ([term("new", started_on=None, term_start=date(2025, 11, 1))], 20, 0),
    ],
)
def test_what_nobody_states_of_the_past_is_unknown_and_not_nothing(stated, month, year):
    found = licence_trend(stated, [], AS_OF, RULES)
    assert (found.month_ago, found.year_ago) == (month, year)
    assert (found.month_change_pct is None, found.year_change_pct is None) == (month is None, year is None)
    recorded = [licence(1, "new", issued_ms=None)]
    assert licence_trend(stated, recorded, AS_OF, RULES).year_ago == 1


ACCOUNTS = [Account("acme", industry="energy"), Account("globex", created_on=date(2025, 3, 9))]


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("industry", {"acme": "energy", "globex": "unknown"}),
        ("plan", {"acme": "large"}),
        ("start_month", {"acme": "2025-01", "globex": "2025-03"}),
        ("start_quarter", {"acme": "2025-Q1", "globex": "2025-Q1"}),
    ],
)
def test_segments(by, expected):
    terms = [term(plan="large"), term(term_start=date(2025, 1, 1))]
    assert segments(by, ACCOUNTS, terms) == expected


def test_no_segment_is_guessed():
    with pytest.raises(ValueError, match="'industri' is no segment"):
        segments("industri", ACCOUNTS)


def test_an_account_without_a_segment_is_shown_as_unknown():
    of = segments("industry", ACCOUNTS)
    assert sums({"acme": 2, "globex": 3, "stray": 4}, of) == {"energy": 2, "unknown": 7}
    assert cohorts({"acme": 2.0, "globex": 3.0, "stray": 5.0}, of)["unknown"].median == 4.0
    assert shares({"globex": share(1, 4), "stray": share(3, 4)}, of) == {"unknown": share(4, 8)}
