"""The shape of `policy.yaml`, checked by pydantic: types, limits, and no key that we do not know."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from config.models import ModelData
from config.scoring import (
    Curve,
    DeductionsData,
    Engine,
    FamilyData,
    MatrixData,
    Percent,
    ProfileData,
    Strict,
    Text,
    WeightedData,
)
from health.surveys import REST_DAYS

_FULL = 100
Days = Annotated[int, Field(ge=1, le=3660)]
Audience = Literal["csm", "sales", "customer", "ops"]


class ActiveData(Strict):
    """A definition of an active user."""

    version: Annotated[int, Field(ge=1)]
    metric: Text
    take: Literal["last", "workday_mean"]
    wording: Text


class UseData(Strict):
    """Which metrics mean use, and which features are the core of the product."""

    metrics: Annotated[list[Text], Field(min_length=1)]
    core_features: list[Text]


class WindowsData(Strict):
    """Lengths of windows in days."""

    recent_days: Annotated[int, Field(ge=7, le=28)]
    baseline_weeks: Annotated[int, Field(ge=1, le=9)]
    baseline_weeks_min: Annotated[int, Field(ge=1, le=9)]
    mean_days: Annotated[int, Field(ge=2, le=28)]
    count_days: Annotated[int, Field(ge=1, le=90)]
    month_days: Annotated[int, Field(ge=7, le=30)]
    month_fall_pct: Percent
    ticket_days: Annotated[int, Field(ge=1, le=90)]
    note_days: Annotated[int, Field(ge=1, le=90)]
    dav_flat_pct: Percent

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.baseline_weeks_min > self.baseline_weeks:
            raise ValueError("baseline_weeks_min is above baseline_weeks")
        if self.mean_days > self.recent_days + 7 * self.baseline_weeks:
            raise ValueError("mean_days is longer than recent_days and the baseline together")
        return self


class BandsData(Strict):
    """Edges of the bands in points."""

    watch_from: Annotated[float, Field(gt=0, le=100)]
    healthy_from: Percent
    exit_margin: Percent
    coverage_min_pct: Annotated[float, Field(gt=0, le=100)]

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.watch_from >= self.healthy_from:
            raise ValueError("watch_from must be below healthy_from")
        if self.watch_from + self.exit_margin > _FULL:
            raise ValueError("watch_from and exit_margin are above 100 together: no alert would ever close")
        return self


class SignalData(Strict):
    """A risk signal: when it opens, when it closes (else: when it no longer opens), what stops it."""

    family: Literal["explicit", "payment", "behaviour", "sentiment", "commercial", "onboarding", "licensing"]
    severity: Literal["normal", "high"] = "normal"
    when: Text
    clear: Text | None = None
    evidence: Text
    gates: list[Text] = Field(default_factory=list)
    also: list[Audience] = Field(default_factory=list)


class TriggerData(Strict):
    """A group of evidence for expansion."""

    when: Text
    clear: Text | None = None
    evidence: Text


class ExpansionPreset(Strict):
    """How many groups of which must be met."""

    groups_min: Annotated[int, Field(ge=1)]
    triggers: dict[str, TriggerData]


class ExpansionData(Strict):
    """Room to grow."""

    preset: Text
    presets: dict[str, ExpansionPreset]
    blocks: dict[str, Text]
    fill_pct: Annotated[float, Field(gt=0, le=100)]
    ahead_days: Days


class RenewalsData(Strict):
    """Windows before the anchor, and what nearness is worth."""

    windows: Annotated[list[Days], Field(min_length=1)]
    term_parts: Annotated[int, Field(ge=1, le=12)]
    rolling_days: Days
    rolling_nearness_pct: Percent
    grace_days: Annotated[int, Field(ge=0, le=90)]
    nearness_pct: Curve
    ended_statuses: list[Text]


class AlertsData(Strict):
    """Who hears what, and how often."""

    repeat_days: Days
    budget_per_day: Annotated[int, Field(ge=0)]
    audiences: dict[
        Literal["at_risk", "recovered", "expansion", "renewal_window", "licensing"], list[Audience]
    ]


class LedgerData(Strict):
    """When an alert was right, and the precision that is agreed of a rule."""

    window_days: Days = 90
    cases_min: Annotated[int, Field(ge=1)] = 20
    precision_min_pct: dict[str, Percent] = Field(default_factory=dict)


class BrakeData(Strict):
    """How much of the book one day may move."""

    worse_accounts: Annotated[int, Field(ge=0)]
    worse_share_pct: Percent
    unusual_sigmas: Annotated[float, Field(gt=0)] = 3.0
    mails_per_contact: Annotated[int, Field(ge=0)]


class SmallerData(Strict):
    """Words that speak of paying for less."""

    verbs: list[Text]
    less: list[Text]
    of: list[Text]
    sayings: list[Text]


class IntentData(Strict):
    """Words that speak of cancelling, in all languages together; a star at the end makes a beginning."""

    verbs: list[Text]
    endings: list[Text]
    lapses: list[Text]
    objects: list[Text]
    harmless: list[Text]
    elsewhere: list[Text]
    denials: list[Text]
    fillers: list[Text]
    sayings: list[Text]
    smaller: SmallerData
    reach: Annotated[int, Field(ge=1, le=10)]


Lately = Annotated[int, Field(ge=REST_DAYS, le=365)]
"""Days that stored letters can tell of, and no fewer than a contact is left in peace."""


class AskActivationData(Strict):
    """Once, within these days after first value."""

    sent: bool = False
    after_days: Annotated[int, Field(ge=0, le=365)] = 14
    until_days: Lately = 60

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.until_days < self.after_days:
            raise ValueError("until_days is before after_days: nobody would ever be asked")
        return self


class AskRenewalData(Strict):
    """Once a term, as this window is open."""

    sent: bool = False
    window: Days = 120


class AskNpsData(Strict):
    """Again and again, and first so long after first value."""

    sent: bool = False
    after_days: Annotated[int, Field(ge=0, le=365)] = 60
    every_days: Lately = 180


class AskData(Strict):
    """Which surveys are sent by mail: none unless it says so."""

    activation_ease: AskActivationData = Field(default_factory=AskActivationData)
    renewal_confidence: AskRenewalData = Field(default_factory=AskRenewalData)
    nps: AskNpsData = Field(default_factory=AskNpsData)


class SurveysData(Strict):
    """How long an answer counts, the ends of each kind's scale, and which kinds are sent by mail."""

    shelf_days: Days
    scales: dict[str, Annotated[list[float], Field(min_length=2, max_length=2)]]
    ask: AskData = Field(default_factory=AskData)


class FamiliesData(Strict):
    """From which share of a family's revenue on an account below matters by itself."""

    material_pct: Annotated[float, Field(gt=0, le=100)] = 10


class FittedData(Strict):
    """The engine that was fitted: its model's file, beside the policy; ``content`` is what was read there."""

    model: Text
    content: ModelData | None = None


class PolicyData(Strict):
    """The whole file."""

    engine: Engine
    bands: BandsData
    active: Annotated[dict[str, ActiveData], Field(min_length=1)]
    use: UseData
    windows: WindowsData
    shelf_days: dict[str, Annotated[int, Field(ge=0)]]
    match_rate_min_pct: dict[str, Percent] = Field(default_factory=dict)
    fleet_accounts_min: Annotated[int, Field(ge=1)]
    fleet_rest_pct: Percent
    curves: dict[str, Curve]
    curve_families: dict[str, FamilyData] = Field(default_factory=dict)
    weighted: WeightedData
    deductions: DeductionsData
    matrix: MatrixData
    fitted: FittedData | None = None
    profiles: Annotated[list[ProfileData], Field(min_length=1)]
    gates: dict[str, Text]
    score_gates: list[Text]
    signals: dict[str, SignalData]
    expansion: ExpansionData
    renewals: RenewalsData
    alerts: AlertsData
    ledger: LedgerData = Field(default_factory=LedgerData)
    brake: BrakeData
    families: FamiliesData = Field(default_factory=FamiliesData)
    surveys: SurveysData
    urgent_priorities: list[Text]
    intent: IntentData
    retention_days: dict[str, Days]
