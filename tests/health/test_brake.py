import pytest

from health.brake import Go, Hold, Totals, brake
from tests.health.examples import policy


@pytest.mark.parametrize(
    ("active", "worse", "mails", "holds"),
    [
        (100, 25, 2, False),
        (100, 26, 0, True),
        (1_000, 50, 0, False),
        (1_000, 51, 0, True),
        (0, 0, 0, False),
        (100, 0, 3, True),
    ],
)
def test_it_holds_past_the_larger_limit_of_accounts_or_any_contacts_mails(active, worse, mails, holds):
    verdict = brake(Totals(active, worse, mails), policy().brake)
    assert isinstance(verdict, Hold if holds else Go)


CALM = [4, 6] * 14  # mean 5, standard deviation 1: 8 is as far as it goes


@pytest.mark.parametrize(
    ("before", "worse", "holds"),
    [
        (CALM, 30, True),
        (CALM, 25, False),  # so few are no accident, however calm it was
        (CALM[:14], 30, True),
        (CALM[:13], 30, False),  # too few days to know what is usual
        ([20, 40] * 14, 60, False),
        ([20, 40] * 14, 61, True),
        ([0] * 28, 26, True),
        ([], 499, False),
    ],
)
def test_it_holds_far_above_what_the_days_before_came_to(before, worse, holds):
    verdict = brake(Totals(10_000, worse, before=before), policy().brake)
    assert isinstance(verdict, Hold if holds else Go)


def test_what_is_unusual_is_told_beside_what_is_usual():
    assert brake(Totals(10_000, 30, before=CALM), policy().brake) == Hold(
        "30 of 10000 accounts got a worse band within 24 hours; in the 28 days before it were 5 a day, "
        "the limit is 25"
    )
    assert brake(Totals(10_000, 61, before=[20, 40] * 14), policy().brake) == Hold(
        "61 of 10000 accounts got a worse band within 24 hours; in the 28 days before it were 30 a day, "
        "the limit is 60"
    )


def test_it_says_what_was_passed():
    verdict = brake(Totals(1_000, 200), policy().brake)
    assert verdict == Hold("200 of 1000 accounts got a worse band within 24 hours, the limit is 50")
