"""Drivers: what a model may look at beside the measures: the contract, and how much of what is used.

A driver has a name of its own. ``rate:METRIC`` is how much an account uses of something, as a multiple of
what the account in the middle of all uses on the same day; ``plan=TEXT`` and its like are 1 where the text is
that one, else 0. All are numbers, not applicable, or unknown, as measures are.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from math import exp, log, log1p
from statistics import median
from typing import NamedTuple

from health.calendars import Workdays
from health.contract import CONTRACT, TEXTS, Contract
from health.features import Features, Pulse
from health.model import QUIET, RATE, against_peers
from health.nouns import NOT_APPLICABLE, Input
from health.policy import Policy
from health.terms import in_force, started_on
from health.track import Track, known, track
from health.use import idle_days

_DAYS = 28  # each weekday as often
_LEAST_DAYS = 7
_SMALL = 0.5  # of an event: what is seen of somebody who did nothing
_ACCOUNT_TEXTS = ("customer_type", "country")


class Subject(NamedTuple):
    """One account on one day, as drivers see it.

    ``path`` is `None` where its use is not known, ``contract`` where its subscriptions are not, or none is
    in force.
    """

    features: Features
    contract: Contract | None
    path: Track | None


def subject(  # noqa: PLR0917 - as `health.judge.judge`
    features: Features,
    as_of: date,
    policy: Policy,
    pulse: Pulse,
    workdays: Workdays,
    horizon_days: int = 0,
) -> Subject:
    """Return an account as drivers see it; what is told against peers has no horizon."""
    sources = known(features.sources, pulse, as_of, policy)
    kinds, end = sources.kinds, sources.end
    path = None if end is None else track(features, end, policy, workdays)
    current = in_force(features.terms, as_of, policy.renewals) if "subscriptions" in kinds else []
    started = started_on(features, as_of)
    contract = Contract(features.terms, current, started, as_of, horizon_days) if current else None
    return Subject(features, contract, path)


def taken(names: Iterable[str], of: Subject, peers: Mapping[str, float]) -> Mapping[str, Input]:
    """Return some drivers of an account by name. ``peers`` are the medians of all accounts on the day."""
    return {name: driver(name, of, peers) for name in names}


def driver(name: str, of: Subject, peers: Mapping[str, float]) -> Input:
    """Return a driver; one that is told against peers is unknown where there is no median of them."""
    if against_peers(name):
        own = level(name, of)
        return exp(own - peers[name]) if own is not None and name in peers else None
    field, is_text, wanted = name.partition("=")
    if is_text:
        stated = text(field, of)
        return float(stated == wanted) if stated else None
    return CONTRACT[name](of.contract) if of.contract else None


def text(field: str, of: Subject) -> str:
    """Return a text that accounts are told apart by; empty where it is not known."""
    if field in _ACCOUNT_TEXTS:
        return str(getattr(of.features, field))
    return TEXTS[field](of.contract) if of.contract else ""


FIELDS = (*TEXTS, *_ACCOUNT_TEXTS)
"""The texts there are."""


def level(name: str, of: Subject) -> float | None:
    """Return the logarithm of what is told against peers, before it is."""
    if of.path is None:
        return None
    return _quiet(of, of.path) if name == QUIET else _rate(name.removeprefix(RATE), of, of.path)


def levels(names: Iterable[str], of: Subject) -> tuple[float | None, ...]:
    """Return the levels of some drivers, in their order."""
    return tuple(level(name, of) for name in names)


def medians(names: Sequence[str], fleet: Iterable[Sequence[float | None]], least: int) -> Mapping[str, float]:
    """Return by driver the median of all accounts' levels; of fewer than ``least`` there is none."""
    by_name = zip(names, zip(*fleet, strict=True), strict=False)  # without any account there are no columns
    known = ((name, [own for own in column if own is not None]) for name, column in by_name)
    return {name: median(told) for name, told in known if len(told) >= least}


def _rate(metric: str, of: Subject, path: Track) -> float | None:
    """Return the logarithm of daily use per seat, over four weeks or as many days as there are.

    Where no seats are stated, of use in all.
    """
    days = min(_DAYS, (path.end - path.since).days + 1)
    if days < _LEAST_DAYS:
        return None
    used = sum(path.tail(metric, days)) if metric in path.values else 0.0
    seats = sum(term.seats or 0 for term in of.contract.current) if of.contract else 0
    return log((max(0.0, used) + _SMALL) / days / max(1, seats))


def _quiet(of: Subject, path: Track) -> float | None:
    last, started = of.features.last_used_on, of.features.first_used_on
    days = idle_days(min(last, path.end) if last else None, started or of.features.created_on, path.end)
    return log1p(days) if isinstance(days, float) else None


# -- words -------------------------------------------------------------------------------------------

_WORDS: Mapping[str, str] = {
    "renewals_due": "terms that end within the horizon: {:.0f}",
    "renewal_due": "a term ends within the horizon: {}",
    "days_to_end": "days to the end of the term: {:.0f}",
    "due_term_days": "length of the term that ends within the horizon, in days: {:.0f}",
    "term_days": "length of the term in days: {:.0f}",
    "tenure_days": "days since the start: {:.0f}",
    "terms_before": "terms behind it: {:.0f}",
    "seat_count": "seats: {:.0f}",
    "mrr_minor": "recurring revenue, per month in minor units: {:.0f}",
    "seat_price_minor": "price of a seat, per month in minor units: {:.0f}",
    "seats_since_first": "seats ÷ those of the first term: {:.2f}",
    "mrr_since_first": "recurring revenue ÷ that of the first term: {:.2f}",
    "seat_changes": "changes of the seats so far: {:.0f}",
    "mrr_changes": "changes of the recurring revenue so far: {:.0f}",
    "discount": "discount: {:g}",
    "auto_renew": "renews by itself: {}",
    QUIET: "days without use, against the middle of all accounts: {:.1f} times",
}


def words(name: str, value: Input) -> str:
    """Say what a driver, or a measure, is of an account."""
    if value is None:
        return f"{_plain(name)} is not known: filled in"
    if value is NOT_APPLICABLE:
        return f"{_plain(name)} does not apply"
    if name in _WORDS:
        return _WORDS[name].format(value if ":" in _WORDS[name].partition("{")[2] else _yes(value))
    if name.startswith(RATE):
        return f"{_plain(name)}: {value:.2g} times that of the account in the middle"
    return f"{_plain(name)}: {_yes(value) if '=' in name else format(value, '.3g')}"


def _yes(value: float) -> str:
    return "yes" if value else "no"


def _plain(name: str) -> str:
    if name.startswith(RATE):
        return f"use per seat of {name.removeprefix(RATE)}"
    field, is_text, wanted = name.partition("=")
    return f"{field.replace('_', ' ')} is {wanted}" if is_text else name.replace("_", " ")
