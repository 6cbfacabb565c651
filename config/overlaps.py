"""Overlaps: profiles that never judge, and those of which two fit one account."""

from collections.abc import Iterator, Sequence
from itertools import combinations

from config import reach
from config.expressions import Expression, Vocabulary
from config.profiles import Resolved
from health.rules import NUMBERS, TEXTS

_VOCABULARY = Vocabulary(NUMBERS, TEXTS)


def unreachable(profiles: Sequence[Resolved]) -> Iterator[str]:
    """Yield a line for each profile that no account reaches, since those before it take all it fits."""
    before: list[Expression] = []
    for profile in profiles:
        if profile.when is None:
            continue
        when = Expression(profile.when, _VOCABULARY)
        if taken(when, before):
            yield f"{profile.path}.when: never reached: whom it fits a profile before it judges"
        before.append(when)


def taken(when: Expression, before: Sequence[Expression]) -> bool:
    """Say whether whatever a condition fits one of those before it surely fits too."""
    if any(when.when == each.when for each in before):
        return True
    if not reach.decided(when, *before):
        return False
    return reach.witness((when,), without=before, unknown=True) is None


def overlapping(profiles: Sequence[Resolved]) -> Iterator[str]:
    """Yield a line for each two profiles that fit one account, with such an account; the first judges it."""
    conditions = [(profile, Expression(profile.when, _VOCABULARY)) for profile in profiles if profile.when]
    for (first, one), (second, other) in combinations(conditions, 2):
        values = reach.witness((one, other), unknown=True)
        if values is not None:
            yield f"{first.path} and {second.path} both fit {reach.shown(values)}: {first.name} judges"
