"""Experiments as people plan and review them; nothing here starts one (`seatsignal experiment start`)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    RootModel,
    StringConstraints,
    field_validator,
    model_validator,
)

from config.files import SHIPPED, nearest, read
from config.plays import PROFILE
from health.experiments import METRICS, Experiment, Variant
from health.languages import LANGUAGES
from health.letters import LETTERS, NOTICE
from health.nudge_rules import REPEATED

STRATA = (*PROFILE, "customer_type", "plan", "licence_model")
"""What accounts may be told apart by."""
_FULL, _HALF, _TENTH = 100, 50.0, 10.0

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


def _in_all(words: dict[str, str]) -> dict[str, str]:
    """Refuse words that lack a language: half of the readers would get something else than what is tried."""
    for language in words:
        if language not in LANGUAGES:
            raise ValueError(f"no letters are written in {language!r}{nearest(language, LANGUAGES)}")
    missing = [language for language in LANGUAGES if language not in words]
    if missing:
        raise ValueError(f"needed in every language of letters; missing: {', '.join(missing)}")
    return words


Subject = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Note = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]


class VariantData(BaseModel):
    """See `health.experiments.Variant`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    subject: Annotated[dict[str, Subject], AfterValidator(_in_all)] | None = None
    note: Annotated[dict[str, Note], AfterValidator(_in_all)] | None = None
    every_days: int | None = Field(None, ge=1, le=365)

    @model_validator(mode="after")
    def _differs(self) -> Self:
        if not (self.subject or self.note or self.every_days):
            raise ValueError("it changes nothing: give a subject, a note or every_days")
        return self

    def variant(self) -> Variant:
        """Return it as an experiment takes it."""
        return Variant(self.name, self.subject or {}, self.note or {}, self.every_days)


class ExperimentRule(BaseModel):
    """What is planned: see `health.experiments.Experiment`.

    A tenth is held out unless it says otherwise; of a variant, a half.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    hypothesis: Words
    letter: str
    metric: Literal["expanded", "renewed", "churned", "activated"]
    within_days: int = Field(ge=1, le=730)
    baseline_pct: float = Field(gt=0, lt=_FULL)
    effect_points: float = Field(gt=0, lt=_FULL)
    hold_out_pct: float | None = Field(default=None, ge=1, le=50)
    alpha: float = Field(default=0.05, ge=0.001, le=0.05)
    power: float = Field(default=0.8, ge=0.5, le=0.99)
    strata: tuple[str, ...] = ()
    variant: VariantData | None = None

    @field_validator("letter")
    @classmethod
    def _may_stay_away(cls, letter: str) -> str:
        if letter not in LETTERS:
            raise ValueError(f"{letter!r} is no letter{nearest(letter, list(LETTERS))}")
        if LETTERS[letter] == NOTICE:
            raise ValueError(f"{letter!r} is a notice: it is held back from nobody")
        return letter

    @field_validator("strata")
    @classmethod
    def _are_known(cls, strata: tuple[str, ...]) -> tuple[str, ...]:
        for name in strata:
            if name not in STRATA:
                raise ValueError(f"accounts are not told apart by {name!r}{nearest(name, STRATA)}")
        if len(set(strata)) < len(strata):
            raise ValueError("each may be named once")
        return strata

    @model_validator(mode="after")
    def _comes_again(self) -> Self:
        if self.variant and self.variant.every_days and self.letter not in REPEATED:
            several = " and ".join(sorted(REPEATED))
            raise ValueError(f"variant.every_days: {self.letter} comes once; {several} come again")
        return self

    @model_validator(mode="after")
    def _can_be(self) -> Self:
        aim = self.baseline_pct + METRICS[self.metric] * self.effect_points
        if not 0 < aim < _FULL:
            raise ValueError(f"such an effect would bring {self.metric} to {aim:g} % of the accounts")
        return self

    def experiment(self, name: str) -> Experiment:
        """Return it as it is planned."""
        held_out = self.hold_out_pct or (_HALF if self.variant else _TENTH)
        said = self.model_dump() | {"hold_out_pct": held_out}
        return Experiment(name, **said | {"variant": self.variant.variant() if self.variant else None})


class _Experiments(RootModel[dict[Name, ExperimentRule]]):
    pass


def load_experiments(path: Path | None = None) -> Mapping[str, Experiment]:
    """Return what is planned, by name; what is shipped by default. Raises `config.files.ConfigError`."""
    rules = read(_Experiments, path or SHIPPED / "experiments.yaml").root
    return {name: rule.experiment(name) for name, rule in rules.items()}
