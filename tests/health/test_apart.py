"""How far two shares are apart: published intervals, and a chance that is never too small."""

from itertools import product
from math import comb, prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from health.apart import Stratum, apart, chance

ARM = st.integers(1, 12).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))
STRATUM = st.tuples(ARM, ARM).map(lambda arms: Stratum(*arms[0], *arms[1]))
STRATA = st.lists(STRATUM, min_size=1, max_size=4)


@pytest.mark.parametrize(
    ("stratum", "low", "high"),
    [
        ((56, 70, 48, 80), 0.0528, 0.3382),
        ((9, 10, 3, 10), 0.1700, 0.8406),
        ((5, 56, 0, 29), -0.0326, 0.1933),
        ((10, 10, 0, 20), 0.7156, 1.0),
        ((10, 10, 0, 10), 0.6636, 1.0),
    ],
)
def test_of_one_stratum_it_is_the_published_interval(stratum, low, high):
    """Newcombe (1998), Statistics in Medicine 17, table II, method 5."""
    found = apart([Stratum(*stratum)], 0.05)
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


def test_a_difference_that_strata_make_is_none():
    """Each arm meets 10 % of small accounts and 50 % of large ones; they are not as many of each."""
    strata = [Stratum(90, 900, 10, 100), Stratum(50, 100, 450, 900)]
    assert apart(strata, 0.05).by == pytest.approx(0.0)
    assert chance(strata) > 0.9
    (mixed,) = [Stratum(140, 1_000, 460, 1_000)]
    assert apart([mixed], 0.05).high < -0.2


@given(STRATA)
def test_the_interval_holds_the_difference_and_turns_round_with_the_arms(strata):
    found = apart(strata, 0.05)
    assert -1 <= found.low <= found.by <= found.high <= 1
    other = apart([Stratum(b, n, a, m) for a, m, b, n in strata], 0.05)
    assert (other.by, other.low, other.high) == pytest.approx((-found.by, -found.high, -found.low))
    assert apart(strata, 0.01).low <= found.low


@pytest.mark.parametrize("strata", [[], [Stratum(3, 5, 0, 0)], [Stratum(0, 0, 1, 4), Stratum(2, 2, 0, 0)]])
def test_where_an_arm_is_empty_nothing_is_compared(strata):
    assert apart(strata, 0.05) is None
    assert chance(strata) == 1.0


def test_a_stratum_with_an_empty_arm_says_nothing_of_the_others():
    whole = [Stratum(9, 10, 3, 10)]
    assert apart([*whole, Stratum(4, 4, 0, 0)], 0.05) == apart(whole, 0.05)
    assert chance([*whole, Stratum(4, 4, 0, 0)]) == chance(whole)


def tables(stratum: Stratum) -> list[tuple[Stratum, float]]:
    """Every way in which those who met the outcome can have been drawn into arms, and how likely it is."""
    met, n = stratum.met + stratum.met_without, stratum.of + stratum.of_without
    return [
        (
            Stratum(k, stratum.of, met - k, stratum.of_without),
            comb(met, k) * comb(n - met, stratum.of - k) / comb(n, stratum.of),
        )
        for k in range(met + 1)
        if k <= stratum.of and met - k <= stratum.of_without
    ]


@given(st.lists(STRATUM, min_size=1, max_size=2))
def test_whatever_was_drawn_a_claim_is_no_likelier_than_its_level(strata):
    drawn = [
        ([stratum for stratum, _ in each], prod(likely for _, likely in each))
        for each in product(*map(tables, strata))
    ]
    assert sum(likely for _, likely in drawn) == pytest.approx(1.0)
    for level in (0.05, 0.2):
        assert sum(likely for made, likely in drawn if chance(made) <= level) <= level + 1e-9


@given(STRATUM)
def test_the_chance_is_twice_the_smaller_side(stratum):
    drawn = tables(stratum)
    at_most = sum(likely for made, likely in drawn if made.met <= stratum.met)
    at_least = sum(likely for made, likely in drawn if made.met >= stratum.met)
    assert chance([stratum]) == pytest.approx(min(1.0, 2 * min(at_most, at_least)))
