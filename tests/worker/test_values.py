"""The accounts at the worse end are the right ones, however many there are, in whatever order they come."""

from random import Random

import pytest

from health.figures.book import Known
from health.figures.share import share
from health.records import Account
from worker.gathered import WORST, Gathered


def gathered(worse: str | None, values: list[float]) -> Gathered:
    found = Gathered(worse, keep=True)
    for number, value in enumerate(values):
        found.add("all", Known(f"a{number:04}"), {"": (value,)}, spread=False)
    return found


@pytest.mark.parametrize("worse", ["low", "high", None])
def test_the_ten_at_the_end_are_kept_of_thousands(worse):
    values = [float(number // 2) for number in range(2500)]  # each of them twice: ties go by the account
    Random(7).shuffle(values)
    by_value = sorted(
        range(len(values)),
        key=lambda number: (values[number] if worse == "low" else -values[number], number),
    )
    told = gathered(worse, values).worst()
    assert [each.account for each in told] == [f"a{number:04}" for number in by_value[:WORST]]


def test_an_account_stands_at_its_own_worse_end_in_each_part():
    found = Gathered("low", keep=True)
    parts = {"used": share(1, 2), "waits": (3.0, 1.0), "none": share(0, 0)}
    found.add("all", Known("a", accounts=[Account("x", name="Acme Example")]), parts, spread=False)
    told = [(each.part, each.name, each.value) for each in found.worst()]
    assert told == [("used", "Acme Example", 50.0), ("waits", "Acme Example", 1.0)]


def test_nothing_is_kept_by_name_unless_it_is_asked_for():
    found = Gathered("low", keep=False)
    found.add("all", Known("a"), {"": 1}, spread=False)
    assert (found.worst(), found.covered) == ((), 1)
