"""Ranking against references that are slow and plain: every pair, every order of the tied."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from health.ranking import auc, auc_apart, hits, interval, lift, mean_apart, modal_share

CASES = st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=1, max_size=40)
FEW = st.lists(st.tuples(st.integers(0, 3), st.booleans()), min_size=1, max_size=6)


def by_pairs(scores, events):
    pairs = [
        (one, other)
        for one, met in zip(scores, events, strict=True)
        for other, also in zip(scores, events, strict=True)
        if met and not also
    ]
    won = sum((one > other) + (one == other) / 2 for one, other in pairs)
    return won / len(pairs) if pairs else None


@given(CASES)
def test_auc_is_the_share_of_pairs_in_the_right_order(cases):
    scores, events = zip(*cases, strict=True)
    assert auc(scores, events) == pytest.approx(by_pairs(scores, events))


@given(FEW, st.integers(1, 6))
def test_those_tied_at_the_edge_share_the_places_left(cases, k):
    k = min(k, len(cases))
    orders = [
        sum(event for _, event in sorted(order, key=lambda case: -case[0])[:k])
        for order in permutations(cases)
    ]
    scores, events = zip(*cases, strict=True)
    assert hits(scores, events, k) == pytest.approx(sum(orders) / len(orders))


@pytest.mark.parametrize(
    ("scores", "expected"), [(range(100), 5.0), (range(100, 0, -1), 0.0), ([1.0] * 100, 1.0)]
)
def test_lift_of_the_highest_tenth(scores, expected):
    events = [at >= 80 for at in range(100)]
    assert lift(list(scores), events) == pytest.approx(expected)


def test_without_an_event_there_is_nothing_to_rank():
    assert auc([1, 2], [False, False]) is None
    assert interval([1, 2], [False, False], "ab") is None
    assert lift([1, 2], [False, False]) is None


def test_the_interval_is_the_same_each_time_and_covers_what_was_measured():
    scores = [(at * 37) % 101 for at in range(300)]
    events = [score + at % 50 > 95 for at, score in enumerate(scores)]
    found = interval(scores, events, range(300))
    assert found == interval(scores, events, range(300))
    assert 0.5 < found.low < auc(scores, events) < found.high <= 1


def test_an_account_told_of_on_many_days_is_one_draw():
    scores = [(at * 37) % 101 for at in range(60)]
    events = [score + at % 50 > 75 for at, score in enumerate(scores)]
    once = interval(scores, events, range(60))
    often = interval(scores * 9, events * 9, [*range(60)] * 9)
    apart = interval(scores * 9, events * 9, range(540))
    assert often == pytest.approx(once)
    assert apart.high - apart.low < (once.high - once.low) / 2


def test_modal_share():
    assert modal_share([1, 1, 2, 3]) == 0.5
    assert modal_share([]) == 0


def test_two_rankings_are_apart_on_the_same_draws():
    events = [at % 4 == 0 for at in range(200)]
    chance = [(at * 37) % 101 for at in range(200)]
    knows = [at + 60 * event for at, event in zip(chance, events, strict=True)]
    low, high = auc_apart(knows, chance, events, range(200))
    assert 0 < low < auc(knows, events) - auc(chance, events) < high
    assert auc_apart(chance, knows, events, range(200)) == (-high, -low)
    assert auc_apart(knows, knows, events, range(200)) == (0, 0)
    apart = interval(knows, events, range(200)), interval(chance, events, range(200))
    assert high - low < sum(each.high - each.low for each in apart), "paired, or it would be as wide as both"


def test_two_means_are_apart_by_account():
    first, second, whose = [0.3, 0.1, 0.4, 0.2], [0.2, 0.1, 0.1, 0.1], ["a", "a", "b", "b"]
    low, high = mean_apart(first, second, whose)
    assert (round(low, 6), round(high, 6)) == (0.05, 0.2), "an account at a time, not a case"
    assert mean_apart(first, first, whose) == (0, 0)
    assert mean_apart([], [], []) is None
