"""Book: what a figure of the book is told from, an account at a time, and what it is told for."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple

from health.figures.active import Act
from health.figures.days import Span, last_days
from health.figures.money import Decimals
from health.figures.parts import Parts, Result
from health.figures.reading import Scale, Target
from health.policy import RenewalRules
from health.records import (
    Account,
    ActivationStep,
    Conversation,
    Licence,
    Limit,
    Outcome,
    Rate,
    Seat,
    Subscription,
    Survey,
    Ticket,
    Usage,
    Validation,
)

MONTH_DAYS, QUARTER_DAYS, YEAR_DAYS = 30, 90, 365
NO_CURRENCY = "no currency"
_NOTHING: Mapping[str, Any] = MappingProxyType({})
ALL = "all"
"""The segment of a book that is not split."""


class Known(NamedTuple):
    """The records of one account, by kind as `health.records.SHAPES` names them; others are empty.

    ``accounts`` is at most one: what all sources say of it, merged. ``people`` are what its users did, where
    rows of use name them. ``limits_over_time`` has what was stated of a quota before too. ``stated`` are the
    kinds of which any of its sources tells at all, `None` where that was not asked.
    """

    account: str
    accounts: Sequence[Account] = ()
    subscriptions: Sequence[Subscription] = ()
    licences: Sequence[Licence] = ()
    activation_steps: Sequence[ActivationStep] = ()
    seats: Sequence[Seat] = ()
    usage: Sequence[Usage] = ()
    people: Sequence[Act] = ()
    validations: Sequence[Validation] = ()
    limits: Sequence[Limit] = ()
    limits_over_time: Sequence[Limit] = ()
    tickets: Sequence[Ticket] = ()
    conversations: Sequence[Conversation] = ()
    surveys: Sequence[Survey] = ()
    outcomes: Sequence[Outcome] = ()
    stated: frozenset[str] | None = None


class Moment(NamedTuple):
    """The day a figure is of (its start), and what it is told by.

    ``rules`` are those of renewal, ``core`` the policy's core features, ``scales`` the figure's own words.
    Amounts are put into ``currency`` by ``rates``; ``targets`` are of licences, by segment.
    """

    as_of: date
    rules: RenewalRules
    core: tuple[str, ...] = ()
    scales: Mapping[str, Scale] = _NOTHING
    currency: str = ""
    rates: Sequence[Rate] = ()
    decimals: Decimals = _NOTHING
    targets: Mapping[str, Target] = _NOTHING

    def last(self, days: int) -> Span:
        """Return the days before."""
        return last_days(self.as_of, days)


Results = Mapping[str, Result]


class Present(NamedTuple):
    """A figure that can be told of an account: the kinds of record it needs, and how.

    ``days`` is how far back it looks at what is stated by the day. ``by`` is what it is split by unless
    something else is asked for, ``spread`` says that it is told as it lies over accounts. ``whole`` makes of
    what the accounts of a segment add up to, and of their number, what is told of the segment. ``needs`` is
    what nothing is told without, beside facts. ``read`` are the endings of the parts that the entry's bands
    tell of; none of them where its bands are of something else than the values that are spread.
    """

    kinds: tuple[str, ...]
    of: Callable[[Known, Moment], Parts]
    days: int = MONTH_DAYS
    by: str = ""
    spread: bool = False
    whole: Callable[[Results, int, str, Moment], Results] | None = None
    needs: str = ""
    read: tuple[str, ...] = ("",)

    def told_of(self, known: Known) -> bool:
        """Say whether any source of an account tells of what the figure needs: else it is not known."""
        return known.stated is None or not known.stated.isdisjoint(self.kinds)
