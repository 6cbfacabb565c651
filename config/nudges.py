"""Nudges as a company tunes them: which are sent, when, and what it says of itself in them."""

from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from config.files import SHIPPED, nearest, read
from health.languages import DEFAULT, LANGUAGES
from health.nudge_rules import (
    ActivationRule,
    Caps,
    ChampionRule,
    ExpiredRule,
    Feature,
    InviteRule,
    Material,
    NudgeRules,
    SpotlightRule,
    Step,
    TrainingRule,
    UnusedRule,
    UpgradeRule,
    WelcomeRule,
)

TEXT_LIMIT = 300
"""Characters of what a company says in one place: a letter is read on a telephone."""
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=TEXT_LIMIT)]
Name = Annotated[str, StringConstraints(pattern=r"^\S(.{0,78}\S)?$")]
Link = Annotated[str, StringConstraints(pattern=r"^https://[^\s<>|\"'`\\]+$", max_length=500)]
Days = Annotated[int, Field(ge=0, le=3_660)]
Percent = Annotated[float, Field(gt=0, le=100)]
Minutes = Annotated[int, Field(ge=1, le=480)]


def _spoken(words: dict[str, str]) -> dict[str, str]:
    for language in words:
        if language not in LANGUAGES:
            raise ValueError(f"no letters are written in {language!r}{nearest(language, LANGUAGES)}")
    if DEFAULT not in words:
        raise ValueError("needed in English: en")
    return words


Words = Annotated[dict[str, Text], AfterValidator(_spoken)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Rule(_Part):
    def rule(self) -> Any:  # noqa: ANN401 - each its own
        raise NotImplementedError


class _Spell(_Rule):
    """Days since the first term began, between which a letter may be owed."""

    after_days: Days
    until_days: Days

    @model_validator(mode="after")
    def _opens(self) -> Self:
        if self.until_days < self.after_days:
            raise ValueError("until_days: they end before they begin (after_days)")
        return self


class WelcomeData(_Rule):
    """See `health.nudge_rules.WelcomeRule`."""

    link: Link
    within_days: int = Field(7, ge=1, le=60)

    def rule(self) -> WelcomeRule:
        """Return it as the rule takes it."""
        return WelcomeRule(**dict(self))


class StepData(_Part):
    """See `health.nudge_rules.Step`."""

    step: Name
    name: Words
    why: Words
    done_when: Words
    minutes: Minutes
    link: Link | None = None


class ActivationData(_Spell):
    """See `health.nudge_rules.ActivationRule`."""

    steps: Annotated[tuple[StepData, ...], Field(min_length=1, max_length=12)]
    after_days: Days = 3
    until_days: Days = 60

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        _once("steps", [each.step for each in self.steps])
        return self

    def rule(self) -> ActivationRule:
        """Return it as the rule takes it."""
        steps = tuple(Step(**{**dict(each), "link": each.link or ""}) for each in self.steps)
        return ActivationRule(steps, self.after_days, self.until_days)


class InviteData(_Spell):
    """See `health.nudge_rules.InviteRule`."""

    after_days: Days = 14
    until_days: Days = 90
    given_out_pct: Percent = 50.0
    seats_min: int = Field(3, ge=1)

    def rule(self) -> InviteRule:
        """Return it as the rule takes it."""
        return InviteRule(**dict(self))


class UnusedData(_Rule):
    """See `health.nudge_rules.UnusedRule`."""

    after_days: Days = 90
    below_pct: Percent = 60.0
    seats_min: int = Field(5, ge=1)

    def rule(self) -> UnusedRule:
        """Return it as the rule takes it."""
        return UnusedRule(**dict(self))


class TrainingData(_Rule):
    """See `health.nudge_rules.TrainingRule`."""

    name: Words
    link: Link
    minutes: Minutes
    after_days: Days = 30
    adopted_pct: Percent = 60.0
    people_min: int = Field(5, ge=1)

    def rule(self) -> TrainingRule:
        """Return it as the rule takes it."""
        return TrainingRule(**dict(self))


class UpgradeData(_Rule):
    """See `health.nudge_rules.UpgradeRule`."""

    link: Link
    from_plans: Annotated[tuple[Name, ...], Field(min_length=1)]

    def rule(self) -> UpgradeRule:
        """Return it as the rule takes it."""
        return UpgradeRule(**dict(self))


class FeatureData(_Part):
    """See `health.nudge_rules.Feature`."""

    metric: Annotated[str, StringConstraints(pattern=r"^(feature|core):\S{1,70}$")]
    name: Words
    why: Words
    minutes: Minutes
    link: Link


class SpotlightData(_Rule):
    """See `health.nudge_rules.SpotlightRule`."""

    features: Annotated[tuple[FeatureData, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        _once("features", [each.metric for each in self.features])
        return self

    def rule(self) -> SpotlightRule:
        """Return it as the rule takes it."""
        return SpotlightRule(tuple(Feature(**dict(each)) for each in self.features))


class MaterialData(_Part):
    """See `health.nudge_rules.Material`."""

    name: Words
    about: Words
    link: Link


class ChampionData(_Rule):
    """See `health.nudge_rules.ChampionRule`."""

    material: Annotated[tuple[MaterialData, ...], Field(min_length=1, max_length=5)]
    after_days: Days = 90

    def rule(self) -> ChampionRule:
        """Return it as the rule takes it."""
        return ChampionRule(tuple(Material(**dict(each)) for each in self.material), self.after_days)


class ExpiredData(_Rule):
    """See `health.nudge_rules.ExpiredRule`."""

    within_days: int = Field(14, ge=1, le=90)

    def rule(self) -> ExpiredRule:
        """Return it as the rule takes it."""
        return ExpiredRule(self.within_days)


class CapData(_Part):
    """See `health.nudge_rules.Caps`."""

    days: int = Field(7, ge=1, le=90)
    per_contact: int = Field(2, ge=1)
    per_account: int = Field(4, ge=1)


class NudgeData(_Part):
    """The whole file: see `health.nudge_rules.NudgeRules`."""

    spread_days: int = Field(14, ge=1, le=90)
    rest_days: int = Field(14, ge=1, le=365)
    again_days: int = Field(90, ge=1, le=365)
    caps: CapData = CapData(days=7, per_contact=2, per_account=4)
    welcome: WelcomeData | None = None
    finish_activation: ActivationData | None = None
    invite_team: InviteData | None = None
    unused_seats: UnusedData | None = None
    training_invitation: TrainingData | None = None
    upgrade_fits: UpgradeData | None = None
    feature_spotlight: SpotlightData | None = None
    champion_material: ChampionData | None = None
    licence_expired: ExpiredData | None = None

    def rules(self) -> NudgeRules:
        """Return it as the rules take it."""
        named = {name: value.rule() for name, value in self if isinstance(value, _Rule)}
        caps = Caps(**self.caps.model_dump())
        return NudgeRules(self.spread_days, self.rest_days, self.again_days, caps=caps, **named)


def _once(where: str, names: list[str]) -> None:
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise ValueError(f"{where}: {twice!r} is there twice")


def load_nudges(path: Path | None = None) -> NudgeRules:
    """Return the rules of nudges, the shipped ones by default. Raises `config.files.ConfigError`."""
    return read(NudgeData, path or SHIPPED / "nudges.yaml").rules()
