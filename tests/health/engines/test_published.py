"""The engine of deductions against the published licence-health formula, written again from its words."""

from array import array
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from itertools import product
from random import Random

import pytest

from health.features import LimitFact, PaymentFact, Series, TicketFact
from health.judge import scored
from health.measures import measures
from health.nouns import Score
from health.rules import Measures
from tests.health.examples import AS_OF, Weekends, account, assess, policy, pulse

INPUTS = 100_000
WHOLE = 500
JUDGED, PULSE, CALENDAR, STEADY = policy("deductions"), pulse(), Weekends(), account()
TICKETS = tuple(TicketFact(name, AS_OF - timedelta(days=9), subject="Question") for name in "ab")
PAYMENTS = tuple(PaymentFact(name, AS_OF - timedelta(days=5), "failed") for name in "ab")
LAST_USE = (0, 1, 6, 7, 8, 9, 29, 30, 31, 32, 400, None)
"""Days without use; never used at all."""


@dataclass(frozen=True)
class Licence:
    """What the formula reads. Domains of 0 allow nothing to divide by, as does a last week of 0."""

    idle_days: int | None
    domains_used: int
    domains_allowed: int
    this_week: int
    last_week: int
    open_tickets: int
    failed_payments: int


def published(it: Licence) -> int:
    """100; no use for over 7 days -20, for over 30 a further -30; under a fifth of the domains -15; under
    half of last week -20; an open ticket -10; a failed payment -25; never below 0.
    """
    health = 100
    if it.idle_days is None or it.idle_days > 7:
        health -= 20
    if it.idle_days is None or it.idle_days > 30:
        health -= 30
    if it.domains_allowed > 0 and 5 * it.domains_used < it.domains_allowed:
        health -= 15
    if it.last_week > 0 and 2 * it.this_week < it.last_week:
        health -= 20
    health -= 10 if it.open_tickets else 0
    health -= 25 if it.failed_payments else 0
    return max(health, 0)


def drawn(random: Random) -> Licence:
    """Small numbers, so that every edge is met many times."""
    edge = random.random() < 0.5
    allowed, last = random.randrange(12) * (5 if edge else 1), random.randrange(12) * (2 if edge else 1)
    return Licence(
        random.choice(LAST_USE) if edge else random.randrange(60),
        allowed // 5 + random.choice((-1, 0, 0, 1)) if edge and allowed else random.randrange(12),
        allowed,
        last // 2 + random.choice((-1, 0, 0, 1)) if edge and last else random.randrange(12),
        last,
        random.choice((0, 0, 1, 2)),
        random.choice((0, 0, 1, 2)),
    )


def facts(it: Licence):
    """The same licence as an account: a week's use lies on one day of it."""
    use = array("d", [0.0, it.last_week, *[0.0] * 6, it.this_week, *[0.0] * 5])
    last_used_on = None if it.idle_days is None else AS_OF - timedelta(days=it.idle_days + 1)
    return {
        "series": Series(AS_OF - timedelta(days=14), {"active_users": use}),
        "first_used_on": last_used_on,
        "last_used_on": last_used_on,
        "limits": (LimitFact("domains", it.domains_used, it.domains_allowed),),
        "tickets": TICKETS[: it.open_tickets],
        "payments": PAYMENTS[: it.failed_payments],
    }


IDLE = [range(7), range(7, 8), range(8, 9), range(9, 30), range(30, 31), range(31, 32), range(32, 500)]
CASES = 8 * 4 * 4 * 2 * 2
DOMAINS = ((0, 0), (3, 0), (0, 5), (1, 6), (1, 5), (2, 10), (2, 5))
WEEKS = ((0, 0), (3, 0), (0, 2), (1, 3), (1, 2), (2, 3), (4, 4))
EDGES = [
    Licence(idle, *domains, *weeks, tickets, payments)
    for idle, domains, weeks, tickets, payments in product(LAST_USE, DOMAINS, WEEKS, (0, 2), (0, 1))
]


def case(it: Licence) -> tuple[object, ...]:
    """Where a licence lies by each threshold: before it, on it, behind it, or where there is none."""
    idle = next((at for at, days in enumerate(IDLE) if it.idle_days in days), None)
    domains = it.domains_allowed and side(5 * it.domains_used, it.domains_allowed)
    week = it.last_week and side(2 * it.this_week, it.last_week)
    return idle, domains, week, it.open_tickets > 0, it.failed_payments > 0


def side(value: int, threshold: int) -> str:
    return "below" if value < threshold else "on" if value == threshold else "above"


@cache
def measured(it: Licence) -> Measures:
    return measures(replace(STEADY, **facts(it)), AS_OF, JUDGED, PULSE, CALENDAR)


def composed(it: Licence) -> Measures:
    """What the formula reads, from three licences that each tell a part of it and are met again and again."""
    used = measured(Licence(it.idle_days, 0, 0, it.this_week, it.last_week, 0, 0))
    limited = measured(Licence(None, it.domains_used, it.domains_allowed, 0, 0, 0, 0))
    served = measured(Licence(None, 0, 0, 0, 0, it.open_tickets, it.failed_payments))
    return used._replace(capacity=limited.capacity, service=served.service)


def judged(found: Measures) -> Score:
    return scored(JUDGED.rules(found), JUDGED)


def test_a_hundred_thousand_licences_are_judged_as_published():
    random = Random(6_170)
    for it in [*EDGES, *(drawn(random) for _ in range(INPUTS))]:
        found = judged(composed(it))
        assert found.points == 100 * published(it), it
        assert 10_000 + sum(line.points for line in found.contributions) == found.points


def test_every_side_of_every_threshold_is_met_with_every_other():
    assert len({case(it) for it in EDGES}) == CASES
    assert {0, 5, 100} <= {published(it) for it in EDGES}


def test_whole_verdicts_say_the_same():
    random = Random(7)
    for it in [*EDGES, *(drawn(random) for _ in range(WHOLE))]:
        assert judged(measured(it)) == judged(composed(it))
        assert assess(account(**facts(it)), engine="deductions").score.points == 100 * published(it), it


@pytest.mark.parametrize(
    ("it", "health"),
    [
        (Licence(7, 1, 5, 1, 2, 0, 0), 100),
        (Licence(8, 1, 5, 1, 2, 0, 0), 80),
        (Licence(30, 1, 5, 1, 2, 0, 0), 80),
        (Licence(31, 1, 5, 1, 2, 0, 0), 50),
        (Licence(None, 1, 5, 1, 2, 0, 0), 50),
        (Licence(0, 0, 5, 1, 2, 0, 0), 85),
        (Licence(0, 1, 6, 1, 2, 0, 0), 85),
        (Licence(0, 0, 0, 0, 0, 0, 0), 100),
        (Licence(0, 1, 5, 1, 3, 0, 0), 80),
        (Licence(0, 1, 5, 1, 2, 1, 1), 65),
        (Licence(None, 0, 5, 0, 2, 1, 1), 0),
    ],
)
def test_the_formula_written_again_says_what_was_published(it, health):
    assert published(it) == health
