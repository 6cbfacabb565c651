"""Targets: what licences and revenue are to be, of the whole book or of a segment."""

from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, RootModel, model_validator

from config.files import SHIPPED, nearest, read
from health.figures.segments import SEGMENTS


class TargetRule(BaseModel):
    """A figure's target: licences in number, MRR in major units of ``currency``, within a tolerance.

    ``by`` and ``segment`` name the part of the book it is for; without them it is for all.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    figure: Literal["active_licences", "mrr"]
    value: float = Field(gt=0)
    tolerance_pct: float = Field(default=5.0, ge=0, le=100)
    by: str = ""
    segment: str = ""
    currency: str = Field(default="", pattern="^([A-Z]{3})?$")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if bool(self.by) != bool(self.segment):
            raise ValueError("by and segment go together")
        if self.by and self.by not in SEGMENTS:
            raise ValueError(f"{self.by!r} is nothing to split by{nearest(self.by, SEGMENTS)}")
        if (self.figure == "mrr") != bool(self.currency):
            raise ValueError("mrr needs a currency, and licences have none")
        if self.figure == "mrr" and self.by:
            raise ValueError("mrr has a target as a whole alone")
        return self


class _Targets(RootModel[list[TargetRule]]):
    pass


def load_targets(path: Path | None = None) -> tuple[TargetRule, ...]:
    """Return the targets, the shipped ones (none) by default. Raises `config.files.ConfigError`."""
    return tuple(read(_Targets, path or SHIPPED / "targets.yaml").root)
