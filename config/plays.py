"""Plays: what to do about a signal, in steps a colleague can follow."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, RootModel

from config.files import SHIPPED, read


class PlayRule(BaseModel):
    """A play: its title, its steps in order, sentences to say, who owns it and by when."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    steps: tuple[str, ...] = Field(min_length=1, max_length=3)
    talking_points: tuple[str, ...] = ()
    owner_role: str = "csm"
    due_days: PositiveInt = 3


class _Plays(RootModel[dict[str, PlayRule]]):
    pass


def load_plays(path: Path | None = None) -> Mapping[str, PlayRule]:
    """Return the plays by signal, the shipped ones by default. Raises `config.files.ConfigError`."""
    return read(_Plays, path or SHIPPED / "plays.yaml").root
