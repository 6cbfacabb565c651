"""Capacity: how much of each quota is used, and which are far too large."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from health.figures.segments import UNKNOWN, Segments
from health.figures.share import Share, portion, share
from health.figures.spread import Spread, spread
from health.figures.standing import standing
from health.policy import RenewalRules
from health.records import Limit, Subscription

_FAR_BELOW_PCT = 25.0
_LONG_DAYS = 90


def quota_use(limits: Iterable[Limit]) -> Mapping[str, Mapping[str, Share]]:
    """Return used ÷ allowed by quota and account; a quota that allows nothing is not applicable."""
    found: dict[str, dict[str, Share]] = defaultdict(dict)
    for each in limits:
        found[each.limit][each.account_id] = portion(each.used, each.allowed)
    return found


def quota_use_by_plan(limits: Iterable[Limit], quota: str, plans: Segments) -> Mapping[str, Spread]:
    """Return how the use of a quota lies over the accounts of each plan, in per cent."""
    found: dict[str, list[float]] = defaultdict(list)
    for account, used in quota_use(limits).get(quota, {}).items():
        if isinstance(used.pct, float):
            found[plans.get(account, UNKNOWN)].append(used.pct)
    return {name: spread(found[name]) for name in sorted(found)}


def over_provisioned(
    limits: Sequence[Limit],
    subscriptions: Sequence[Subscription],
    as_of: date,
    rules: RenewalRules,
    below_pct: float = _FAR_BELOW_PCT,
) -> Mapping[str, Share]:
    """Return, by quota, the accounts that stayed far below it for the whole of the term, of all that have it.

    ``limits`` holds what was stated over time, each with its day (``as_of``). An account is judged once its
    term is three months old, by its best day: one good day is enough.
    """
    terms = {term.account_id: term for term in standing(subscriptions, as_of, rules)}
    best: dict[str, dict[str, float]] = defaultdict(dict)
    for each in limits:
        term = terms.get(each.account_id)
        if term and _long_enough(term, as_of) and each.allowed > 0 and _within(each, term, as_of):
            highest = best[each.limit].get(each.account_id, 0.0)
            best[each.limit][each.account_id] = max(highest, 100.0 * each.used / each.allowed)
    return {
        quota: share(sum(pct < below_pct for pct in best[quota].values()), len(best[quota]))
        for quota in sorted(best)
    }


def _long_enough(term: Subscription, as_of: date) -> bool:
    return (as_of - term.term_start).days >= _LONG_DAYS


def _within(limit: Limit, term: Subscription, as_of: date) -> bool:
    return limit.as_of is None or term.term_start <= limit.as_of < as_of
