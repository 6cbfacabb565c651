"""Families: roll-up by revenue, the worst child that matters, and circles that end nothing."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.policy import load
from health.family import Family, Member, family, tree

POLICY = load()


def member(key: str, points: int, mrr: int | None, band: str = "watch") -> Member:
    return Member(key, key.title(), band, points, mrr)


def rolled(own: Member, *below: Member, material: float = 0.1) -> Family:
    return family(own, below, "EUR", POLICY.bands, material)


@pytest.mark.parametrize(
    ("own", "below", "points", "band", "coverage"),
    [
        (member("p", 8_000, 100), [member("a", 4_000, 300)], 5_000, "watch", 1.0),
        (member("p", 8_000, 0), [member("a", 4_999, 300)], 4_999, "at_risk", 1.0),
        (member("p", 8_000, 100), [member("a", 7_000, 100)], 7_500, "healthy", 1.0),
        (member("p", 1, 1), [member("a", 2, 1)], 2, "at_risk", 1.0),  # 1.5, half to even
        (member("p", 2, 1), [member("a", 3, 1)], 2, "at_risk", 1.0),  # 2.5
        (member("p", 9_000, 60), [member("a", 0, 40, "unknown")], 9_000, "healthy", 0.6),
        (member("p", 9_000, 59), [member("a", 0, 41, "unknown")], 9_000, "unknown", 0.59),
        (member("p", 9_000, 0, "unknown"), [member("a", 0, 9, "unknown")], None, "unknown", 0.0),
        (member("p", 9_000, 0), [member("a", 3_000, 0)], None, "unknown", 0.0),
        (member("p", 9_000, None), [member("a", 3_000, 10)], 3_000, "at_risk", 1.0),
        (member("p", 9_000, -50), [member("a", 3_000, 10)], 3_000, "at_risk", 1.0),
    ],
)
def test_the_roll_up(own, below, points, band, coverage):
    found = rolled(own, *below)
    assert (found.points, found.band, found.coverage) == (points, band, coverage)
    assert found.unweighed == [own.mrr_minor, *(each.mrr_minor for each in below)].count(None)


MEMBERS = st.lists(
    st.tuples(st.integers(0, 10_000), st.integers(0, 10**9), st.sampled_from(["watch", "unknown"])),
    min_size=1,
    max_size=6,
)


@given(MEMBERS, st.randoms(use_true_random=False))
def test_it_is_exact_within_its_members_and_in_any_order(parts, random):
    own, *below = [member(f"m{at}", *part) for at, part in enumerate(parts)]
    found = rolled(own, *below)
    known = [each for each in (own, *below) if each.band != "unknown" and each.mrr_minor]
    weight = sum(each.mrr_minor for each in known)
    if not weight:
        assert found.points is None
        return
    exact = Fraction(sum(each.points * each.mrr_minor for each in known), weight)
    assert abs(found.points - exact) <= Fraction(1, 2)
    assert min(each.points for each in known) <= found.points <= max(each.points for each in known)
    random.shuffle(below)
    assert rolled(own, *below) == found


@pytest.mark.parametrize(
    ("below", "worst"),
    [
        ([member("a", 3_000, 9), member("b", 6_000, 10)], "b"),  # of 100 in all
        ([member("a", 3_000, 10), member("b", 6_000, 10)], "a"),
        ([member("a", 3_000, 9), member("b", 6_000, 9)], None),
        ([member("a", 3_000, 50, "unknown"), member("b", 6_000, 11)], "b"),
        ([member("a", 3_000, 20), member("b", 3_000, 30)], "b"),
        ([member("b", 3_000, 20), member("a", 3_000, 20)], "a"),
        ([member("a", 3_000, None)], None),
    ],
)
def test_the_worst_child_is_one_that_matters(below, worst):
    rest = 100 - sum(each.mrr_minor or 0 for each in below)
    found = rolled(member("p", 0, rest), *below)
    assert (found.worst.key if found.worst else None) == worst
    assert found.worst_share == (found.worst.mrr_minor / 100 if found.worst else 0.0)


@pytest.mark.parametrize(
    ("parents", "circles", "below_1"),
    [
        ({}, set(), []),
        ({2: 1, 3: 1, 4: 3}, set(), [2, 3, 4]),
        ({1: 1, 2: 1}, {1}, [2]),
        ({1: 2, 2: 1, 3: 1}, {1, 2}, [3]),
        ({3: 1, 1: 2, 2: 1}, {1, 2}, [3]),  # the way into it is no part of it
        ({1: 2, 2: 3, 3: 1, 4: 2, 5: 4}, {1, 2, 3}, []),
        ({1: 9, 2: 1}, set(), [2]),  # 9 is none of ours
    ],
)
def test_a_circle_is_cut_and_what_hangs_below_it_stays(parents, circles, below_1):
    found = tree(parents)
    assert (found.circles, sorted(found.below(1))) == (circles, below_1)


@given(st.dictionaries(st.integers(0, 8), st.integers(0, 8), max_size=9))
def test_whatever_is_stated_nobody_is_below_themselves(parents):
    found = tree(parents)
    for account in range(9):
        below = found.below(account)
        assert account not in below
        assert len(set(below)) == len(below)
    placed = {child for children in found.children.values() for child in children}
    assert placed | found.circles == set(parents)
