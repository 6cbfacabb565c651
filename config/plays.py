"""Plays: what to do about a signal, in steps a colleague can follow; another in some segments."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, RootModel

from config import reach
from config.expressions import Expression, ExpressionError, Vocabulary
from config.files import SHIPPED, ConfigError, read
from config.overlaps import taken
from health.rules import NUMBERS, TEXTS

PROFILE = ("size_band", "industry", "country", "region")
"""What a segment may name of an account's own record, beside the measures that rules may name."""
_VOCABULARY = Vocabulary(NUMBERS, (*TEXTS, *PROFILE))

Segment = Mapping[str, float | str | None]
"""What is known of an account by the names that conditions may use; `None` is not known."""


class Play(BaseModel):
    """A play: its title, its steps in order, sentences to say, who owns it and by when.

    ``template`` is a letter that goes with it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    steps: tuple[str, ...] = Field(min_length=1, max_length=3)
    talking_points: tuple[str, ...] = ()
    template: str = ""
    owner_role: str = "csm"
    due_days: PositiveInt = 3


class SegmentPlay(Play):
    """A play for accounts for which a condition holds; what is not known never makes it hold."""

    when: str

    @cached_property
    def condition(self) -> Expression:
        """The condition, checked. Raises `ExpressionError`."""
        return Expression(self.when, _VOCABULARY)


class PlayRule(Play):
    """The play of a signal, and those that stand in its place: the first whose condition holds."""

    segments: list[SegmentPlay] = Field(default_factory=list)

    def of(self, segment: Segment) -> Play:
        """Return the play for an account."""
        fits = (each for each in self.segments if reach.holds(each.condition, segment))
        return next(fits, self)


class _Plays(RootModel[dict[str, PlayRule]]):
    pass


def load_plays(path: Path | None = None) -> Mapping[str, PlayRule]:
    """Return the plays by signal, the shipped ones by default. Raises `config.files.ConfigError`."""
    path = path or SHIPPED / "plays.yaml"
    plays = read(_Plays, path).root
    if problems := [f"{path.name}: {line}" for name, rule in plays.items() for line in _wrong(name, rule)]:
        raise ConfigError(problems)
    return plays


def _wrong(name: str, rule: PlayRule) -> Iterator[str]:
    """Yield what is wrong with the segments of a play: a condition that is none, or that nobody reaches."""
    before: list[Expression] = []
    for at, each in enumerate(rule.segments):
        place = f"{name}.segments.{at}.when"
        try:
            condition = each.condition
        except ExpressionError as error:
            yield f"{place}: {error}"
            continue
        if reach.decided(condition) and reach.witness((condition,)) is None:
            yield f"{place}: can never hold"
        elif taken(condition, before):
            yield f"{place}: never reached: whom it fits a segment before it takes"
        before.append(condition)
