"""Two clocks: ours, and the vendor's as its last answer told it.

What is asked for "since the last pull" must begin at the earlier of the two, or what happens between them is
never asked for; and a day is over once it is over by both.
"""

from integrations.vitals import Vitals

NEGLIGIBLE_S = 60
"""A ``Date`` is in whole seconds and takes its time to come; every window overlaps by more than this."""
BELIEVED_S = 86_400
"""A ``Date`` that is further off tells of a cache or of a broken server, not of the time."""


def earliest(now_s: float, vitals: Vitals) -> float:
    """The earlier of the two clocks, in seconds since 1970; ours if nothing is known of the vendor's."""
    return now_s + min(_skew_s(vitals), 0.0)


def latest(now_s: float, vitals: Vitals) -> float:
    """The later of the two clocks, in seconds since 1970; ours if nothing is known of the vendor's."""
    return now_s + max(_skew_s(vitals), 0.0)


def _skew_s(vitals: Vitals) -> float:
    skew_s = vitals.clock_skew_s or 0.0
    return skew_s if NEGLIGIBLE_S < abs(skew_s) <= BELIEVED_S else 0.0
