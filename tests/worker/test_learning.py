"""What is learned of invented candidates whose truth is known; no database, a second in all."""

from random import Random

import pytest

from health.candidates import Candidate
from health.drivers import FIELDS
from health.model import chance_of
from health.nouns import NOT_APPLICABLE

NAMES = ("nps", "open_tickets", "sentiment", "tenure_days")
WINDOWS = 4


def windows(weight: float, *, unknown: float = 0.0, seed: int = 1, accounts: int = 400, rate: float = -2.0):
    """Four windows of accounts: the first number moves the odds by ``weight``, the second is chance."""
    dice = Random(seed)
    found = []
    for _ in range(WINDOWS):
        cases = []
        for account in range(accounts):
            told, chance = dice.gauss(0, 1), dice.gauss(0, 1)
            met = dice.random() < chance_of(rate + weight * told)
            first = None if dice.random() < unknown else told
            texts = ("Team" if account % 2 else "Solo", *[""] * (len(FIELDS) - 1))
            cases.append(Candidate(account, met, texts[0], (first, chance, 7.0, NOT_APPLICABLE), texts))
        found.append(cases)
    return found


def learned(cases, ended=(True, True, True, False)):
    from worker import learning  # noqa: PLC0415 - scikit-learn takes seconds, of every process that collects

    return learning.learned(learning.table(NAMES, cases), ended)


def weights(fit):
    return {column.name: column.coefficient * column.sd for column in fit.columns}


@pytest.mark.parametrize("weight", [-1.0, 0.8])
def test_what_moves_the_odds_is_found_with_its_sign_and_size(weight):
    fit = learned(windows(weight))
    found = weights(fit)
    assert found.pop("nps") == pytest.approx(weight, abs=0.3)
    assert all(abs(each) < 0.3 for each in found.values())
    assert (fit.apart, 0.6 < fit.slope <= 1.25) == ("window", True)


@pytest.mark.parametrize("seed", range(3))
def test_chance_teaches_next_to_nothing(seed):
    assert all(abs(each) < 0.2 for each in weights(learned(windows(0.0, seed=seed))).values())


def test_what_is_the_same_of_all_or_never_known_is_left_out():
    names = {column.name for column in learned(windows(1.0)).columns}
    assert not names & {"sentiment", "tenure_days"}
    assert "nps" not in weights(learned(windows(1.0, unknown=0.9)))


def test_the_level_is_the_rate_of_the_later_window():
    cases = windows(1.0)
    fit = learned(cases)
    (nps,) = [column for column in fit.columns if column.name == "nps"]
    others = {column.name: column for column in fit.columns}

    def odds(case):
        added = nps.coefficient * (min(max(case.numbers[0], nps.least), nps.most) - nps.mean)
        if "open_tickets" in others:
            column = others["open_tickets"]
            added += column.coefficient * (min(max(case.numbers[1], column.least), column.most) - column.mean)
        for plan in ("Team", "Solo"):
            if column := others.get(f"plan={plan}"):
                added += column.coefficient * ((case.texts[0] == plan) - column.mean)
        return fit.intercept + added

    told = sum(chance_of(odds(case)) for case in cases[-1]) / len(cases[-1])
    assert told == pytest.approx(sum(case.met for case in cases[-1]) / len(cases[-1]), abs=0.001)


def test_what_is_unknown_is_filled_in_with_the_median_of_the_segment():
    (nps,) = [column for column in learned(windows(1.0, unknown=0.3)).columns if column.name == "nps"]
    assert set(nps.usual) == {"", "Team", "Solo"}
    assert nps.coefficient * nps.sd > 0.5


def test_where_no_window_ended_in_time_accounts_are_kept_apart_instead():
    assert learned(windows(1.0), (False, False, False, False)).apart == "accounts"
    assert learned(windows(1.0)[:1], (False,)).apart == "accounts"


def test_a_window_in_which_nobody_left_does_no_harm():
    quiet = [[case._replace(met=False) for case in cases] for cases in windows(1.0)[:2]]
    assert weights(learned(quiet + windows(1.0)[2:]))["nps"] > 0.3


def test_without_anything_known_everyone_is_told_the_rate():
    bare = [
        [case._replace(numbers=(None,) * 4, texts=("",) * len(FIELDS)) for case in cases]
        for cases in windows(1.0)
    ]
    fit = learned(bare)
    met = [case.met for case in bare[-1]]
    assert (fit.columns, fit.slope) == ([], 0.0)
    assert chance_of(fit.intercept) == pytest.approx(sum(met) / len(met), abs=0.001)
