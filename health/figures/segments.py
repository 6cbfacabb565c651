"""Segments: accounts put into groups, and how a figure lies within each."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from health.figures.days import month_of, quarter_of
from health.figures.share import Share, total
from health.figures.spread import Spread, spread
from health.records import Account, Subscription

UNKNOWN = "unknown"
"""The segment of accounts of which no source says theirs; shown, for a hidden group hides trouble."""

Segments = Mapping[str, str]
"""Segment by account id."""

BY_ACCOUNT = ("customer_type", "industry", "size_band", "country", "region", "currency")
BY_TERM = ("plan", "product", "licence_model")
_STARTS = {"start_month": month_of, "start_quarter": quarter_of}
SEGMENTS = (*BY_ACCOUNT, *BY_TERM, *_STARTS)
"""Everything that a figure can be split by."""


def segments(by: str, accounts: Sequence[Account], subscriptions: Sequence[Subscription] = ()) -> Segments:
    """Return the segment of each account; of several terms the one that starts last decides.

    Raises `ValueError` for what nothing is split by.
    """
    if by in BY_ACCOUNT:
        return {each.account_id: getattr(each, by) or UNKNOWN for each in accounts}
    if by in BY_TERM:
        latest = {each.account_id: each for each in sorted(subscriptions, key=lambda term: term.term_start)}
        return {name: getattr(term, by) or UNKNOWN for name, term in latest.items()}
    if by not in _STARTS:
        raise ValueError(f"{by!r} is no segment: {', '.join(SEGMENTS)}")
    return {name: _STARTS[by](day) for name, day in _started_on(accounts, subscriptions).items()}


def _started_on(accounts: Sequence[Account], subscriptions: Sequence[Subscription]) -> dict[str, date]:
    """Return the day of each account's first term; the day it was created where it has none."""
    found = {each.account_id: each.created_on for each in accounts if each.created_on}
    terms: dict[str, date] = {}
    for term in subscriptions:
        start = term.started_on or term.term_start
        terms[term.account_id] = min(start, terms.get(term.account_id, start))
    return found | terms


def cohorts(values: Mapping[str, float], of: Segments) -> dict[str, Spread]:
    """Return how a figure lies within each segment, from its value of each account."""
    found = defaultdict(list)
    for account, value in values.items():
        found[of.get(account, UNKNOWN)].append(value)
    return {name: spread(found[name]) for name in sorted(found)}


def shares(values: Mapping[str, Share], of: Segments) -> dict[str, Share]:
    """Return the share of each segment, from that of each account: parts and wholes added up."""
    found = defaultdict(list)
    for account, value in values.items():
        found[of.get(account, UNKNOWN)].append(value)
    return {name: total(found[name]) for name in sorted(found)}


def sums(values: Mapping[str, int], of: Segments) -> dict[str, int]:
    """Return the sum of each segment, from the count of each account."""
    found: dict[str, int] = defaultdict(int)
    for account, value in values.items():
        found[of.get(account, UNKNOWN)] += value
    return dict(sorted(found.items()))
