"""Experiments: arms that stay, samples that suffice, effects that are found, and none where there is none."""

from dataclasses import replace
from random import Random

import pytest

from health.experiments import (
    BETTER,
    HELD_OUT,
    NO_EVIDENCE,
    WORSE,
    WRITTEN,
    Experiment,
    Followed,
    Sample,
    Variant,
    arm,
    enough,
    read,
    sample,
)

PLANNED = Experiment(
    name="limit_letter",
    hypothesis="The letter lets more accounts grow.",
    letter="approaching_limit",
    metric="expanded",
    within_days=60,
    baseline_pct=8,
    effect_points=5,
    hold_out_pct=50,
    alpha=0.05,
    power=0.8,
    strata=("size_band",),
)
ODDS = (0.2, 0.6, 1.0, 1.4, 1.8)
"""How often accounts of each stratum meet the outcome, against the mean of all."""


def followed(
    experiment: Experiment, accounts: int, seed: int, effect: float = 0.0, strata: int = 5
) -> list[Followed]:
    """A book of accounts in an experiment of its own, which meet the outcome more often with a letter."""
    rng, own = Random(seed), replace(experiment, name=f"e{seed}")
    found = []
    for number in range(accounts):
        drawn, stratum = arm(own, f"a{number}"), rng.randrange(strata)
        share = experiment.baseline_pct / 100 * ODDS[stratum % 5] + effect * (drawn == WRITTEN)
        found.append(Followed(drawn, str(stratum), rng.random() < share))
    return found


# -- arms --------------------------------------------------------------------------------------------


HELD_FOR_GOOD = [7, 27, 35, 44, 49, 51]


def test_an_arm_is_the_same_for_good():
    """Were the hash another in a later version, accounts would change arms in the middle."""
    held = [
        number for number in range(60) if arm(replace(PLANNED, hold_out_pct=10), f"a{number}") == HELD_OUT
    ]
    assert held == HELD_FOR_GOOD


def test_what_else_is_planned_moves_nobody():
    other = replace(PLANNED, strata=(), baseline_pct=20, metric="churned", hypothesis="another")
    keys = [f"a{number}" for number in range(500)]
    assert [arm(other, key) for key in keys] == [arm(PLANNED, key) for key in keys]


@pytest.mark.parametrize("share", [5, 10, 50])
def test_as_many_are_held_out_as_planned(share):
    drawn = [arm(replace(PLANNED, hold_out_pct=share), f"a{number}") for number in range(20_000)]
    assert drawn.count(HELD_OUT) / 200 == pytest.approx(share, abs=1)


def test_two_experiments_draw_apart():
    one, other = PLANNED, replace(PLANNED, name="another")
    same = sum(arm(one, f"a{number}") == arm(other, f"a{number}") for number in range(20_000))
    assert same / 20_000 == pytest.approx(0.5, abs=0.02)


# -- the sample --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("baseline", "effect", "power", "each"),
    [(10, 10, 0.8, 219), (10, 10, 0.9, 286), (30, 20, 0.8, 103), (5, 10, 0.8, 160)],
)
def test_arms_of_one_size_need_what_is_published(baseline, effect, power, each):
    """Fleiss, Levin, Paik (2003), Statistical Methods for Rates and Proportions, table A.4."""
    planned = replace(PLANNED, baseline_pct=baseline, effect_points=effect, power=power)
    assert sample(planned) == Sample(each, each)


def test_a_small_hold_out_needs_more_accounts_in_all():
    small, large = (sum(sample(replace(PLANNED, hold_out_pct=share))) for share in (10, 50))
    assert small > 2.5 * large


def test_of_what_is_bad_the_letter_is_to_bring_less():
    worse = replace(PLANNED, metric="churned", baseline_pct=13)
    assert worse.expected == pytest.approx(0.08)
    assert sample(worse) == sample(PLANNED)


# -- the reading -------------------------------------------------------------------------------------

SMALL = replace(PLANNED, baseline_pct=2, effect_points=20, hold_out_pct=10)
"""It needs few accounts, a tenth of them held out: by its interval alone it would claim too much."""


@pytest.mark.parametrize("strata", [1, 5, 20])
def test_with_no_effect_few_of_a_thousand_claim_one(strata):
    accounts = round(sum(sample(SMALL)) * 1.3)
    found = [read(SMALL, followed(SMALL, accounts, seed, strata=strata)) for seed in range(1_000)]
    told = [each for each in found if each]
    assert len(told) > 900
    assert sum(each.verdict != NO_EVIDENCE for each in told) <= 0.05 * len(told)


def test_a_planted_effect_of_five_points_is_within_the_interval():
    accounts = round(sum(sample(PLANNED)) * 1.1)
    found = [read(PLANNED, followed(PLANNED, accounts, seed, effect=0.05)) for seed in range(300)]
    assert all(found)
    assert found[0].low <= 5 <= found[0].high
    assert sum(each.low <= 5 <= each.high for each in found) >= 0.92 * 300
    assert sum(each.verdict == BETTER for each in found) >= 0.75 * 300
    assert all(each.verdict != WORSE for each in found)


@pytest.mark.parametrize(
    ("metric", "effect", "verdict"),
    [
        ("expanded", 0.3, BETTER),
        ("renewed", 0.3, BETTER),
        ("churned", 0.3, WORSE),
        ("expanded", -0.3, WORSE),
        ("churned", -0.3, BETTER),
    ],
)
def test_what_is_good_depends_on_the_metric(metric, effect, verdict):
    planned = replace(SMALL, metric=metric, baseline_pct=40, hold_out_pct=50)
    found = read(planned, followed(planned, 400, 1, effect))
    assert (found.verdict, found.points > 0) == (verdict, effect > 0)


def test_below_the_sample_nothing_is_said_however_clear_it_is():
    held, written = sample(PLANNED)
    most = [Followed(HELD_OUT, "", met=False)] * held + [Followed(WRITTEN, "", met=True)] * written
    assert read(PLANNED, most).verdict == BETTER
    assert read(PLANNED, most[1:]) is None
    assert read(PLANNED, most[:-1]) is None
    assert read(PLANNED, []) is None
    assert enough(PLANNED, {HELD_OUT: held, WRITTEN: written})
    assert not any(
        enough(PLANNED, counts)
        for counts in (
            {},
            {HELD_OUT: held, WRITTEN: written - 1},
            {HELD_OUT: held - 1, WRITTEN: written},
            {WRITTEN: 10 * written},
        )
    )


def test_arms_that_no_stratum_shares_tell_nothing():
    apart = [Followed(HELD_OUT, "a", met=False)] * 700 + [Followed(WRITTEN, "b", met=True)] * 700
    assert read(PLANNED, apart) is None


def test_the_order_in_which_accounts_are_read_changes_nothing():
    found = followed(PLANNED, 1_500, 3, 0.05)
    assert read(PLANNED, found) == read(PLANNED, sorted(found, reverse=True))


def test_a_change_of_the_plan_changes_its_hash():
    assert PLANNED.hash == replace(PLANNED).hash
    assert len({PLANNED.hash, replace(PLANNED, effect_points=4).hash, replace(PLANNED, strata=()).hash}) == 3


# -- variants ----------------------------------------------------------------------------------------

VARIED = replace(PLANNED, variant=Variant("question", subject={"en": "Room?"}))


def test_a_plan_without_a_variant_is_the_one_that_was_started_before_there_were_any():
    assert PLANNED.hash == "6486bea3ba88"
    other = replace(PLANNED, variant=Variant("question", subject={"en": "Space?"}))
    assert len({PLANNED.hash, VARIED.hash, other.hash}) == 3


def test_a_variant_takes_the_place_of_the_letter_and_the_letter_that_of_none():
    keys = [f"a{number}" for number in range(200)]
    assert [arm(VARIED, key) for key in keys] == [arm(PLANNED, key) for key in keys]
    assert sample(VARIED) == sample(PLANNED)
    assert [(each.instead, each.tried) for each in (PLANNED, VARIED)] == [
        ("no letter", "the letter"),
        ("the letter as it is", "the variant question"),
    ]


def test_an_effect_of_a_variant_is_found_by_the_arms_that_were_drawn():
    found = read(VARIED, followed(VARIED, 4_000, 7, effect=0.08))
    assert found is not None
    assert (found.verdict, found.low < 8 < found.high) == (BETTER, True)
