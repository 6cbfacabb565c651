"""Review: what a month or a quarter came to, as one value that every format of the report renders.

Money is an integer number of minor units beside an ISO 4217 code. What is not known is `None`, with the
reason beside it; it is never 0.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from health.done import PlayOutcomes

Unit = Literal["count", "money", "pct", "points", "days"]


@dataclass(frozen=True, slots=True)
class Line:
    """A figure by its name in the catalogue, and what it is ``of``: a plan, a currency; empty for all.

    ``value`` is in ``unit``; ``before`` is the same at the start of the period, or over the period before,
    and ``year_ago`` a year earlier. ``change`` is that since before: in per cent, of a share in points. A
    share has its ``part`` and ``whole``, in money where ``currency`` is set, and the interval that chance
    allows. ``unknown`` says why there is no value. ``target`` is what it is to be, ``standing`` how it stands
    to that, and ``to_do`` what follows.
    """

    figure: str
    title: str
    unit: Unit
    value: float | None = None
    of: str = ""
    before: float | None = None
    year_ago: float | None = None
    change: float | None = None
    part: float | None = None
    whole: float | None = None
    low_pct: float | None = None
    high_pct: float | None = None
    currency: str = ""
    unknown: str = ""
    target: float | None = None
    standing: str = ""
    to_do: str = ""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How often terms that ended came to an outcome in a window of days before their end, and why."""

    window: str
    outcome: str
    reason: str
    terms: int


@dataclass(frozen=True, slots=True)
class BandCount:
    """Accounts in a band at the end of the period, and at its start; `None` where nothing was judged then."""

    band: str
    accounts: int | None
    before: int | None


@dataclass(frozen=True, slots=True)
class Mover:
    """An account that entered or left at risk between the two ends of the period, and the main reason.

    ``health`` and ``health_before`` are of 100, ``before`` is the band it had; empty if it was not judged.
    """

    key: str
    name: str
    band: str
    before: str
    health: float
    health_before: float | None
    reason: str
    csm: str = ""


@dataclass(frozen=True, slots=True)
class Movements:
    """Who entered at risk and who left it, the most urgent first, and how many of each are not listed.

    ``unknown`` says why nobody can tell.
    """

    entered: tuple[Mover, ...] = ()
    left: tuple[Mover, ...] = ()
    entered_more: int = 0
    left_more: int = 0
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class Alerts:
    """What alerts came to in the period.

    ``sent`` alerts spoke of so many ``accounts``; of ``done`` somebody has recorded what came of the play;
    ``recovered`` are accounts of which a risk ended by itself, ``still_open`` those of which one stands now.
    """

    sent: int
    accounts: int
    recovered: int
    still_open: int
    done: int


@dataclass(frozen=True, slots=True)
class RiskReason:
    """Revenue a year that is up at accounts at risk whose score loses most by one line."""

    reason: str
    accounts: int
    minor: int | None


@dataclass(frozen=True, slots=True)
class Growth:
    """An account with room to grow: seats to add, what they bring a month, and when it is full."""

    key: str
    name: str
    suggested_seats: int | None
    uplift_minor: int | None
    currency: str
    days_until_full: int | None
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ranked:
    """An account in the order of priority: risk times nearness of the anchor times revenue."""

    key: str
    name: str
    band: str
    health: float
    priority: int
    reason: str
    anchor_on: str | None
    days_to_anchor: int | None
    revenue_at_risk_minor: int | None
    currency: str
    csm: str = ""


@dataclass(frozen=True, slots=True)
class SourceQuality:
    """A source: the day it is complete through, how many of its accounts are ours, and what cannot be so."""

    source: str
    complete_through: date | None
    linked: int
    accounts: int
    match_pct: float | None
    floor_pct: float | None
    odd_facts: int


@dataclass(frozen=True, slots=True)
class Withheld:
    """What was not sent, how often, and why: a notice by its status, or a signal by the gate that held it."""

    what: str
    why: str
    times: int


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a figure means, as the catalogue says it."""

    name: str
    title: str
    definition: str
    formula: str
    owner: str


@dataclass(frozen=True, slots=True)
class Review:
    """The review of a period: its days, ``last`` included, and the day its figures are of (its start).

    ``known_on`` is the business day as of which facts are known; ``so_far`` says that the period goes on.
    Money of several currencies is told in ``currency``, by the rates of ``as_of``; amounts in ``unrated``
    ones are left out of it. ``judged`` says whether any account had a verdict by then. ``notes`` say what to
    know before reading on.
    """

    period: str
    company: str
    first: date
    last: date
    as_of: date
    known_on: date
    so_far: bool
    accounts: int
    currency: str
    licences: tuple[Line, ...]
    revenue: tuple[Line, ...]
    use: tuple[Line, ...]
    renewals: tuple[Line, ...]
    over_a_year: tuple[Line, ...]
    outcomes: tuple[Outcomes, ...]
    bands: tuple[BandCount, ...]
    movements: Movements
    alerts: Alerts
    plays: tuple[PlayOutcomes, ...]
    risks: tuple[RiskReason, ...]
    growth: tuple[Growth, ...]
    growth_more: int
    uplift_minor: int | None
    ranked: tuple[Ranked, ...]
    friction: tuple[Line, ...]
    sources: tuple[SourceQuality, ...]
    withheld: tuple[Withheld, ...]
    judged: bool = True
    unrated: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    meanings: tuple[Meaning, ...] = ()
