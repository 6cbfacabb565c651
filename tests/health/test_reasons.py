import pytest

from health.nouns import Contribution, Score
from health.reasons import MOST, reasons


def score(*points: int) -> Score:
    lines = tuple(Contribution(f"line_{n}", each, f"reason {n}") for n, each in enumerate(points))
    return Score(10_000 + sum(points), 0, 10_000, 1.0, lines)


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ((-300, -900, -200, -199), (1, 0, 2)),
        ((-300, -900, -200, -400), (1, 3, 0)),
        ((-100, -150, 0), (1, 0)),  # none is weighty: better a small reason than none
        ((0, 500, -9_000), (2,)),
        ((), ()),
    ],
)
def test_the_weightiest_lines_come_first_and_small_ones_only_alone(points, expected):
    assert reasons(score(*points)) == tuple(f"reason {n}" for n in expected)


def test_no_more_than_a_person_reads():
    assert len(reasons(score(*[-300] * 9))) == MOST
    assert len(reasons(score(*[-300] * 9), 2)) == 2
