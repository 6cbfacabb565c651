"""The shipped score on invented fleets, nothing fitted: it tells who leaves only where use does."""

from collections.abc import Callable
from datetime import date
from functools import cache
from random import Random

import pytest

from health.backtest import Case, told
from health.nouns import Assessment
from tests.health.examples import policy
from tests.health.fleets import Life, fleet, verdicts

AS_OF = date(2025, 1, 13)
Leaves = Callable[[Life, float], bool]


def by_chance(_: Life, draw: float) -> bool:
    return draw < 0.2


def by_depth(life: Life, draw: float) -> bool:
    """The fewer actions per active user, the likelier; how many there are does not matter."""
    return draw < 0.9 * 0.6 ** (sum(life.events) / max(1, sum(life.users)) - 1)


def case(life: Life, found: Assessment, *, left: bool) -> Case:
    points = found.score.points
    return Case(life.number, AS_OF, 1e4 - points, 0.0, 0.0, points // 100, 30 if left else None, ("", "", ""))


@cache
def judged() -> list[tuple[Life, Assessment]]:
    lives = fleet(200, 133)
    return list(zip(lives, verdicts(lives, AS_OF, policy()), strict=True))


@pytest.mark.parametrize(
    ("leaves", "verdict"), [(by_chance, "no evidence"), (by_depth, "evidence")], ids=["chance", "depth"]
)
def test_there_is_evidence_where_depth_tells_and_none_where_nothing_does(leaves: Leaves, verdict: str):
    draw = Random(11)
    cases = [case(life, found, left=leaves(life, draw.random())) for life, found in judged()]
    result = told(cases, ())
    assert (result.verdict, result.modal_share < 0.4) == (verdict, True)
