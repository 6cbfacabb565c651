"""The compiled policy, asked for the published licence-health formula, against rivals of the same rules."""

import json
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from typing import Any

from benchmarks import jsonlogic
from benchmarks.measure import Result, rates
from config import policy
from health.judge import scored
from health.nouns import NOT_APPLICABLE, Contribution, Input, NotApplicable, Score
from health.policy import Policy
from health.rules import Measures, measures_of

ACCOUNTS = 20_000
MOST = {
    "idle_days": 60,
    "domain_use_pct": 100,
    "week_ratio_pct": 150,
    "open_tickets": 2,
    "failed_payments": 1,
}
"""The measures that the formula reads, and the highest that is drawn of each."""
_FULL = 10_000


def results() -> Iterator[Result]:
    """Yield the figures of this group."""
    rules, found = published(), drawn(ACCOUNTS)
    plain = [plainly(each) for each in found]
    scores, by_hands, lines, walked = rates(
        (lambda: _each(lambda one: scored(rules.rules(one), rules), found), ACCOUNTS),
        (lambda: _each(by_hand, found), ACCOUNTS),
        (lambda: _each(rules.rules, found), ACCOUNTS),
        (lambda: _each(lambda one: jsonlogic.apply(jsonlogic.PUBLISHED, one), plain), ACCOUNTS),
    )
    yield Result("rules_by_hand", scores, "scores/s", "a function written by hand", scores / by_hands, 1)
    yield Result("rules_json", lines, "accounts/s", "the same rules in json-logic", lines / walked, 10)


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
    return {family: values._asdict() for family, values in found._asdict().items()}


def by_hand(found: Measures) -> Score:
    """The formula as one would write it, with the same interval, coverage and reasons."""
    use, service, domains = found.use, found.service, found.capacity.domain_use_pct
    never, ratio = use.never_used == 1, use.week_ratio_pct
    asked = (
        ("idle_7", 2_000, True if never else _over(use.idle_days, 7), "no use for more than 7 days"),
        ("idle_30", 3_000, True if never else _over(use.idle_days, 30), "no use for more than 30 days"),
        ("domains", 1_500, _under(domains, 20), f"{_whole(domains)} % of the domains are used"),
        ("halved", 2_000, _under(ratio, 50), f"use this week is {_whole(ratio)} % of last week's"),
        ("ticket", 1_000, _over(service.open_tickets, 0), "a ticket is open"),
        ("payment", 2_500, _over(service.failed_payments, 0), "a payment failed"),
    )
    points = low = _FULL
    known, lines = 0, []
    for name, deduction, taken, reason in asked:
        if taken is not None:
            known += deduction
        if taken is True:
            points -= deduction
            lines.append(Contribution(name, -deduction, reason))
        if taken is None:
            lines.append(Contribution(name, 0, f"{name} is not known"))
        if taken is None or taken is True:
            low -= deduction
    if points < 0:
        lines.append(Contribution("floor", -points, "a score is never below 0"))
    return Score(max(points, 0), max(low, 0), max(points, 0), known / 12_000, tuple(lines))


def _over(value: Input, edge: float) -> bool | NotApplicable | None:
    return value > edge if isinstance(value, float) else value


def _under(value: Input, edge: float) -> bool | NotApplicable | None:
    return value < edge if isinstance(value, float) else value


def _whole(value: Input) -> str:
    return f"{value:z.0f}" if isinstance(value, float) else "no"
