from datetime import date

import pytest

from health.figures.active import Act, Definition, active_users, side_by_side
from health.figures.reading import Step
from health.figures.share import share
from health.figures.utilisation import (
    adopted_by,
    after_purchase,
    before_renewal,
    full_on,
    monthly,
    signed_in,
    utilisation,
    utilisation_by_account,
    utilisation_reading,
)
from health.nouns import NOT_APPLICABLE
from tests.health.figures.examples import AS_OF, RULES, ms, seat, term, usage

SEATS = [
    seat("ada", "2026-05-31", department="sales"),
    seat("bob", "2026-05-02", department="sales"),
    seat("cyd", "2026-05-01", department="law"),
    seat("dan", department="law"),
    seat("eve", "2026-06-01"),
]


def test_signed_in_within_thirty_days_before_the_day():
    assert {user for _, user in signed_in(SEATS, AS_OF)} == {"ada", "bob"}


def test_deployed_and_adopted_are_kept_apart():
    found = utilisation_by_account([term()], SEATS, signed_in(SEATS, AS_OF), AS_OF, RULES)["acme"]
    assert (found.used, found.deployed, found.adopted) == (share(2, 20), share(5, 20), share(2, 5))
    assert found.over_use == 0


def test_a_person_with_seats_of_two_products_is_assigned_once():
    twice = [seat("ada", product="one"), seat("ada", product="two")]
    assert utilisation_by_account([term()], twice, (), AS_OF, RULES)["acme"].deployed == share(1, 20)


def test_growth_seats_count_until_they_are_due():
    def committed(until):
        ahead = term(growth_seats=10, growth_until=until)
        return utilisation_by_account([ahead], SEATS, (), AS_OF, RULES)["acme"].committed.whole

    assert (committed(None), committed(date(2026, 6, 2)), committed(AS_OF)) == (10, 10, 20)


@pytest.mark.parametrize("changes", [{"licence_model": "usage"}, {"seats": None}, {"status": "paused"}])
def test_without_seats_in_force_there_is_no_utilisation(changes):
    assert utilisation_by_account([term(**changes)], SEATS, (), AS_OF, RULES) == {}


def test_over_use_is_shown():
    found = utilisation(10, 0, 10, 12)
    assert (found.used.pct, found.over_use) == (120.0, 2)
    assert utilisation(0, 0, 0, 0).used.pct is NOT_APPLICABLE


def test_by_department_those_without_one_are_shown():
    found = adopted_by("department", SEATS, signed_in(SEATS, AS_OF))
    assert found == {"law": share(0, 2), "sales": share(2, 2), "unknown": share(0, 1)}


SNAPSHOTS = [
    usage("2026-01-30", active_users_30d=4),
    usage("2026-02-27", active_users_30d=6),
    usage("2026-02-28", active_users=20),
    usage("2026-02-27", "globex", active_users_30d=9),
    usage("2026-05-31", active_users_30d=9),
]


def test_after_purchase_at_each_age_that_is_reached():
    bought = term(purchased_ms=ms("2026-01-01T18:00:00"))
    found = after_purchase(bought, SNAPSHOTS, date(2026, 3, 15))
    assert found == {30: share(4, 20), 60: share(6, 20)}
    assert after_purchase(bought, SNAPSHOTS, AS_OF)[90] is None  # no snapshot within the week before
    undated = term(term_start=date(2026, 1, 1), started_on=date(2025, 12, 30))
    assert after_purchase(undated, SNAPSHOTS, date(2026, 3, 15))[60] == share(6, 20)


def test_before_renewal_is_now_while_that_is_ahead():
    assert before_renewal(term(), SNAPSHOTS, AS_OF) == share(9, 20)
    assert before_renewal(term(term_end=date(2026, 5, 30)), SNAPSHOTS, AS_OF) == share(6, 20)
    assert before_renewal(term(term_end=None), SNAPSHOTS, AS_OF) is None
    assert before_renewal(term(licence_model="usage"), SNAPSHOTS, AS_OF) is None


def test_monthly_begins_with_the_term():
    found = monthly(term(), SNAPSHOTS, AS_OF)
    assert list(found) == [date(2026, month, 1) for month in range(2, 7)]
    assert found[date(2026, 3, 1)] == share(6, 20)
    assert found[date(2026, 4, 1)] is None
    assert min(monthly(term(term_start=date(2025, 1, 1)), [], AS_OF)) == date(2026, 1, 1)  # of six months


SCALES = {
    "renewal": [Step(0, "red flag"), Step(60, "fair"), Step(80, "strong")],
    "mature": [Step(0, "low"), Step(50, "fair"), Step(70, "good")],
    "ramp": [Step(0, "red flag"), Step(30, "fair"), Step(50, "strong")],
}


@pytest.mark.parametrize(
    ("pct", "age", "to_renewal", "preset", "word"),
    [
        (5, 59, None, "renewal", "by activation"),
        (50, 60, None, "renewal", "strong"),
        (50, 120, None, "renewal", "fair"),  # asked for by then: 45 and 65
        (44, 120, None, "renewal", "red flag"),
        (79.9, 180, None, "renewal", "fair"),
        (72, 400, 91, "mature", "good"),
        (72, 400, 90, "mature", "fair"),  # the stricter, inside 90 days
        (55, 400, 10, "mature", "red flag"),
        (50, 70, 30, "renewal", "red flag"),
    ],
)
def test_reading_by_age_and_nearness_of_renewal(pct, age, to_renewal, preset, word):
    assert utilisation_reading(pct, age, to_renewal, SCALES, preset) == word


@pytest.mark.parametrize(
    ("active", "per_day", "expected"),
    [(10, 0.5, date(2026, 6, 21)), (10, 0.0, None), (10, -1.0, None), (20, -1.0, AS_OF)],
)
def test_the_day_seats_are_full(active, per_day, expected):
    assert full_on(active, per_day, 20, AS_OF) == expected


def act(user, day, feature="sign_ins", times=1.0, **more):
    return Act("acme", user, date.fromisoformat(day), feature, times, **more)


ACTS = [
    act("ada", "2026-05-31", "core:send", 2),
    act("ada", "2026-05-30", "core:send"),
    act("bob", "2026-05-03"),
    act("bob", "2026-05-02", "core:send"),
    act("cyd", "2026-05-01", "core:send", 9),
    act("dan", "2026-05-20", role="viewer"),
    act("eve", "2026-05-20", times=0),
]
ANY = Definition("signed_in_30d", 1)
THREE = Definition("sends", 2, 30, ("core:send",), 3)


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        (ANY, {"ada", "bob", "dan"}),
        (THREE, {"ada"}),
        (THREE._replace(roles={"viewer": ANY}), {"ada", "dan"}),
        (ANY._replace(days=10), {"ada"}),
    ],
)
def test_definitions_of_active(definition, expected):
    assert {user for _, user in active_users(ACTS, definition, AS_OF)} == expected


def test_two_definitions_side_by_side_are_named_with_their_versions():
    users = [("acme", user) for user in ("ada", "bob", "cyd", "eve")]
    found = side_by_side(ACTS, users, ANY, THREE, AS_OF)
    assert (found.first, found.second) == ("signed_in_30d v1", "sends v2")
    assert (found.by_first, found.by_second) == (share(2, 4), share(1, 4))
    assert (found.only_first, found.only_second) == (1, 0)
