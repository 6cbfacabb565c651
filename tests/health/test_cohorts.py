"""Cohorts: those who began together, and only where chance and the fleet do not explain it."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest

from health.chance import at_least, at_most
from health.cohorts import CHANCE, FLEET, START, USE, VOLUME, Began, Cohorts, began, start_cohort_pct
from health.features import Cohort, LicenceFact, Pulse
from health.measures import beat
from health.nouns import NOT_APPLICABLE
from health.pulse import taken
from tests.health.examples import (
    AS_OF,
    TERM,
    YESTERDAY,
    Weekends,
    account,
    assess,
    daily,
    kinds,
    policy,
    pulse,
    series,
)

END = date(2025, 6, 3)  # a Tuesday: those of the week of 19 May have all had seven days
STARTED = date(2025, 5, 19)
MARCH, APRIL = date(2025, 3, 1), date(2025, 4, 1)
STEADY = (1.0,) * 9


def heard(*found: Began, fleet: float = 1.0, accounts_min: int = 10):
    cohorts = Cohorts()
    for one in found:
        cohorts.hear(one)
    return cohorts.told(END, accounts_min, fleet)


def started(*shares: tuple[int, int]) -> list[Began]:
    """Accounts by week, the latest first: so many in time, of so many."""
    return [
        Began(STARTED - timedelta(7 * ago), ago, number < done, ())
        for ago, (done, count) in enumerate(shares)
        for number in range(count)
    ]


def using(first: date, many: int, *weeks: float) -> list[Began]:
    """Accounts that began in a month, whose last weeks hold this (the latest first) and 1 before."""
    return [Began(first, None, True, (*weeks, *STEADY[len(weeks) :])) for _ in range(many)]


@pytest.mark.parametrize(
    ("count", "of", "rate", "p"),
    [(0, 10, 0.1, 0.9**10), (1, 2, 0.5, 0.75), (10, 10, 0.3, 1.0), (0, 5, 1.0, 0.0), (5, 5, 1.0, 1.0)],
)
def test_so_few_by_chance(count, of, rate, p):
    assert at_most(count, of, rate) == pytest.approx(p)
    assert at_least(of - count, of, 1 - rate) == pytest.approx(p)


def test_chance_adds_up():
    assert at_most(3, 20, 0.2) + at_least(4, 20, 0.2) == pytest.approx(1.0)
    assert at_least(0, 20, 0.0) == 1.0 > at_least(1, 20, 0.0) == 0.0


# -- those who do not get started ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("latest", "gate"),
    [
        ((2, 20), ""),
        ((11, 20), CHANCE),  # below all of the eight, and no more than chance
        ((0, 9), VOLUME),
    ],
)
def test_a_week_is_held_against_the_eight_before(latest, gate):
    (found,) = heard(*started(latest, *[(15, 20)] * 7, (12, 20)))
    assert (found.what, found.first, found.last) == (START, STARTED, STARTED + timedelta(6))
    assert (found.now_pct, found.low_pct) == pytest.approx((100 * latest[0] / latest[1], 60.0))
    assert (found.accounts, found.gate) == (latest[1], gate)


@pytest.mark.parametrize(
    "weeks",
    [
        [(12, 20)] * 9,  # no lower than the lowest
        [(0, 20), *[(15, 20)] * 7],  # a week is missing
        [(0, 0), *[(15, 20)] * 8],  # nobody began
    ],
)
def test_within_its_range_or_without_one_there_is_nothing(weeks):
    assert heard(*started(*weeks)) == ()


@pytest.mark.parametrize(
    ("on", "weeks_ago"),
    [
        (date(2025, 5, 25), 0),
        (date(2025, 5, 19), 0),
        (date(2025, 5, 18), 1),
        (date(2025, 5, 26), None),  # the last of that week has not had seven days
        (date(2025, 3, 24), 8),
        (date(2025, 3, 23), None),
    ],
)
def test_a_week_counts_once_all_of_it_had_seven_days(on, weeks_ago):
    assert began(account(), on, END, ()).weeks_ago == weeks_ago
    sunday = date(2025, 6, 1)  # seven days after 25 May
    assert began(account(), on, sunday, ()).weeks_ago == weeks_ago
    assert began(account(), date(2025, 5, 19), sunday - timedelta(1), ()).weeks_ago is None


@pytest.mark.parametrize(
    ("used", "activated", "in_time"),
    [(None, None, False), (7, None, True), (8, None, False), (8, 7, True), (None, 0, True)],
)
def test_in_time_is_within_seven_days(used, activated, in_time):
    def after(days):
        return None if days is None else STARTED + timedelta(days)

    features = account(first_used_on=after(used), licences=(LicenceFact(STARTED, after(activated)),))
    assert began(features, STARTED, END, ()).in_time is in_time


# -- those who use less ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fallen", "others", "fleet", "gate"),
    [
        (using(MARCH, 20, 0.5), using(APRIL, 80), 1.0, ""),
        (using(MARCH, 9, 0.5), using(APRIL, 80), 1.0, VOLUME),
        (using(MARCH, 20, 0.5), using(APRIL, 80), 0.84, FLEET),
        ([*using(MARCH, 3, 0.1), *using(MARCH, 17)], using(APRIL, 80), 1.0, CHANCE),  # a few, not all
        (using(MARCH, 20, 0.5), [*using(APRIL, 70, 0.6), *using(APRIL, 10)], 1.0, CHANCE),  # as most others
    ],
)
def test_a_month_is_held_against_its_own_eight_weeks(fallen, others, fleet, gate):
    found = next(each for each in heard(*fallen, *others, fleet=fleet) if each.first == MARCH)
    assert (found.what, found.last, found.accounts) == (USE, date(2025, 3, 31), len(fallen))
    assert found.now_pct < found.low_pct
    assert found.gate == gate


def test_what_falls_for_all_is_no_cohort():
    assert heard(*using(MARCH, 20, 0.5), *using(APRIL, 20, 0.5), *using(date(2025, 1, 1), 20, 0.5)) == ()


def test_a_cohort_that_stays_low_is_told_for_a_week():
    """Its own range is as low from then on: what is left is told account by account."""
    assert heard(*using(MARCH, 20, 0.5), *using(APRIL, 80))[0].gate == ""
    assert heard(*using(MARCH, 20, 0.5, 0.5), *using(APRIL, 80)) == ()


def test_who_began_over_a_year_ago_is_in_no_cohort():
    assert heard(*using(date(2024, 6, 1), 20, 0.5), *using(APRIL, 80)) == ()
    assert len(heard(*using(date(2024, 7, 1), 20, 0.5), *using(APRIL, 80))) == 1


def test_weeks_are_counted_back_from_the_last_complete_day_and_capped():
    shares = [*[1.0] * 56, *[0.2] * 7]
    assert began(account(), MARCH, END, shares).weeks == pytest.approx((0.2, *STEADY[1:]))
    assert began(account(), MARCH, END, [0.0, *shares]).weeks == pytest.approx((0.2, *STEADY[1:]))
    assert began(account(), MARCH, END, shares[1:]).weeks == ()
    assert began(account(), MARCH, END, [9.0] * 63).weeks == (3.0,) * 9
    assert began(account(), END + timedelta(1), END, shares) is None


def test_where_nothing_happened_hardly_any_day_tells_of_a_cohort():
    """Twelve months of forty accounts, over forty weeks of noise: told on hardly any of 480 looks."""
    draw, told = Random(5), 0
    for _ in range(40):
        found = [
            Began(date(2025 - (month > 6), month, 1), None, True, tuple(draw.gauss(1, 0.3) for _ in STEADY))
            for month in range(1, 13)
            for _ in range(40)
        ]
        told += sum(not each.gate for each in heard(*found))
    assert told <= 1


def test_the_pulse_of_a_fleet_tells_which_cohort_fell():
    """From feature rows on: forty steady accounts, and twelve of March that use a fifth this week."""
    march = replace(TERM, term_start=date(2025, 3, 3))
    fell = account(
        terms=(march,),
        first_used_on=march.term_start,
        series=series(active_users=daily(10, then=2, last=7), active_users_30d=daily(18)),
    )
    beats = [beat(row, AS_OF, policy(), pulse(), Weekends()) for row in (*[account()] * 40, *[fell] * 12)]
    (found,) = taken(pulse().freshness, beats, 10, 70).cohorts
    assert (found.name, found.accounts, found.gate) == ("use-2025-03-01", 12, "")
    assert found.has(march.term_start)


# -- what an account makes of it -------------------------------------------------------------------------

BELOW = Cohort(USE, date(2024, 1, 1), date(2024, 1, 31), 60.0, 80.0, 40)


@pytest.mark.parametrize(
    ("cohorts", "began_on", "value"),
    [
        ((), date(2024, 1, 8), NOT_APPLICABLE),
        ((BELOW,), date(2024, 1, 8), 75.0),
        ((BELOW,), date(2024, 1, 31), 75.0),
        ((BELOW,), date(2024, 2, 1), NOT_APPLICABLE),
        ((BELOW,), None, NOT_APPLICABLE),
        ((BELOW._replace(gate=CHANCE),), date(2024, 1, 8), NOT_APPLICABLE),
        ((BELOW, BELOW._replace(what=START, now_pct=40.0)), date(2024, 1, 8), 50.0),
    ],
)
def test_an_account_is_in_the_cohort_it_began_with(cohorts, began_on, value):
    assert start_cohort_pct(Pulse(cohorts=cohorts), began_on) == value


def test_its_alerts_wait_and_are_kept_with_the_gate():
    idle = account(
        series=series(active_users=daily(12, then=0, last=40)), last_used_on=YESTERDAY - timedelta(40)
    )
    alone, together = pulse(), replace(pulse(), cohorts=(BELOW,))
    assert kinds(assess(idle, at=alone))["idle_30"] == ""
    assert kinds(assess(idle, at=together))["idle_30"] == "start_cohort"
    cancelling = replace(idle, terms=(replace(idle.terms[0], cancel_at_period_end=True),))
    assert kinds(assess(cancelling, at=together))["cancel_at_period_end"] == ""
