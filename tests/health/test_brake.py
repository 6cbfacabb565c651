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


def test_it_says_what_was_passed():
    verdict = brake(Totals(1_000, 200), policy().brake)
    assert verdict == Hold("200 of 1000 accounts got a worse band within 24 hours, the limit is 50")
