"""Renewed: what became of the terms that ended in a span of days."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from health.figures.days import Span, day_of
from health.figures.money import Decimals, Exchange
from health.figures.share import Share, portion, share
from health.figures.spread import Spread, spread
from health.figures.standing import by_account, term_of
from health.policy import RenewalRules
from health.records import Conversation, Outcome, Rate, Subscription
from health.terms import rolling

RENEWED = frozenset({"renewed", "expanded", "contracted"})
CHURNED = "churned"
AFTER = "after the end"
_ABOUT_DAYS = 90


class Ended(NamedTuple):
    """A term that ended, and how: ``outcome`` is empty where nothing says so yet.

    ``on`` is the day of the outcome, or the start of the term that followed. ``minor`` is what was up a month
    in ``currency``, ``minor_after`` what goes on of it.
    """

    term: Subscription
    outcome: str
    reason: str
    on: date | None
    minor: int
    minor_after: int


class RenewalRate(NamedTuple):
    """Renewed ÷ ended, by terms and by revenue: what goes on of what was up, at most all of it.

    ``open`` are ended terms that nothing tells of: they count in neither. ``unrated`` names currencies
    without a rate, whose terms count by number alone.
    """

    terms: Share
    revenue: Share
    open: int
    unrated: tuple[str, ...]


class Late(NamedTuple):
    """Renewals that came after the end of their term, of all renewals, and by how many days."""

    late: Share
    days: Spread


def ended(
    subscriptions: Sequence[Subscription], outcomes: Iterable[Outcome], span: Span, rules: RenewalRules
) -> list[Ended]:
    """Return the terms that ended in a span of days, each with the last outcome that is about its end.

    An outcome is about the nearest end of a term of its account, if that is within 90 days. Without one, the
    next term of the subscription says that it was renewed. Terms that just roll on are left out: nobody
    decides over them, and retention tells what becomes of them.
    """
    terms = [term for term in subscriptions if not rolling(term_of(term), rules)]
    said = _said(terms, outcomes)
    after = _successors(subscriptions)
    return [
        _ended(term, said.get(_key(term)), after.get(_key(term)))
        for term in terms
        if term.term_end is not None and span.has(term.term_end)
    ]


_Key = tuple[str, date]


def _key(term: Subscription) -> _Key:
    return term.subscription_id, term.term_start


def _said(terms: Iterable[Subscription], outcomes: Iterable[Outcome]) -> Mapping[_Key, Outcome]:
    """Return the last outcome about each term's end."""
    ends = {
        account: [(each.term_end, _key(each)) for each in of if each.term_end is not None]
        for account, of in by_account(terms).items()
    }
    found: dict[_Key, Outcome] = {}
    for outcome in sorted(outcomes, key=lambda each: each.at):
        away = [(abs((outcome.at - end).days), key) for end, key in ends.get(outcome.account_id, ())]
        near = [each for each in away if each[0] <= _ABOUT_DAYS]
        if near:
            found[min(near)[1]] = outcome
    return found


def _successors(subscriptions: Iterable[Subscription]) -> Mapping[_Key, Subscription]:
    """Return the next term of the same subscription, by each term that has one."""
    ordered = sorted(subscriptions, key=_key)
    return {
        _key(term): after
        for term, after in pairwise(ordered)
        if term.subscription_id == after.subscription_id
    }


def _ended(term: Subscription, outcome: Outcome | None, after: Subscription | None) -> Ended:
    minor = term.mrr_minor or 0
    if outcome is None:
        said = "renewed" if after else ""
        goes_on = (after.mrr_minor or 0) if after else 0
        return Ended(term, said, "", after.term_start if after else None, minor, goes_on)
    goes_on = 0 if outcome.outcome == CHURNED else _after(outcome, after, minor)
    return Ended(term, outcome.outcome, outcome.reason or "", outcome.at, minor, goes_on)


def _after(outcome: Outcome, after: Subscription | None, minor: int) -> int:
    if outcome.mrr_after_minor is not None:
        return outcome.mrr_after_minor
    return minor if after is None or after.mrr_minor is None else after.mrr_minor


def renewal_rate(
    subscriptions: Sequence[Subscription],
    outcomes: Sequence[Outcome],
    span: Span,
    rules: RenewalRules,
    *,
    currency: str,
    rates: Sequence[Rate] = (),
    decimals: Decimals | None = None,
) -> RenewalRate:
    """Return how many of the terms that ended in a span were renewed, and how much of their revenue."""
    exchange = Exchange(rates, decimals)
    terms = ended(subscriptions, outcomes, span, rules)
    answered = [each for each in terms if each.outcome]
    part = whole = 0
    unrated: set[str] = set()
    for each in answered:
        code = each.term.currency or ""
        up = exchange.minor(each.minor, code, currency, span.first)
        kept = exchange.minor(min(each.minor, each.minor_after), code, currency, span.first)
        if up is None or kept is None:
            unrated.add(code)
        else:
            whole, part = whole + up, part + kept
    by_terms = share(sum(each.outcome in RENEWED for each in answered), len(answered))
    return RenewalRate(by_terms, portion(part, whole), len(terms) - len(answered), tuple(sorted(unrated)))


def late_renewals(
    subscriptions: Sequence[Subscription], outcomes: Sequence[Outcome], span: Span, rules: RenewalRules
) -> Late:
    """Return the renewals that came later than the day their term ended."""
    renewals = [each for each in ended(subscriptions, outcomes, span, rules) if each.outcome in RENEWED]
    days = [
        (each.on - each.term.term_end).days
        for each in renewals
        if each.on is not None and each.term.term_end is not None and each.on > each.term.term_end
    ]
    return Late(share(len(days), len(renewals)), spread(days))


def outcomes_by_window(
    subscriptions: Sequence[Subscription], outcomes: Sequence[Outcome], span: Span, rules: RenewalRules
) -> Mapping[str, Mapping[str, int]]:
    """Return, by the renewal window in which terms were settled, how often each outcome with its reason came.

    A window is named by its days, such as ``30``: settled 30 days ahead at most, and further than the next.
    ``after the end`` is what nobody settled in time. Without a reason the outcome stands alone.
    """
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for each in ended(subscriptions, outcomes, span, rules):
        if each.on is not None and each.term.term_end is not None:
            said = f"{each.outcome}: {each.reason}" if each.reason else each.outcome
            found[_window(each.on, each.term.term_end, rules)][said] += 1
    order = [f"over {max(rules.windows)}", *map(str, sorted(rules.windows, reverse=True)), AFTER]
    return {name: dict(sorted(found[name].items())) for name in order if name in found}


def _window(on: date, end: date, rules: RenewalRules) -> str:
    ahead = (end - on).days
    if ahead < 0:
        return AFTER
    return str(min((days for days in rules.windows if ahead <= days), default=f"over {max(rules.windows)}"))


def proactive(
    subscriptions: Sequence[Subscription],
    conversations: Sequence[Conversation],
    span: Span,
    days: int = 120,
) -> Share:
    """Return the terms that ended in a span with a conversation in the ``days`` before, of all that ended."""
    talked: dict[str, list[date]] = defaultdict(list)
    for each in conversations:
        talked[each.account_id].append(day_of(each.at_ms))
    ends = [
        (term.account_id, term.term_end)
        for term in subscriptions
        if term.term_end and span.has(term.term_end)
    ]
    spoken = sum(
        any(end - timedelta(days=days) <= day < end for day in talked[account]) for account, end in ends
    )
    return share(spoken, len(ends))
