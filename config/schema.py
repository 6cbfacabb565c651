"""The shape of `policy.yaml`, checked by pydantic: types, limits, and no key that we do not know."""

from itertools import pairwise
from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

_KNOTS_MIN = 2
_FULL = 100


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def _rising(points: list[list[float]]) -> list[list[float]]:
    if len(points) < _KNOTS_MIN or any(len(point) != 2 for point in points):  # noqa: PLR2004 - x and y
        raise ValueError("a curve is a list of at least two [x, y] pairs")
    if any(left[0] >= right[0] for left, right in pairwise(points)):
        raise ValueError("the x of a curve must rise from pair to pair")
    if any(not 0 <= point[1] <= _FULL for point in points):
        raise ValueError("the y of a curve lies between 0 and 100")
    return points


Curve = Annotated[list[list[float]], AfterValidator(_rising)]
Days = Annotated[int, Field(ge=1, le=3660)]
Percent = Annotated[float, Field(ge=0, le=100)]
Text = Annotated[str, Field(min_length=1, max_length=500)]
Audience = Literal["csm", "sales", "customer", "ops"]
Engine = Literal["weighted", "deductions"]
ENGINES: tuple[str, ...] = get_args(Engine)


class ActiveData(_Strict):
    """A definition of an active user."""

    version: Annotated[int, Field(ge=1)]
    metric: Text
    take: Literal["last", "workday_mean"]
    wording: Text


class UseData(_Strict):
    """Which metrics mean use, and which features are the core of the product."""

    metrics: Annotated[list[Text], Field(min_length=1)]
    core_features: list[Text]


class WindowsData(_Strict):
    """Lengths of windows in days."""

    recent_days: Annotated[int, Field(ge=7, le=28)]
    baseline_weeks: Annotated[int, Field(ge=1, le=9)]
    baseline_weeks_min: Annotated[int, Field(ge=1, le=9)]
    mean_days: Annotated[int, Field(ge=2, le=28)]
    count_days: Annotated[int, Field(ge=1, le=90)]
    month_days: Annotated[int, Field(ge=7, le=30)]
    month_fall_pct: Percent
    ticket_days: Annotated[int, Field(ge=1, le=90)]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.baseline_weeks_min > self.baseline_weeks:
            raise ValueError("baseline_weeks_min is above baseline_weeks")
        if self.mean_days > self.recent_days + 7 * self.baseline_weeks:
            raise ValueError("mean_days is longer than recent_days and the baseline together")
        return self


class BandsData(_Strict):
    """Edges of the bands in points."""

    watch_from: Percent
    healthy_from: Percent
    exit_margin: Percent
    coverage_min_pct: Percent

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.watch_from >= self.healthy_from:
            raise ValueError("watch_from must be below healthy_from")
        return self


class MeasureData(_Strict):
    """A line of the weighted score: a measure, its curve (or the name of one) and its weight."""

    measure: Text
    weight: Annotated[float, Field(gt=0, le=100)]
    curve: Curve | Text
    reason: Text


class GroupsData(_Strict):
    """The groups of the weighted score."""

    adoption: dict[str, MeasureData] = {}
    engagement: dict[str, MeasureData] = {}
    billing: dict[str, MeasureData] = {}
    support: dict[str, MeasureData] = {}
    sentiment: dict[str, MeasureData] = {}


class CapData(_Strict):
    """The most the score may be while a condition holds."""

    at: Percent
    when: Text
    reason: Text


class WeightedData(_Strict):
    """The weighted engine."""

    groups: GroupsData
    caps: dict[str, CapData]


class DeductionData(_Strict):
    """Points taken off while a condition holds."""

    points: Annotated[float, Field(gt=0, le=100)]
    when: Text
    reason: Text


class DeductionsData(_Strict):
    """The engine of deductions: presets by name, and the one in use."""

    preset: Text
    presets: dict[str, dict[str, DeductionData]]


class SignalData(_Strict):
    """A risk signal: when it opens, when it closes (else: when it no longer opens), what stops it."""

    family: Literal["explicit", "payment", "behaviour", "sentiment", "commercial", "onboarding", "licensing"]
    severity: Literal["normal", "high"] = "normal"
    when: Text
    clear: Text | None = None
    evidence: Text
    gates: list[Text] = []
    also: list[Audience] = []


class TriggerData(_Strict):
    """A group of evidence for expansion."""

    when: Text
    clear: Text | None = None
    evidence: Text


class ExpansionPreset(_Strict):
    """How many groups of which must be met."""

    groups_min: Annotated[int, Field(ge=1)]
    triggers: dict[str, TriggerData]


class ExpansionData(_Strict):
    """Room to grow."""

    preset: Text
    presets: dict[str, ExpansionPreset]
    blocks: dict[str, Text]
    fill_pct: Annotated[float, Field(gt=0, le=100)]
    ahead_days: Days


class RenewalsData(_Strict):
    """Windows before the anchor, and what nearness is worth."""

    windows: Annotated[list[Days], Field(min_length=1)]
    term_parts: Annotated[int, Field(ge=1, le=12)]
    rolling_days: Days
    rolling_nearness_pct: Percent
    grace_days: Annotated[int, Field(ge=0, le=90)]
    nearness_pct: Curve
    ended_statuses: list[Text]


class AlertsData(_Strict):
    """Who hears what, and how often."""

    repeat_days: Days
    budget_per_day: Annotated[int, Field(ge=0)]
    audiences: dict[
        Literal["at_risk", "recovered", "expansion", "renewal_window", "licensing"], list[Audience]
    ]


class BrakeData(_Strict):
    """How much of the book one day may move."""

    worse_accounts: Annotated[int, Field(ge=0)]
    worse_share_pct: Percent
    mails_per_contact: Annotated[int, Field(ge=0)]


class IntentData(_Strict):
    """Words that speak of cancelling, in all languages together; a star at the end makes a beginning."""

    verbs: list[Text]
    objects: list[Text]
    harmless: list[Text]
    denials: list[Text]
    sayings: list[Text]
    smaller: list[Text] = []
    reach: Annotated[int, Field(ge=1, le=10)]


class SurveysData(_Strict):
    """How long an answer counts, and the ends of each kind's scale."""

    shelf_days: Days
    scales: dict[str, Annotated[list[float], Field(min_length=2, max_length=2)]]


class PolicyData(_Strict):
    """The whole file."""

    engine: Engine
    bands: BandsData
    active: Annotated[dict[str, ActiveData], Field(min_length=1)]
    use: UseData
    windows: WindowsData
    shelf_days: dict[str, Annotated[int, Field(ge=0)]]
    match_rate_min_pct: dict[str, Percent] = {}
    fleet_accounts_min: Annotated[int, Field(ge=1)]
    curves: dict[str, Curve]
    weighted: WeightedData
    deductions: DeductionsData
    gates: dict[str, Text]
    score_gates: list[Text]
    signals: dict[str, SignalData]
    expansion: ExpansionData
    renewals: RenewalsData
    alerts: AlertsData
    brake: BrakeData
    surveys: SurveysData
    urgent_priorities: list[Text]
    intent: IntentData
    retention_days: dict[str, Days]
