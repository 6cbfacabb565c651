"""Stale: which sources a verdict rests on that are behind, so that old words are not read as new ones."""

from datetime import date
from functools import lru_cache

from health.features import Freshness, Pulse
from health.held import furthest_behind
from health.policy import Policy
from health.track import past_shelf
from health.trust import unknown_kinds


@lru_cache(maxsize=256)
def stale(sources: tuple[str, ...], pulse: Pulse, as_of: date, policy: Policy, *, held_up: bool) -> str:
    """Say which of an account's sources are behind, and through which day they are complete.

    Nothing where none is. ``held_up``: the policy's gate `stale` holds, so the source that is furthest
    behind in use is named; and any source of which some kind of fact is past its shelf life
    (docs/metrics.md, "What is stale"). The words do not change from one day to the next.
    """
    late = {furthest_behind(sources, pulse, as_of, policy): ""} if held_up else {}
    distrusted = unknown_kinds(sources, pulse, policy)
    for name in sources:
        if lost := past_shelf(pulse.freshness.get(name, _NOTHING), as_of, policy) - distrusted:
            late[name] = f", too old to tell {', '.join(sorted(lost))}"
    return "; ".join(
        f"{name}, complete through {pulse.freshness[name].complete_through}{lost}"
        for name, lost in late.items()
        if name
    )


_NOTHING = Freshness(frozenset())
"""Of a source that nothing was read of."""
