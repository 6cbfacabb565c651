"""Precedence: which notice leaves first where a destination does not take all of them now.

What is at stake gives a notice a head start: it counts as owed since earlier than it was planned. So the
order is settled as it is planned, and nobody starves: what has waited longer than the longest head start
goes before whatever is planned now.
"""

from math import log2

HEAD_START_MS = 86_400_000
"""The longest head start: a day."""
HIGH = "high"
HIGH_TIMES = 16
"""What is severe counts as that many times what is at stake: four doublings."""
_DOUBLINGS = 40
"""At stake in whole units of money, and so many doublings of one give the whole of the head start."""


def at_stake(priority: float, severity: str = "") -> int:
    """Return what is at stake in a notice: its account's priority in our currency, the more if it is severe.

    The priority is risk times nearness of the renewal times revenue (docs/metrics.md, "Renewals").
    """
    return round(max(0.0, priority) * (HIGH_TIMES if severity == HIGH else 1))


def head_start_ms(stake: int | None) -> int:
    """Return the head start of a notice in milliseconds, by what is at stake in it: each doubling 36 minutes.

    `None` is what speaks of no account: people who look after all of them hear it first.
    """
    if stake is None:
        return HEAD_START_MS
    return min(HEAD_START_MS, round(HEAD_START_MS * log2(1 + stake) / _DOUBLINGS))
