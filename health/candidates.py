"""Candidates: what a model may be fitted from, of an account on a day, before anything is chosen of it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from health.contract import CONTRACT
from health.drivers import FIELDS, Subject, driver, text
from health.model import PLAIN, QUIET, RATE
from health.nouns import Input
from health.rules import Measures

MEASURES = (
    *("utilisation_pct", "committed_utilisation_pct", "assigned_pct", "adopted_pct"),
    *("trend_beyond_fleet_pct", "months_down", "breadth_pct", "core_weeks"),
    *("rate_limit_hits", "locked_feature_attempts", "consumption_pace_pct", "key_mismatches"),
    *("commitment_pace_pct", "commitment_end_pct", "seat_share_pct"),
    *("champions_silent", "departed_users", "dav_trend_pct", "dav_falls", "dav_idle_days"),
    *("capacity_pct", "domain_use_pct", "open_tickets", "urgent_tickets", "cancel_tickets"),
    *("failed_payments", "overdue_days", "nps", "renewal_confidence", "sentiment", "activation_pct"),
    *("downgrade_enquiries", "api_keys_deleted", "domains_deactivated"),
    *("mrr_change_pct", "seats_change_pct", "price_change_pct", "in_trial", "cancelling"),
)
"""Measures that may foretell something. What falls with every holiday is told against peers instead."""
SEGMENT = "plan"
"""The trait that what is unknown is filled in by."""
_TEXTS_MOST = 12  # of a field; the rarer ones are told by none
_TEXT_SHARE_MIN = 0.02
_LOG = frozenset({QUIET, "seats_since_first", "mrr_since_first"})
_PLAIN = frozenset({"renewal_due", "auto_renew", "discount"})


class Candidate(NamedTuple):
    """One account on one day: its numbers in the order of `names`, and its texts in that of `FIELDS`."""

    account: int
    met: bool
    segment: str
    numbers: tuple[Input, ...]
    texts: tuple[str, ...]


def names(metrics: Sequence[str]) -> tuple[str, ...]:
    """Return the candidates that are numbers, where these metrics are stated of use."""
    return (*MEASURES, *CONTRACT, QUIET, *(RATE + metric for metric in metrics))


def candidate(
    of: Subject, found: Measures, peers: Mapping[str, float], metrics: Sequence[str], *, met: bool
) -> Candidate:
    """Return an account as a candidate."""
    own = (QUIET, *(RATE + metric for metric in metrics))
    numbers = found.numbers()
    return Candidate(
        of.features.account,
        met,
        getattr(found.traits, SEGMENT) or "",
        (
            *(numbers[name] for name in MEASURES),
            *(driver(name, of, peers) for name in (*CONTRACT, *own)),
        ),
        tuple(text(field, of) for field in FIELDS),
    )


def categories(cases: Sequence[Candidate]) -> Iterator[tuple[str, int, str]]:
    """Yield the drivers that texts make: name, place of the field, and text, the commonest first."""
    for at, field in enumerate(FIELDS):
        counted = Counter(case.texts[at] for case in cases)
        told = [name for name, times in counted.most_common(_TEXTS_MOST + 1) if name]
        often = [name for name in told if counted[name] >= _TEXT_SHARE_MIN * len(cases)]
        if len(often) > 1:
            yield from ((f"{field}={name}", at, name) for name in often[:_TEXTS_MOST])


def scale_of(name: str) -> str:
    """Return the scale on which a driver counts: of what is counted or paid for, twice as much is a step."""
    if name in _LOG or name.startswith(RATE):
        return "log"
    return "log1p" if name in CONTRACT and name not in _PLAIN else PLAIN
