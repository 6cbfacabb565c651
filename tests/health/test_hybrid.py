"""Hybrid: what is paid by the seat and by consumption is judged by both, each by its share of the revenue."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from health.delta import delta
from health.features import Commitment
from health.nouns import NOT_APPLICABLE
from health.terms import licence_model, seat_share_pct
from tests.health.examples import AS_OF, TERM, account, assess, daily, policy, series

SEATS = replace(TERM, mrr_minor=30_000)
METERED = replace(TERM, subscription_id="sub-2", licence_model="usage", seats=None, mrr_minor=10_000)
BOTH = replace(TERM, subscription_id="sub-2", licence_model="hybrid")
LINES = ("utilisation", "consumption")
few = settings(max_examples=50)


def sold(*terms, users=16.0, per_day=8.0, at=AS_OF):
    """Sixteen of twenty seats in use, and eight of the ten units a day that are committed."""
    committed = Commitment("sub-2", TERM.term_start, date(2026, 1, 1), 3_650.0, per_day * 62)
    features = account(
        terms=terms,
        series=series(active_users_30d=daily(users), active_users=12.0, consumption=daily(per_day)),
        commitments=(committed,),
    )
    return assess(features, as_of=at)


def points(share, users, per_day):
    """The score where seats are so many hundredths of the revenue."""
    terms = (replace(SEATS, mrr_minor=share), replace(METERED, mrr_minor=100 - share))
    return sold(*terms, users=users, per_day=per_day).score.points


def lines(assessment):
    return {line.name: line for line in assessment.score.contributions}


@pytest.mark.parametrize(
    ("terms", "model", "share"),
    [
        ((), None, NOT_APPLICABLE),
        ((SEATS,), "seat", 100.0),
        ((replace(SEATS, mrr_minor=None),), "seat", 100.0),  # all of it, however much that is
        ((replace(SEATS, licence_model="tiered"),), "tiered", 100.0),
        ((METERED,), "usage", 0.0),
        ((replace(METERED, mrr_minor=None),), "usage", 0.0),
        ((SEATS, METERED), "hybrid", 75.0),
        ((METERED, SEATS), "hybrid", 75.0),
        ((SEATS, SEATS, METERED), "hybrid", 100 * 6 / 7),
        ((replace(SEATS, mrr_minor=0), METERED), "hybrid", 0.0),
        ((SEATS, replace(METERED, mrr_minor=0)), "hybrid", 100.0),
        ((replace(SEATS, mrr_minor=0), replace(METERED, mrr_minor=0)), "hybrid", None),
        ((SEATS, replace(METERED, mrr_minor=None)), "hybrid", None),
        ((SEATS, replace(METERED, mrr_minor=-1)), "hybrid", None),
        ((SEATS, replace(METERED, currency="USD")), "hybrid", None),
        ((BOTH,), "hybrid", None),  # one price for both: how much of it is for what, no fact says
        ((SEATS, BOTH), "hybrid", None),
    ],
)
def test_the_share_of_the_revenue_is_what_the_terms_state(terms, model, share):
    assert licence_model(terms) == model
    found = seat_share_pct(terms)
    assert found == (pytest.approx(share) if isinstance(share, float) else share)


def test_each_part_is_a_line_that_says_its_share():
    found = sold(SEATS, METERED)
    assert found.facts["profile"] == "hybrid_committed"
    assert [lines(found)[name].reason for name in LINES] == [
        "utilisation 80 % (16 of 20 seats, signed in within 30 days); seats are 75 % of the revenue",
        "consumption at 80 % of what is committed to date; it is 25 % of the revenue",
    ]
    # K = 65: weights 11.25 and 3.75, curves give 75 and 70; rounded by their running sum
    assert [lines(found)[name].points for name in LINES] == [-433, -174]
    assert 10_000 + sum(line.points for line in found.score.contributions) == found.score.points


def test_without_a_commitment_consumption_is_held_against_the_month_before():
    features = account(
        terms=(SEATS, METERED), series=series(active_users_30d=daily(16), consumption=daily(10))
    )
    first_week = assess(features)
    assert first_week.facts["profile"] == "hybrid"
    assert "consumption" not in lines(first_week)  # does not apply yet, and is left out, weight and all
    later = assess(features, as_of=date(2025, 6, 1))
    assert lines(later)["consumption"].reason.startswith("consumption this month at 100 % of the same days")


@pytest.mark.parametrize("terms", [(BOTH,), (SEATS, replace(METERED, mrr_minor=None))])
def test_a_share_that_nobody_states_is_unknown_and_said_so(terms):
    told, found = sold(SEATS, METERED), sold(*terms)
    assert [(lines(found)[name].points, lines(found)[name].reason) for name in LINES] == [
        (0, "utilisation: its share of the revenue is not known"),
        (0, "consumption: its share of the revenue is not known"),
    ]
    assert found.score.coverage == pytest.approx(told.score.coverage - 15 / 75)
    assert found.score.low < told.score.points < found.score.high


def test_seats_alone_are_one_end():
    one_end, alone = sold(SEATS, replace(METERED, mrr_minor=0)), sold(SEATS)
    assert alone.facts["profile"] == "default"
    assert {name: line.points for name, line in lines(one_end).items()} == {
        name: line.points for name, line in lines(alone).items()
    }
    assert one_end.score[:4] == alone.score[:4]


def test_consumption_alone_is_the_other_end():
    other_end, alone = sold(replace(SEATS, mrr_minor=0), METERED), sold(METERED)
    assert alone.facts["profile"] == "committed"
    assert other_end.score[:4] == alone.score[:4]
    assert lines(other_end)["consumption"].points == lines(alone)["utilisation"].points


@few
@given(st.integers(0, 25), st.floats(0, 15), st.lists(st.integers(0, 100), min_size=2, max_size=2))
def test_the_larger_the_share_of_the_better_part_the_better(users, per_day, shares):
    low, high = sorted(shares)
    seats_better = points(100, users, per_day) >= points(0, users, per_day)
    less, more = points(low, users, per_day), points(high, users, per_day)
    assert less <= more if seats_better else less >= more


@few
@given(st.integers(0, 25), st.floats(0, 15), st.integers(0, 100))
def test_a_mix_lies_between_its_ends_and_its_lines_sum(users, per_day, share):
    ends = sorted(points(end, users, per_day) for end in (0, 100))
    terms = (replace(SEATS, mrr_minor=share), replace(METERED, mrr_minor=100 - share))
    found = sold(*terms, users=users, per_day=per_day).score
    assert ends[0] <= found.points <= ends[1]
    assert 10_000 + sum(line.points for line in found.contributions) == found.points


def test_what_moved_is_the_share_where_use_is_as_it_was():
    before, now = (
        sold(SEATS, METERED, users=20.0),
        sold(SEATS, replace(METERED, mrr_minor=30_000), users=20.0),
    )
    found = delta(now, before, policy(), same_rules=True)
    assert sum(change.points for change in found.changes) == found.points < 0
    moved = {change.name: [move.measure for move in change.moves] for change in found.changes}
    assert moved == {"consumption": ["seat_share_pct"]}
