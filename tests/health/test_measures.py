from dataclasses import replace
from datetime import date, timedelta

import pytest

from config.policy import load
from health.features import (
    SERIES_DAYS,
    EventFact,
    Freshness,
    LimitFact,
    PaymentFact,
    Pulse,
    SurveyFact,
    TicketFact,
)
from health.measures import beat, measures
from health.nouns import NOT_APPLICABLE
from health.rules import FAMILIES, NUMBERS, TEXTS, measures_of
from health.seats import Activity, capacity_measures
from tests.health.examples import (
    AS_OF,
    KINDS,
    TERM,
    YESTERDAY,
    Weekends,
    account,
    daily,
    policy,
    pulse,
    series,
)


def days_ago(days: int) -> date:
    return AS_OF - timedelta(days=days)


def measured(features=None, at=None, as_of=AS_OF, calendar=None, **changes):
    found = measures(features or account(**changes), as_of, policy(), at or pulse(), calendar or Weekends())
    families = (getattr(found, name) for name in FAMILIES)
    return {name: value for family in families for name, value in family._asdict().items()}


def close(value):
    return pytest.approx(value) if isinstance(value, float) else value


def test_no_name_is_in_two_families():
    names = NUMBERS + TEXTS
    assert len(set(names)) == len(names)
    assert set(measured()) == set(names)


# -- seats -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "name", "value"),
    [
        ({}, "utilisation_pct", 90.0),
        ({}, "adopted_pct", 90.0),
        ({}, "assigned_pct", 100.0),
        ({"assigned_seats": None}, "adopted_pct", None),
        ({"terms": (replace(TERM, seats=None),)}, "utilisation_pct", None),
        ({"terms": (replace(TERM, seats=0),)}, "utilisation_pct", None),
        ({"terms": (replace(TERM, seats=12),)}, "utilisation_pct", 150.0),
        ({"terms": (TERM, replace(TERM, subscription_id="sub-2", seats=16))}, "utilisation_pct", 50.0),
        ({"terms": (replace(TERM, licence_model="usage"),)}, "utilisation_pct", NOT_APPLICABLE),
        ({"terms": (replace(TERM, growth_seats=10),)}, "committed_utilisation_pct", 180.0),
        (
            {"terms": (replace(TERM, growth_seats=10, growth_until=AS_OF),)},
            "committed_utilisation_pct",
            90.0,
        ),
        ({"terms": ()}, "utilisation_pct", None),
        ({"series": None, "last_used_on": None}, "active_users", 0.0),
    ],
)
def test_seats(changes, name, value):
    assert measured(**changes)[name] == close(value)


def test_active_is_the_snapshot_of_the_last_complete_day():
    found = measured(at=pulse(through=days_ago(3)), series=series(active_users_30d=[5.0, 7.0, 9.0]))
    assert found["active_users"] == 5.0
    assert found["active_definition"] == "signed_in_30d"


def test_a_snapshot_that_a_quiet_day_lacks_is_the_one_before():
    found = measured(series=series(active_users_30d=[9.0, 0.0, 0.0]), last_used_on=days_ago(3))
    assert found["active_users"] == 9.0


def test_a_snapshot_of_zero_after_a_month_without_use_is_zero():
    found = measured(series=series(active_users_30d=daily(9, last=1)), last_used_on=days_ago(40))
    assert found["active_users"] == 0.0


@pytest.mark.parametrize("identified", [{}, {"active_users_30d": daily(0)}])
def test_without_identified_users_active_is_the_mean_of_working_days_by_name(identified):
    found = measured(series=series(active_users=19.0, **identified))
    assert found["active_users"] == close(19.0)  # weekends are 0 and do not count: 95 % is not 68 %
    assert found["utilisation_pct"] == close(95.0)
    assert found["active_definition"] == "mean_daily_28"
    assert found["active_wording"] == "mean of working days over 28 days"


# -- use ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("last_used_on", "idle", "never"),
    [(YESTERDAY, 0.0, 0.0), (days_ago(8), 7.0, 0.0), (AS_OF, 0.0, 0.0), (None, 153.0, 1.0)],
)
def test_idle_days_end_on_the_last_complete_day(last_used_on, idle, never):
    use = {} if last_used_on else {"series": None}
    found = measured(last_used_on=last_used_on, first_used_on=None, **use)
    assert (found["idle_days"], found["never_used"]) == (idle, never)


def test_the_trend_compares_same_weekdays_so_that_a_weekend_is_no_fall():
    assert measured(series=series(active_users=10.0))["trend_pct"] == close(0.0)


def test_the_trend_is_the_last_14_days_against_six_weeks():
    found = measured(series=series(active_users=daily(10, then=4, last=14)))
    assert (found["recent_use"], found["expected_use"]) == (close(56.0), close(140.0))
    assert found["trend_pct"] == close(-60.0)


def test_a_holiday_counts_neither_in_the_window_nor_in_the_baseline():
    closed = frozenset({days_ago(1), days_ago(2), days_ago(22)})
    start = AS_OF - timedelta(days=92)
    use = [
        0.0 if day.weekday() >= 5 else 3.0 if day in closed else 10.0
        for day in (start + timedelta(days=n) for n in range(92))
    ]
    assert measured(series=series(active_users=use), calendar=Weekends(closed))["trend_pct"] == close(0.0)
    assert measured(series=series(active_users=use))["trend_pct"] < -10


@pytest.mark.parametrize(
    ("first_used_on", "expected"),
    [(days_ago(42), close(0.0)), (days_ago(41), NOT_APPLICABLE), (days_ago(300), close(0.0))],
)
def test_a_baseline_needs_four_weeks(first_used_on, expected):
    weeks_of_use = min(92, (AS_OF - first_used_on).days)
    found = measured(series=series(active_users=daily(10, weeks_of_use)), first_used_on=first_used_on)
    assert found["trend_pct"] == expected


@pytest.mark.parametrize(
    ("fleet", "expected"), [(0.5, 0.0), (1.0, -50.0), (1.2, -50.0), (None, -50.0), (0.4, 25.0)]
)
def test_a_fall_of_the_fleet_is_divided_out_of_what_the_score_sees(fleet, expected):
    found = measured(series=series(active_users=daily(10, then=5, last=14)), at=pulse(fleet_trend=fleet))
    assert found["trend_pct"] == close(-50.0)
    assert found["trend_beyond_fleet_pct"] == close(expected)


@pytest.mark.parametrize(
    ("levels", "falls"),
    [
        ((9, 9, 9, 9), 0),
        ((9, 9, 9, 8), 1),
        ((9, 8, 7, 6), 3),
        ((9, 8, 9, 8), 1),
        ((0, 0, 0, 0), 0),
        ((100, 99, 98, 97), 0),
    ],
)
def test_months_down(levels, falls):
    users = [float(level) for level in levels for _ in range(30)][-92:]
    assert measured(series=series(active_users_30d=users))["months_down"] == falls


def test_months_down_is_not_applicable_without_snapshots():
    assert measured(series=series(active_users=10.0))["months_down"] is NOT_APPLICABLE


def test_breadth_and_core_weeks():
    tuned = replace(policy(), core_features=("core:a", "core:b", "feature:c", "feature:d"))
    rows = series(active_users=10.0, **{"core:a": daily(1, 15), "core:b": [1.0] + [0.0] * 29})
    found = measures(account(series=rows), AS_OF, tuned, pulse(), Weekends())
    assert (found.use.breadth_pct, found.use.core_weeks) == (50.0, 3.0)


def test_counts_are_unknown_where_the_source_does_not_state_them():
    found = measured(series=series(active_users=10.0, rate_limit_hits=daily(1, 31)))
    assert found["rate_limit_hits"] == 30.0
    assert found["locked_feature_attempts"] is None


def test_the_window_ends_on_the_last_complete_day_and_never_on_the_day_itself():
    use = series(active_users=daily(10, then=0, last=5))
    assert measured(series=use, at=pulse(through=days_ago(6)))["trend_pct"] == close(0.0)
    assert measured(series=use, at=pulse(through=AS_OF))["usage_age_days"] == 0.0


def test_trend_is_what_the_pulse_takes():
    rows = account(series=series(active_users=daily(10, then=4, last=14)))
    assert beat(rows, AS_OF, policy(), pulse(), Weekends()).trend == ("active_users", pytest.approx(0.4))
    assert beat(rows, AS_OF, policy(), Pulse(), Weekends()).trend is None
    assert beat(account(series=None), AS_OF, policy(), pulse(), Weekends()).trend is None


# -- capacity ----------------------------------------------------------------------------------------


def test_capacity_is_the_mean_and_not_the_peak():
    found = measured(series=series(active_users=daily(10, then=20, last=1)))
    assert found["capacity_pct"] == close(52.5)


def on(days, level, of=SERIES_DAYS):
    """So many users on the days so far back, the last one 0, and nobody on the others."""
    return [float(level if back in days else 0) for back in reversed(range(of))]


MONTH = range(28)
WORKDAYS = [back for back in MONTH if (AS_OF - timedelta(days=back + 1)).weekday() < 5]


@pytest.mark.parametrize(
    ("users", "capacity", "growth"),
    [
        (on(WORKDAYS, 18), 90.0, 0.0),
        (on(WORKDAYS[::2], 18), 90.0, 0.0),  # every other day they are there, and take as many seats
        (on(WORKDAYS[::4], 18), 90.0, 0.0),
        (on(WORKDAYS[:1], 20), 5.0, 2 / 14),  # one full day is a training
        (on(WORKDAYS[:4], 20), 20.0, 8 / 14),
        (on(WORKDAYS[:10], 18), 90.0, 18 / 14),  # nobody before: that is growth
        (
            [a + b for a, b in zip(on(WORKDAYS[:10:2], 16), on(WORKDAYS[10::2], 12), strict=True)],
            70.0,
            4 / 14,
        ),
        (on([], 0), 0.0, 0.0),
    ],
)
def test_capacity_is_of_the_working_days_on_which_anybody_is_there(users, capacity, growth):
    found = measured(series=series(active_users=users))
    assert found["capacity_pct"] == close(capacity)
    assert found["growth_per_day"] == close(growth)


@pytest.mark.parametrize(
    ("limits", "capacity", "domains"),
    [
        ((), close(90.0), NOT_APPLICABLE),
        ((LimitFact("domains", 2, 10),), close(90.0), close(20.0)),
        ((LimitFact("storage", 95, 100),), close(95.0), NOT_APPLICABLE),
        ((LimitFact("storage", 5, 0),), close(90.0), NOT_APPLICABLE),
    ],
)
def test_quotas(limits, capacity, domains):
    found = measured(limits=limits)
    assert (found["capacity_pct"], found["domain_use_pct"]) == (capacity, domains)


@pytest.mark.parametrize(
    ("users", "expected"),
    [
        (daily(10), NOT_APPLICABLE),
        (daily(10, then=12, last=14), 63.0),  # 9 seats left at 2 in 14 days
        (daily(25), 0.0),
    ],
)
def test_days_until_full(users, expected):
    assert measured(series=series(active_users=users))["days_until_full"] == close(expected)


@pytest.mark.parametrize(
    ("per_day", "days"), [(1e-17, NOT_APPLICABLE), (-1.0, NOT_APPLICABLE), (0.01, 300.0)]
)
def test_use_that_rises_by_no_more_than_rounding_does_not_rise(per_day, days):
    licence = measures_of({"seats": 10.0}, {}).licence
    active = Activity(load().active[0], 7.0, 7.0, per_day)
    found = capacity_measures(None, licence, active, LimitFact("", 0, 0))
    assert found.days_until_full == (days if days is NOT_APPLICABLE else close(days))


# -- tickets, payments, answers, events --------------------------------------------------------------


@pytest.mark.parametrize(
    ("ticket", "expected"),
    [
        (TicketFact("t", days_ago(1)), (1.0, 0.0, 1.0)),
        (TicketFact("t", days_ago(1), priority="urgent"), (1.0, 1.0, 3.0)),
        (TicketFact("t", days_ago(9), days_ago(1)), (0.0, 0.0, 0.0)),
        (TicketFact("t", days_ago(9), AS_OF), (1.0, 0.0, 1.0)),
        (TicketFact("t", days_ago(9), status="solved"), (0.0, 0.0, 0.0)),
    ],
)
def test_tickets(ticket, expected):
    found = measured(tickets=(ticket,))
    assert (found["open_tickets"], found["urgent_tickets"], found["ticket_load"]) == expected


@pytest.mark.parametrize(
    ("ticket", "expected"),
    [
        (TicketFact("t", days_ago(40), subject="Cancel our contract"), 1.0),
        (TicketFact("t", days_ago(40), days_ago(20), subject="Cancel our contract"), 0.0),
        (TicketFact("t", days_ago(20), days_ago(10), subject="Cancel our contract"), 1.0),
        (TicketFact("t", days_ago(20), topic="contract_cancellation"), 1.0),
        (TicketFact("t", days_ago(20), subject="Cancel a meeting"), 0.0),
    ],
)
def test_a_ticket_speaks_while_it_is_open_or_recent(ticket, expected):
    assert measured(tickets=(ticket,))["cancel_tickets"] == expected


@pytest.mark.parametrize(
    ("payment", "failed", "overdue"),
    [
        (PaymentFact("i", days_ago(5), "paid", days_ago(4)), 0.0, 0.0),
        (PaymentFact("i", days_ago(5), "open"), 0.0, 5.0),
        (PaymentFact("i", days_ago(5), "open", attempts=2), 1.0, 5.0),
        (PaymentFact("i", days_ago(5), "failed"), 1.0, 5.0),
        (PaymentFact("i", AS_OF, "failed"), 1.0, 1.0),
        (PaymentFact("i", AS_OF, "open"), 0.0, 0.0),
        (PaymentFact("i", days_ago(5), "uncollectible"), 1.0, 5.0),
        (PaymentFact("i", days_ago(5), "void"), 0.0, 0.0),
        (PaymentFact("i", days_ago(5), "paid", AS_OF), 0.0, 5.0),
    ],
)
def test_payments(payment, failed, overdue):
    found = measured(payments=(payment,))
    assert (found["failed_payments"], found["overdue_days"]) == (failed, overdue)


def test_answers_past_their_shelf_life_are_unknown():
    fresh, stale = SurveyFact("nps", 9, days_ago(180)), SurveyFact("csat", 1, days_ago(181))
    assert measured(surveys=(fresh, stale))["sentiment"] == 90.0
    assert measured(surveys=(stale,))["sentiment"] is None
    assert measured(surveys=(fresh, SurveyFact("csat", 3, YESTERDAY)))["sentiment"] == 70.0


def test_events_count_for_thirty_days():
    events = (EventFact("api_key_deleted", days_ago(30)), EventFact("domain_deactivated", days_ago(31)))
    found = measured(events=events)
    assert (found["api_keys_deleted"], found["domains_deactivated"]) == (1.0, 0.0)


# -- terms -------------------------------------------------------------------------------------------

BEFORE = replace(TERM, term_start=date(2024, 1, 1), term_end=date(2025, 1, 1), seats=25, mrr_minor=50_000)
MONTHLY = replace(TERM, term_start=date(2025, 6, 1), term_end=date(2025, 7, 1))


@pytest.mark.parametrize(
    ("terms", "name", "value"),
    [
        ((TERM,), "days_to_renewal", 211.0),
        ((MONTHLY,), "days_to_renewal", NOT_APPLICABLE),
        ((replace(MONTHLY, auto_renew=False),), "days_to_renewal", 27.0),
        ((TERM,), "days_into_term", 154.0),
        ((TERM, replace(TERM, subscription_id="new", term_start=days_ago(5))), "days_into_term", 5.0),
        (
            (BEFORE, TERM, replace(TERM, subscription_id="new", term_start=days_ago(5))),
            "days_into_term",  # the new subscription has reduced nothing
            154.0,
        ),
        ((TERM,), "mrr_change_pct", NOT_APPLICABLE),
        ((BEFORE, TERM), "mrr_change_pct", -20.0),
        ((BEFORE, TERM), "seats_change_pct", -20.0),
        ((TERM,), "price_change_pct", NOT_APPLICABLE),
        ((replace(TERM, renewal_mrr_minor=46_000),), "price_change_pct", 15.0),
        ((TERM,), "cancelling", 0.0),
        ((replace(TERM, cancel_at_period_end=True),), "cancelling", 1.0),
        ((replace(TERM, status="trialing"),), "in_trial", 1.0),
        ((replace(TERM, trial_end=AS_OF),), "in_trial", 0.0),
        ((replace(TERM, trial_end=AS_OF + timedelta(days=1)),), "in_trial", 1.0),
        ((TERM,), "account_age_days", 513.0),
    ],
)
def test_terms(terms, name, value):
    assert measured(terms=terms)[name] == close(value)


# -- what is known -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("usage", ("utilisation_pct", "idle_days", "trend_pct", "capacity_pct", "usage_age_days")),
        ("tickets", ("open_tickets", "cancel_tickets")),
        ("payments", ("failed_payments", "overdue_days")),
        ("surveys", ("sentiment", "nps")),
        ("events", ("api_keys_deleted",)),
        ("limits", ("domain_use_pct",)),
        ("subscriptions", ("cancelling", "days_to_renewal")),
    ],
)
def test_a_kind_that_no_source_covers_is_unknown_and_not_zero(kind, names):
    found = measured(at=pulse(KINDS - {kind}))
    assert [found[name] for name in names] == [None] * len(names)


@pytest.mark.parametrize(("age", "known"), [(1, True), (8, True), (9, False)])
def test_use_past_its_shelf_life_is_unknown(age, known):
    assert (measured(at=pulse(through=days_ago(age)))["idle_days"] is not None) is known


def test_use_without_a_complete_day_is_unknown():
    assert measured(at=pulse(through=None))["idle_days"] is None


def test_the_source_furthest_behind_decides():
    both = Pulse({"files": Freshness(KINDS, YESTERDAY), "log": Freshness(frozenset({"usage"}), days_ago(4))})
    found = measured(account(sources=("files", "log", "gone")), at=both)
    assert found["usage_age_days"] == 3.0


# -- the young term of two, and trials -----------------------------------------------------------------


def renewed(name: str, days: int, before: int | None, now: int | None):
    """A subscription that renewed so many days ago, from so many seats to so many."""
    old = replace(TERM, subscription_id=name, term_start=days_ago(days + 365), term_end=days_ago(days))
    return replace(old, seats=before), replace(old, term_start=days_ago(days), term_end=None, seats=now)


@pytest.mark.parametrize(
    ("terms", "days"),
    [
        (renewed("a", 40, 20, 10), 40.0),
        ((*renewed("a", 40, 20, 10), *renewed("b", 5, 20, 20)), 40.0),  # the later one renewed as it was
        ((*renewed("a", 40, 20, 10), *renewed("b", 5, 20, 21)), 40.0),  # or grew, and both are fewer
        ((*renewed("a", 40, 20, 10), *renewed("b", 5, 20, 19)), 5.0),
        ((*renewed("a", 40, 20, 20), *renewed("b", 5, 20, 20)), 5.0),
        ((*renewed("a", 40, 20, 10), *renewed("b", 5, None, 20)), 40.0),
        ((*renewed("a", 40, None, 10), *renewed("b", 5, 20, None)), 5.0),
        ((*renewed("a", 40, 20, 10), replace(TERM, subscription_id="c", term_start=days_ago(2))), 40.0),
    ],
)
def test_days_into_the_term_are_of_the_one_that_changed_its_seats(terms, days):
    assert measured(terms=terms)["days_into_term"] == days
