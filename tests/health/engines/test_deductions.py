"""The published licence-health formula, to the letter, on whole accounts."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from health.engines.deductions import score
from health.features import LimitFact, PaymentFact, TicketFact
from health.nouns import NOT_APPLICABLE
from health.rules import Findings
from tests.health.examples import AS_OF, KINDS, account, assess, daily, profile, pulse, series

IDLE = {days: {"last_used_on": AS_OF - timedelta(days=days + 1)} for days in (7, 8, 30, 31)}
HALVED = series(active_users=daily(10, 14, then=4.9, last=7))
JUST_NOT_HALVED = series(active_users=daily(10, 14, then=5.0, last=7))
NOTHING_LAST_WEEK = series(active_users=daily(0, 14, then=5.0, last=7))
TICKET = TicketFact("t", AS_OF - timedelta(days=2), subject="Question")
FAILED = PaymentFact("i", AS_OF - timedelta(days=5), "failed")


@pytest.mark.parametrize(
    ("changes", "health"),
    [
        ({}, 100),
        (IDLE[7], 100),
        (IDLE[8], 80),
        (IDLE[30], 80),
        (IDLE[31], 50),
        ({"last_used_on": None, "first_used_on": None, "series": None}, 50),
        ({"limits": (LimitFact("domains", 1.9, 10),)}, 85),
        ({"limits": (LimitFact("domains", 2.0, 10),)}, 100),
        ({"limits": (LimitFact("domains", 0, 0),)}, 100),
        ({"limits": (LimitFact("api_keys", 0, 10),)}, 100),
        ({"series": HALVED}, 80),
        ({"series": JUST_NOT_HALVED}, 100),
        ({"series": NOTHING_LAST_WEEK}, 100),
        ({"tickets": (TICKET,)}, 90),
        ({"tickets": (TICKET, TICKET)}, 90),
        ({"payments": (FAILED,)}, 75),
        ({"tickets": (TICKET,), "payments": (FAILED,), "series": HALVED}, 45),
        (
            {
                **IDLE[31],
                "tickets": (TICKET,),
                "payments": (FAILED,),
                "series": HALVED,
                "limits": (LimitFact("domains", 1, 10),),
            },
            0,
        ),
    ],
)
def test_the_published_formula(changes, health):
    found = assess(account(**changes), engine="deductions").score
    assert found.points == 100 * health
    assert 10_000 + sum(line.points for line in found.contributions) == found.points


def test_the_floor_is_a_line():
    changes = {**IDLE[31], "tickets": (TICKET,), "payments": (FAILED,), "series": HALVED}
    found = assess(account(**changes), engine="deductions").score
    assert [(line.name, line.points) for line in found.contributions] == [
        ("idle_7", -2_000),
        ("idle_30", -3_000),
        ("halved", -2_000),
        ("ticket", -1_000),
        ("payment", -2_500),
        ("floor", 500),
    ]


@pytest.mark.parametrize(
    ("missing", "points", "low", "coverage"),
    [
        ("payments", 10_000, 7_500, 95 / 120),
        ("tickets", 10_000, 9_000, 110 / 120),
        ("limits", 10_000, 8_500, 105 / 120),
        ("usage", 10_000, 3_000, 50 / 120),
    ],
)
def test_the_unknown_deducts_nothing_and_is_taken_at_the_low_end(missing, points, low, coverage):
    found = assess(account(), engine="deductions", at=pulse(KINDS - {missing})).score
    assert (found.points, found.low, found.high) == (points, low, points)
    assert found.coverage == pytest.approx(coverage)


@given(st.lists(st.sampled_from([0.0, 1.0, None, NOT_APPLICABLE]), min_size=6, max_size=6))
def test_contributions_sum_exactly(states):
    lines = tuple((state, "reason") for state in states)
    found = score(Findings(lines, (), [], [], [], [], "", ""), profile("deductions"))
    assert 10_000 + sum(line.points for line in found.contributions) == found.points
    assert 0 <= found.low <= found.points <= found.high
