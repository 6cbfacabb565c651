"""Policy: every number and rule that a company may tune, as plain values. `config.policy` makes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from health.brake import Limits
from health.intent import Phrases
from health.model import Model
from health.rules import Rules

Points = tuple[tuple[float, float], ...]
"""Knots of a piecewise-linear curve, by rising x; flat beyond the ends."""


@dataclass(frozen=True, slots=True)
class Bands:
    """Edges in hundredths of a point, half-open: at risk below the first, healthy from the second.

    Below ``coverage_min`` (0 to 1) the band is unknown. An alert leaves at risk ``exit_margin`` above the
    edge it came in by.
    """

    watch_from: int
    healthy_from: int
    exit_margin: int
    coverage_min: float


@dataclass(frozen=True, slots=True)
class Active:
    """A named, versioned definition of an active user.

    ``take`` is ``last`` (the metric on the last complete day) or ``workday_mean`` (over ``days``).
    """

    name: str
    version: int
    metric: str
    take: str
    wording: str


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """Lengths in days, all ending on the last complete day. Compared by identity, as a cache key."""

    recent_days: int
    baseline_weeks: int
    baseline_weeks_min: int
    mean_days: int
    count_days: int
    month_days: int
    month_fall: float
    ticket_days: int
    note_days: int
    dav_flat: float


@dataclass(frozen=True, slots=True)
class Weight:
    """A line of the score: its name and its weight, or the points it takes off."""

    name: str
    points: float


@dataclass(frozen=True, slots=True)
class Cap:
    """A most that the score may be, in hundredths, while its condition holds."""

    name: str
    at: int


class Comparison(NamedTuple):
    """A comparison of one measure with a number, as a condition makes it."""

    measure: str
    sign: str
    value: float


@dataclass(frozen=True, slots=True)
class Ground:
    """What a line of the score rests on.

    ``edges`` are the values of a measure at which the line bends or jumps; between two of them it is
    straight. Where that cannot be told the measure is ``tangled``. ``comparisons`` are the simple ones of a
    condition.
    """

    measures: tuple[str, ...]
    edges: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    tangled: frozenset[str] = frozenset()
    comparisons: tuple[Comparison, ...] = ()


@dataclass(frozen=True, slots=True)
class Profile:
    """A way of judging: an engine and what it judges by, in the order of `health.rules.Findings`.

    ``cells`` are a matrix's scores in hundredths, by row and column; other engines have none. ``grounds``
    are what the lines of the score rest on, by their names; those of caps begin with ``cap:``, and what
    profiles are chosen by stands under ``profile:`` and their names. ``model`` is that of `fitted`.
    """

    name: str
    engine: str
    weights: tuple[Weight, ...] = ()
    caps: tuple[Cap, ...] = ()
    cells: tuple[tuple[int, ...], ...] = ()
    grounds: Mapping[str, Ground] = field(default_factory=dict, repr=False)
    model: Model | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class SignalRule:
    """What `decide` must know of a signal. ``also`` are audiences beside the one that hears of risk."""

    kind: str
    family: str
    severity: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExpansionRules:
    """Fires at ``groups_min`` groups. Seats are suggested for ``ahead_days`` at ``fill_pct`` at most."""

    groups_min: int
    fill_pct: float
    ahead_days: int


@dataclass(frozen=True, slots=True)
class RenewalRules:
    """Renewal windows in days, and what nearness is worth in the priority.

    A window longer than the term ÷ ``term_parts`` is left out. An auto-renewing term of at most
    ``rolling_days`` has no window and the priority of ``rolling_nearness``. Auto-renewing terms without a
    successor stay in force ``grace_days`` more.
    """

    windows: tuple[int, ...]
    term_parts: int
    rolling_days: int
    rolling_nearness: float
    grace_days: int
    nearness: Points
    ended: frozenset[str]


@dataclass(frozen=True, slots=True)
class AlertRules:
    """Who hears what, and how often. ``audiences`` is by alert kind; budgets are per owner and day."""

    repeat_days: int
    budget_per_day: int
    audiences: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class LedgerRules:
    """When an alert was right, and how often a rule has to be.

    An alert was right if the account left within ``window_days``. ``agreed`` is the least precision, 0 to 1,
    by kind of signal; it is asked for once ``cases_min`` alerts of the rule are closed.
    """

    window_days: int
    cases_min: int
    agreed: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class SurveyRules:
    """Which surveys are sent by mail, by kind, and when, in days (`health.surveys`)."""

    kinds: frozenset[str] = frozenset()
    activation_after_days: int = 14
    activation_until_days: int = 60
    renewal_window: int = 120
    nps_after_days: int = 60
    nps_every_days: int = 180


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """The whole policy. ``rules`` is the compiled function, ``source`` its text, ``hash`` names the data.

    ``data`` is the whole file as JSON, with the ``model`` that was fitted, if one is in use. ``profiles`` are
    the ways of judging by name; which of them judges an account is found by ``rules``.
    ``shelf_days`` says, by kind of fact, after how many days without a complete one it is unknown.
    ``stale_after`` says, by measure, after how many days a line of the score takes it for unknown.
    ``match_rate_min`` is by source the share of its accounts, 0 to 1, under which it is not trusted.
    ``family_material`` is the share of a family's revenue, 0 to 1, from which on an account below matters.
    On a day with less than ``rest_pct`` of what that weekday usually holds the fleet rests.
    ``metrics`` are the daily metrics that a feature row must hold. ``retention`` is in days by table.
    """

    hash: str
    rules: Rules = field(repr=False)
    source: str = field(repr=False)
    bands: Bands
    profiles: Mapping[str, Profile] = field(repr=False)
    signals: Mapping[str, SignalRule]
    expansion: ExpansionRules
    renewals: RenewalRules
    alerts: AlertRules
    ledger: LedgerRules
    brake: Limits
    family_material: float
    active: tuple[Active, ...]
    use_metrics: tuple[str, ...]
    core_features: tuple[str, ...]
    windows: Windows
    shelf_days: Mapping[str, int]
    stale_after: Mapping[str, int]
    match_rate_min: Mapping[str, float]
    survey_days: int
    scales: Mapping[str, tuple[float, float]]
    phrases: Phrases = field(repr=False)
    urgent: frozenset[str]
    fleet_accounts_min: int
    rest_pct: float
    metrics: tuple[str, ...]
    retention: Mapping[str, int]
    data: str = field(default="", repr=False)
    model: Model | None = field(default=None, repr=False)
    surveys: SurveyRules = SurveyRules()

    @property
    def against_peers(self) -> tuple[str, ...]:
        """The drivers of the model that need the middle of all accounts on the day."""
        return self.model.against_peers if self.model else ()
