"""Brake: whether a run may be released, judged by how much of the book it moves."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What may happen within a day, across runs, before a person must look.

    A run is held when more than ``worse_accounts`` accounts *and* more than ``worse_share`` of the active
    ones got a worse band within 24 hours, or any contact more than ``mails_per_contact`` mails in 7 days.
    """

    worse_accounts: int
    worse_share: float
    mails_per_contact: int


@dataclass(frozen=True, slots=True)
class Totals:
    """What the last 24 hours hold, the run in question included.

    ``worse`` counts accounts whose band got worse; a first assessment is no worsening and does not count.
    ``most_mails`` is the largest number of mails to one contact within 7 days.
    """

    active_accounts: int
    worse: int
    most_mails: int = 0


@dataclass(frozen=True, slots=True)
class Go:
    """Release."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Wait for a person; ``reason`` says which limit was passed and by how much."""

    reason: str


def brake(totals: Totals, limits: Limits) -> Go | Hold:
    """Say go or hold (docs/metrics.md, "Brake")."""
    most = max(limits.worse_accounts, limits.worse_share * totals.active_accounts)
    if totals.worse > most:
        return Hold(
            f"{totals.worse} of {totals.active_accounts} accounts got a worse band within 24 hours, "
            f"the limit is {most:.0f}"
        )
    if totals.most_mails > limits.mails_per_contact:
        return Hold(
            f"a contact would have {totals.most_mails} mails within 7 days, "
            f"the limit is {limits.mails_per_contact}"
        )
    return Go()
