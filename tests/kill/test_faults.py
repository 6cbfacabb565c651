"""Whatever a source answers, nobody is alarmed by it; `make chaos` plays every kind of fault, often."""

from tests.chaos import faults
from tests.chaos.lies import KINDS


def test_a_source_that_answers_wrongly_alarms_nobody(judge):
    judge(faults.faults(each=1, kinds=3, seed=3, vendors=("stripe",)))


def test_there_are_forty_kinds_of_fault_and_each_has_a_name():
    assert len({kind.name for kind in KINDS}) == len(KINDS) >= 40
