"""Experiments as people plan and review them; nothing here starts one (`seatsignal experiment start`)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
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
from health.experiments import METRICS, Experiment
from health.letters import LETTERS, NOTICE

STRATA = (*PROFILE, "customer_type", "plan", "licence_model")
"""What accounts may be told apart by."""
_FULL = 100

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class ExperimentRule(BaseModel):
    """What is planned: see `health.experiments.Experiment`. A tenth is held out unless it says otherwise."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hypothesis: Words
    letter: str
    metric: Literal["expanded", "renewed", "churned", "activated"]
    within_days: int = Field(ge=1, le=730)
    baseline_pct: float = Field(gt=0, lt=_FULL)
    effect_points: float = Field(gt=0, lt=_FULL)
    hold_out_pct: float = Field(default=10.0, ge=1, le=50)
    alpha: float = Field(default=0.05, ge=0.001, le=0.05)
    power: float = Field(default=0.8, ge=0.5, le=0.99)
    strata: tuple[str, ...] = ()

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
    def _can_be(self) -> Self:
        aim = self.baseline_pct + METRICS[self.metric] * self.effect_points
        if not 0 < aim < _FULL:
            raise ValueError(f"such an effect would bring {self.metric} to {aim:g} % of the accounts")
        return self


class _Experiments(RootModel[dict[Name, ExperimentRule]]):
    pass


def load_experiments(path: Path | None = None) -> Mapping[str, Experiment]:
    """Return what is planned, by name; what is shipped by default. Raises `config.files.ConfigError`."""
    rules = read(_Experiments, path or SHIPPED / "experiments.yaml").root
    return {name: Experiment(name, **rule.model_dump()) for name, rule in rules.items()}
