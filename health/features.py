"""Feature row: everything known of one account that does not age, ready to be judged.

It changes only when a fact changes. Windows and ages are cut from ``as_of`` when it is judged, never
stored. `store.built` makes it from facts; `health.judge` reads it.
"""

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    Floats = array[float]
else:
    Floats = array  # Python 3.11 cannot subscript it at run time

SERIES_DAYS = 92
"""Days of daily use that a feature row holds."""
FEATURE_DAYS = 62
"""Days of which a feature row knows the features that were used: a window of 30, and as many to spare."""
FEATURES = ("feature:", "core:")
"""How the metrics begin that count the use of one feature."""


@dataclass(frozen=True, slots=True)
class Term:
    """One term of one subscription. Money is per month, in minor units of ``currency``."""

    subscription_id: str
    term_start: date
    term_end: date | None = None
    product: str = ""
    plan: str = ""
    licence_model: str = "seat"
    seats: int | None = None
    growth_seats: int = 0
    growth_until: date | None = None
    mrr_minor: int | None = None
    renewal_mrr_minor: int | None = None
    currency: str = ""
    billing_period: str = ""
    discount: float | None = None
    status: str = ""
    trial_end: date | None = None
    notice_days: int | None = None
    review_on: date | None = None
    auto_renew: bool = False
    cancel_at_period_end: bool = False


@dataclass(frozen=True, slots=True)
class TicketFact:
    """A ticket that is open, or was opened within the days a feature row holds."""

    ticket_id: str
    opened_on: date
    solved_on: date | None = None
    priority: str = ""
    status: str = ""
    topic: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class PaymentFact:
    """An invoice that is not settled, or fell due within the days a feature row holds."""

    invoice_id: str
    due_on: date
    status: str
    paid_on: date | None = None
    attempts: int = 0
    amount_minor: int | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class LimitFact:
    """A quota as last stated."""

    limit: str
    used: float
    allowed: float
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class EventFact:
    """Something that happened once, within the days a feature row holds."""

    kind: str
    on: date
    detail: str = ""


@dataclass(frozen=True, slots=True)
class SurveyFact:
    """The latest answer of its kind, or one that is dated ahead of the day the row was built."""

    kind: str
    score: float
    answered_on: date


@dataclass(frozen=True, slots=True)
class LicenceFact:
    """A licence: when it was issued, and when it was first put to use."""

    issued_on: date | None = None
    activated_on: date | None = None


@dataclass(frozen=True, slots=True)
class Commitment:
    """What a term commits to use, in units of consumption, and what of it was used before the series.

    ``used_before`` is from the start of the term to the day before the days that a row's series may hold.
    """

    subscription_id: str
    term_start: date
    term_end: date
    units: float
    used_before: float = 0.0


class LastSeen(NamedTuple):
    """How many of the users whom a source names were last seen on a day."""

    on: date
    users: int


@dataclass(frozen=True, slots=True)
class ChampionFact:
    """Somebody at the customer who speaks well of us: the days they were first and last seen."""

    since: date
    last_seen_on: date


@dataclass(frozen=True, slots=True)
class Series:
    """Daily values of some metrics; a day with no row is a day with no use.

    ``values[metric][i]`` belongs to the day ``start + i``; every metric has the same length. Days after
    the last value, up to the source's last complete day, are zero. ``feature_days`` has for each feature
    that is stated, whether the policy names it or not, the days on which it was used: bit ``i`` is the day
    ``i`` days before the last of the series, up to `FEATURE_DAYS` of them. ``features`` are their names.
    """

    start: date
    values: Mapping[str, Floats]
    feature_days: tuple[int, ...] = ()
    features: tuple[str, ...] = ()

    @property
    def end(self) -> date:
        """The last day that has a value."""
        return self.start + timedelta(days=max(map(len, self.values.values()), default=0) - 1)


@dataclass(frozen=True, slots=True)
class Features:
    """One account's feature row.

    ``sources`` are the names of the sources linked to the account: what they cover, and how fresh they
    are, comes with the pulse of a run. ``first_used_on`` and ``last_used_on`` are the first and last
    days with any use. ``assigned_seats`` is `None` where no source lists seats. ``last_seen`` is empty
    where no source says so of its users; else it has each of the last days a series holds on which any was
    last seen. ``unknown`` are measures that nobody can tell of the day, though the
    kinds of fact behind them are known (`health.dated`). ``stated_on`` is the last day of use that any source
    states, of those up to ``through``, after which none counts yet.
    """

    account: int
    key: str
    name: str = ""
    customer_type: str = ""
    country: str = ""
    region: str = ""
    timezone: str = "UTC"
    language: str = ""
    currency: str = ""
    csm_email: str = ""
    sales_email: str = ""
    created_on: date | None = None
    sources: tuple[str, ...] = ()
    terms: tuple[Term, ...] = ()
    series: Series | None = None
    first_used_on: date | None = None
    last_used_on: date | None = None
    assigned_seats: int | None = None
    tickets: tuple[TicketFact, ...] = ()
    payments: tuple[PaymentFact, ...] = ()
    limits: tuple[LimitFact, ...] = ()
    events: tuple[EventFact, ...] = ()
    surveys: tuple[SurveyFact, ...] = ()
    licences: tuple[LicenceFact, ...] = ()
    champions: tuple[ChampionFact, ...] = ()
    last_seen: tuple[LastSeen, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    unknown: tuple[str, ...] = ()
    stated_on: date | None = None
    through: date | None = None


@dataclass(frozen=True, slots=True)
class Freshness:
    """What a source covers: the kinds of fact it states, and the last day that is complete.

    A kind that no linked source covers is unknown, not zero. ``match_rate`` is the share of its accounts,
    0 to 1, that are linked to ours.
    """

    kinds: frozenset[str]
    complete_through: date | None = None
    match_rate: float = 1.0


class Cohort(NamedTuple):
    """Customers who began from ``first`` to ``last`` and do worse together than within the weeks before.

    ``what`` is ``start`` or ``use``. ``now_pct`` is below ``low_pct``, the lowest of its range. ``gate``
    names what keeps it from being told, or is empty.
    """

    what: str
    first: date
    last: date
    now_pct: float
    low_pct: float
    accounts: int
    gate: str = ""

    @property
    def name(self) -> str:
        """What tells it from all others: ``use-2026-03-01``."""
        return f"{self.what}-{self.first.isoformat()}"

    def has(self, started: date) -> bool:
        """Say whether who started on a day is one of them."""
        return self.first <= started <= self.last


@dataclass(frozen=True, slots=True, eq=False)
class Pulse:
    """The fleet on one day: freshness per source, and how its use stands against its own baseline.

    Compared by identity, as a cache key.

    ``fleet_trends`` is by the metric that tells use: the median over accounts of the last 14 days' use as
    a share of what their baselines expect (1.0 = as expected). A metric that too few accounts have a
    baseline of is left out. One source's bad day shows in its own metric, whatever the others say.
    ``fleet_sources`` names by metric the source whose accounts stand lowest in it. ``fleet_depth`` is the
    median of the actions per active user, ``fleet_breadth`` how many features the broadest tenth of the
    accounts use at the least; `None` where too few accounts tell. ``fleet_rests`` are by metric of use the
    days of the last `SERIES_DAYS` on which the fleet did far less than that weekday usually holds.
    ``fleet_features`` are the features that any account uses.
    ``peers`` is by driver of a fitted model the level of the account in the middle (`health.drivers`), where
    the policy has one. ``cohorts`` are those below their range (`health.cohorts`), candidates that a gate
    stopped among them.
    """

    freshness: Mapping[str, Freshness] = field(default_factory=dict)
    fleet_trends: Mapping[str, float] = field(default_factory=dict)
    fleet_sources: Mapping[str, str] = field(default_factory=dict)
    fleet_depth: float | None = None
    fleet_breadth: float | None = None
    fleet_rests: Mapping[str, tuple[date, ...]] = field(default_factory=dict)
    peers: Mapping[str, float] = field(default_factory=dict)
    cohorts: tuple[Cohort, ...] = ()
    fleet_features: tuple[str, ...] = ()
