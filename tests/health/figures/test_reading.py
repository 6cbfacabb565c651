import pytest

from health.figures.reading import Benchmark, Step, Target, against_benchmark, against_target, reading
from health.nouns import NOT_APPLICABLE

SCALE = [Step(0, "low"), Step(60, "fair"), Step(80, "strong")]


@pytest.mark.parametrize(
    ("value", "word"),
    [(-1, "low"), (0, "low"), (59.99, "low"), (60, "fair"), (80, "strong"), (300, "strong"),
     (None, ""), (NOT_APPLICABLE, "")],
)  # fmt: skip
def test_an_edge_belongs_to_the_step_that_begins_there(value, word):
    assert reading(value, SCALE) == word
    assert reading(value, SCALE[::-1]) == word


@pytest.mark.parametrize(
    ("value", "standing"), [(106, "above"), (105, "at"), (100, "at"), (95, "at"), (94, "below")]
)
def test_within_the_tolerance_a_figure_is_at_its_target(value, standing):
    assert against_target(value, Target(100, 5)).standing == standing


def test_below_target_says_what_to_do():
    assert against_target(40, Target(100)).to_do == "ask customers, look at the market"


def test_a_benchmark_needs_a_source():
    assert against_benchmark(72, Benchmark(65, "survey of Quill Research, 2025")).difference == 7
    with pytest.raises(ValueError, match="hearsay"):
        against_benchmark(72, Benchmark(65, " "))
