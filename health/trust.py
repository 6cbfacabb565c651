"""Trust: what a source states counts only while enough of its accounts are known to be ours.

A source whose accounts mostly join nobody is more likely joined wrongly than rightly, and then its facts
are those of somebody else.
"""

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Any

from health.features import Features, Pulse
from health.policy import Policy

USE = frozenset({"usage", "validations"})
"""The kinds that tell use, day by day. First and last use are of both, so that neither counts alone."""

_NOISE = 1e-9  # of a binary fraction

_RESTING: dict[str, dict[str, Any]] = {
    "accounts": {"created_on": None, "customer_type": ""},
    "contacts": {"champions": ()},
    "events": {"events": ()},
    "licences": {"licences": ()},
    "limits": {"limits": ()},
    "payments": {"payments": ()},
    "people": {"champions": (), "last_seen": ()},
    "seats": {"assigned_seats": None, "champions": (), "last_seen": ()},
    "subscriptions": {"terms": ()},
    "surveys": {"surveys": ()},
    "tickets": {"tickets": ()},
    "usage": {"series": None, "first_used_on": None, "last_used_on": None},
}
"""What of a feature row rests on a kind of fact, and what it is where nothing is known of that."""


def distrusted(sources: Iterable[str], pulse: Pulse, policy: Policy) -> list[str]:
    """Return those of some sources whose match rate is under their floor (docs/metrics.md, "Match rate")."""
    floors, fresh = policy.match_rate_min, pulse.freshness
    return [name for name in sources if name in fresh and fresh[name].match_rate < floors.get(name, 0.0)]


@lru_cache(maxsize=256)
def unknown_kinds(sources: tuple[str, ...], pulse: Pulse, policy: Policy) -> frozenset[str]:
    """Return the kinds of fact that are unknown of an account linked to ``sources``, for want of trust.

    Where another source states the kind too, nobody can tell its facts from the others.
    """
    stated = [pulse.freshness[name].kinds for name in distrusted(sources, pulse, policy)]
    kinds = frozenset[str]().union(*stated)
    return kinds | USE if kinds & USE else kinds


def trusted(features: Features, pulse: Pulse, policy: Policy) -> Features:
    """Return a feature row without what rests on sources under their floor."""
    kinds = unknown_kinds(features.sources, pulse, policy)
    if not kinds:
        return features
    nothing: dict[str, Any] = {}
    for kind in kinds & _RESTING.keys():
        nothing |= _RESTING[kind]
    return replace(features, **nothing)


@lru_cache(maxsize=256)
def reasons(sources: tuple[str, ...], pulse: Pulse, policy: Policy) -> str:
    """Say in plain words which sources do not count and why; nothing if all do."""
    return "; ".join(
        f"{name}, of whose accounts {_cut(pulse.freshness[name].match_rate)}% are linked, under its floor of "
        f"{policy.match_rate_min[name]:.0%}: what it states is unknown"
        for name in distrusted(sources, pulse, policy)
    )


def _cut(share: float) -> int:
    """Return whole per cent, never up: what is under a floor must not read as if it were at it."""
    return int(100 * share + _NOISE)
