"""Two engines on the same cases: who is ahead, by how much, and when nobody is."""

import pytest

from health.calibration import Knot
from health.versus import versus
from tests.health.test_backtest import KNOWING, RANDOM

KNOWS = [each._replace(rank=each.rank + 40 * each.met) for each in RANDOM]
LEVEL = (Knot(-1_000, 1_000, 0.2),)


@pytest.mark.parametrize(
    ("here", "there", "verdict"),
    [(KNOWS, RANDOM, "ahead"), (RANDOM, KNOWS, "behind"), (RANDOM, RANDOM, "no difference")],
)
def test_who_is_ahead(here, there, verdict):
    found = versus(here, (), there, ())
    assert found.verdict == verdict
    assert found.auc.by == pytest.approx(found.auc.here - found.auc.there)
    assert found.brier == (None, None, None, None, None)


def test_errors_are_compared_where_both_tell_probabilities():
    told = [each._replace(likely=0.9 if each.met else 0.05) for each in RANDOM]
    found = versus(told, (), RANDOM, LEVEL).brier
    assert found.there == pytest.approx(0.16)
    assert found.low < found.by < found.high < 0
    assert versus(told, (), RANDOM, ()).brier.by is None


def test_other_cases_cannot_be_compared():
    with pytest.raises(ValueError, match="same cases"):
        versus(KNOWING, (), RANDOM, ())


def test_without_outcomes_nobody_is_ahead():
    none = [each._replace(days=None) for each in RANDOM]
    assert versus(none, (), none, ()).verdict == "too few outcomes"
