"""Brake: whether a run may be released, judged by how much of the book it moves."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from statistics import fmean, pstdev

USUAL_DAYS_MIN = 14
"""Days of history that it takes to know what is usual."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What may happen within a day, across runs, before a person must look.

    A run is held when more than ``worse_accounts`` accounts got a worse band within 24 hours, and these are
    more than ``worse_share`` of the active ones, or more than what is usual by ``unusual_sigmas`` standard
    deviations; or when any contact got more than ``mails_per_contact`` mails in 7 days.
    """

    worse_accounts: int
    worse_share: float
    unusual_sigmas: float
    mails_per_contact: int


@dataclass(frozen=True, slots=True)
class Totals:
    """What the last 24 hours hold, the run in question included.

    ``worse`` counts accounts whose band got worse; a first assessment is no worsening and does not count.
    ``most_mails`` is the largest number of mails to one contact within 7 days, ``before`` how many accounts
    got worse on each of the days before these 24 hours.
    """

    active_accounts: int
    worse: int
    most_mails: int = 0
    before: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Go:
    """Release."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Wait for a person; ``reason`` says which limit was passed and by how much."""

    reason: str


def brake(totals: Totals, limits: Limits) -> Go | Hold:
    """Say go or hold (docs/metrics.md, "Brake")."""
    most = most_worse(totals.active_accounts, limits)
    told = f"{totals.worse} of {totals.active_accounts} accounts got a worse band within 24 hours"
    if totals.worse > most:
        return Hold(f"{told}, the limit is {most:.0f}")
    if totals.worse > (usual := _usual_most(totals.before, limits)):
        days, mean = len(totals.before), fmean(totals.before)
        return Hold(f"{told}; in the {days} days before it were {mean:.0f} a day, the limit is {usual:.0f}")
    if totals.most_mails > limits.mails_per_contact:
        return Hold(
            f"a contact would have {totals.most_mails} mails within 7 days, "
            f"the limit is {limits.mails_per_contact}"
        )
    return Go()


def most_worse(active_accounts: int, limits: Limits) -> float:
    """Return how many accounts may get worse within 24 hours, whatever is usual."""
    return max(limits.worse_accounts, limits.worse_share * active_accounts)


def _usual_most(before: Sequence[int], limits: Limits) -> float:
    """Return how many accounts may get worse in a day by what the days before came to."""
    if len(before) < USUAL_DAYS_MIN:
        return inf
    return max(limits.worse_accounts, fmean(before) + limits.unusual_sigmas * pstdev(before))
