"""Whatever a source answers, nobody is alarmed by it; `make chaos` plays every kind of fault, often."""

from collections.abc import Iterator

import pytest

from tests.chaos import faults, runaway, unusual
from tests.chaos.lies import KINDS
from tests.chaos.theatre import Theatre, theatre


@pytest.fixture(scope="module")
def stage() -> Iterator[Theatre]:
    with theatre() as opened:
        yield opened


def test_a_source_that_answers_wrongly_alarms_nobody(stage, judge):
    judge(faults.faults(stage, each=1, kinds=2, seed=3, vendors=("stripe",)))


def test_policies_that_run_away_do_not_get_past_the_brake(stage, judge):
    judge(runaway.runaway(stage, plays=1, seed=runaway.FAR))


def test_a_day_that_stands_out_of_four_weeks_is_held_and_no_other(judge):
    judge(unusual.unusual(plays=2, seed=1))


def test_there_are_forty_kinds_of_fault_and_each_has_a_name():
    assert len({kind.name for kind in KINDS}) == len(KINDS) >= 40
