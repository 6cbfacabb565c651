"""The compiled policy, asked for the published licence-health formula, against rivals of the same rules."""

import json
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from typing import Any

from benchmarks import jsonlogic
from benchmarks.measure import Result, rates
from config import policy
from health.nouns import NOT_APPLICABLE, Input
from health.policy import Policy
from health.rules import FAMILIES, Line, Measures, measures_of

ACCOUNTS = 20_000
MOST = {
    "idle_days": 60,
    "domain_use_pct": 100,
    "week_ratio_pct": 150,
    "open_tickets": 2,
    "failed_payments": 1,
}
"""The measures that the formula reads, and the highest that is drawn of each."""


def results() -> Iterator[Result]:
    """Yield the figures of this group."""
    rules, found = published(), drawn(ACCOUNTS)
    plain = [plainly(each) for each in found]
    mine, by_hands, walked = rates(
        (lambda: _each(rules.rules, found), ACCOUNTS),
        (lambda: _each(by_hand, found), ACCOUNTS),
        (lambda: _each(lambda one: jsonlogic.apply(jsonlogic.PUBLISHED, one), plain), ACCOUNTS),
    )
    yield Result("rules_by_hand", mine, "accounts/s", "a function written by hand", mine / by_hands, 1)
    yield Result("rules_json", mine, "accounts/s", "the same rules in json-logic", mine / walked, 10)


def _each(judge: Callable[[Any], object], accounts: Sequence[object]) -> None:
    """Judge each, and keep nothing of it: a growing heap would be what is measured."""
    deque(map(judge, accounts), maxlen=0)


def published() -> Policy:
    """The shipped policy, with nothing asked but the published formula."""
    data = json.loads(policy.load().data)
    data |= {"engine": "deductions", "profiles": [{"name": "default"}]}
    data |= {"signals": {}, "gates": {}, "score_gates": []}
    preset = data["expansion"]["presets"][data["expansion"]["preset"]]
    preset["triggers"] = data["expansion"]["blocks"] = {}
    return policy.stated(data)


def drawn(number: int) -> Sequence[Measures]:
    """Measures of made-up accounts; one in ten is unknown, one in ten not applicable."""
    random = Random(7)
    return [_drawn(random) for _ in range(number)]


def _drawn(random: Random) -> Measures:
    values = {name: _one(random, most) for name, most in MOST.items()}
    return measures_of(values | {"never_used": float(random.random() < 0.05)}, {})


def _one(random: Random, most: int) -> Input:
    if random.random() < 0.2:
        return random.choice((None, NOT_APPLICABLE))
    return float(random.randint(0, most))


def plainly(found: Measures) -> Mapping[str, object]:
    """The measures as rules in JSON see them."""
    return {family: getattr(found, family)._asdict() for family in FAMILIES}


def by_hand(found: Measures) -> tuple[Line, ...]:
    """The formula as one would write it: whether each deduction is taken, and why."""
    use, service = found.use, found.service
    never, domains, ratio = use.never_used == 1, found.capacity.domain_use_pct, use.week_ratio_pct
    return (
        _idle(7, use.idle_days, never=never),
        _idle(30, use.idle_days, never=never),
        _below(domains, 20, "domains", "{:z.0f} % of the domains are used"),
        _below(ratio, 50, "halved", "use this week is {:z.0f} % of last week's"),
        _any(service.open_tickets, "ticket", "a ticket is open"),
        _any(service.failed_payments, "payment", "a payment failed"),
    )


def _idle(days: int, idle_days: Input, *, never: bool) -> Line:
    if never or (isinstance(idle_days, float) and idle_days > days):
        return 1.0, f"no use for more than {days} days"
    return (0.0, "") if isinstance(idle_days, float) else (idle_days, f"idle {days} is not known")


def _below(value: Input, edge: float, name: str, reason: str) -> Line:
    if not isinstance(value, float):
        return value, f"{name} is not known"
    return (1.0, reason.format(value)) if value < edge else (0.0, "")


def _any(value: Input, name: str, reason: str) -> Line:
    if not isinstance(value, float):
        return value, f"{name} is not known"
    return (1.0, reason) if value > 0 else (0.0, "")
