"""When customers are told of a renewal, by where they are, what they are and how long their term is."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from config.files import SHIPPED, ConfigError, read
from health.letters import LetterRule

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Words = tuple[Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)], ...]


class RenewalRule(BaseModel):
    """See `health.letters.LetterRule`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    windows: tuple[Annotated[int, Field(ge=1, le=365)], ...]
    countries: Words = ()
    regions: Words = ()
    customer_types: Words = ()
    term_days_min: int = Field(0, ge=0, le=3_660)
    auto_renew: bool | None = None
    between: tuple[int, int] | None = None
    needs: Words = ()

    @model_validator(mode="after")
    def _can_leave(self) -> Self:
        if self.between is None:
            return self
        most, fewest = self.between
        if not most >= fewest >= 0:
            raise ValueError("between: the most days ahead come first, such as [45, 15]")
        outside = [days for days in self.windows if not fewest <= days <= most]
        if outside:
            raise ValueError(
                f"windows: {outside[0]} days are not between {most} and {fewest}: it never leaves"
            )
        return self

    def rule(self) -> LetterRule:
        """Return it as the rule takes it."""
        return LetterRule(**self.model_dump())


class LetterPolicy(BaseModel):
    """The rules of renewal letters, in the order in which they are tried."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    renewal: tuple[RenewalRule, ...]

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        names = [rule.name for rule in self.renewal]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice:
            raise ValueError(f"renewal: two rules are named {twice!r}")
        return self


def load_letters(path: Path | None, opened: Sequence[int], stated: frozenset[str]) -> tuple[LetterRule, ...]:
    """Return the rules of renewal letters, the shipped ones by default. Raises `config.files.ConfigError`.

    ``opened`` are the renewal windows of the policy; ``stated`` the fields that the letter states in each of
    its parts: a letter that lacks what a rule needs is refused here, and not as it is due.
    """
    file = path or SHIPPED / "letters.yaml"
    rules = [each.rule() for each in read(LetterPolicy, file).renewal]
    problems = [
        f"{file.name}: renewal.{rule.name}.{place}"
        for rule in rules
        for place in (*_never_open(rule, opened), *_not_stated(rule, stated))
    ]
    if problems:
        raise ConfigError(problems)
    return tuple(rules)


def _never_open(rule: LetterRule, opened: Sequence[int]) -> list[str]:
    known = ", ".join(map(str, opened))
    never = [days for days in rule.windows if days not in opened]
    return [f"windows: none of {days} days ever opens; there are {known}" for days in never]


def _not_stated(rule: LetterRule, stated: frozenset[str]) -> list[str]:
    missing = [name for name in rule.needs if name not in stated]
    return [f"needs: the letter does not state {name!r} in both its parts" for name in missing]
