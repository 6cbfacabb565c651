"""Whether a customer's mail leaves by itself, once a person approves it, or never by our hand."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from config import reach
from config.expressions import Expression, ExpressionError, Vocabulary
from config.files import SHIPPED, ConfigError, nearest, read
from config.overlaps import taken
from config.plays import PROFILE, Segment
from health.letters import LETTERS
from health.rules import NUMBERS, TEXTS

Mode = Literal["automatic", "approval", "draft", "until_clean"]
"""``until_clean`` is approval, until so many of a template were clean ones, and automatic from then on."""
AUTOMATIC: Mode = "automatic"
APPROVAL: Mode = "approval"
DRAFT: Mode = "draft"
UNTIL_CLEAN: Mode = "until_clean"
_VOCABULARY = Vocabulary(NUMBERS, (*TEXTS, *PROFILE))
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]


class Chosen(NamedTuple):
    """The mode of a mail, and the rule that says so; its name is empty where no rule holds."""

    mode: Mode
    rule: str = ""


class ModeRule(BaseModel):
    """The mode of some templates (all, if none is named) for accounts for which a condition holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    mode: Mode
    templates: tuple[str, ...] = ()
    when: str = ""

    @cached_property
    def condition(self) -> Expression | None:
        """The condition, checked; `None` where it holds for all. Raises `ExpressionError`."""
        return Expression(self.when, _VOCABULARY) if self.when else None

    def speaks_of(self, template: str) -> bool:
        """Tell whether it is about a template."""
        return not self.templates or template in self.templates


class Modes(BaseModel):
    """The rules in the order in which they are tried, and how approval goes.

    ``clean`` ones of a template, and it leaves by itself where no rule says otherwise. What nobody decides
    within ``expires_hours`` is never sent; operators are told ``warn_hours`` before.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    clean: int = Field(default=20, ge=1)
    expires_hours: int = Field(default=168, ge=1, le=24 * 90)
    warn_hours: int = Field(default=24, ge=1, le=24 * 30)
    rules: tuple[ModeRule, ...] = ()

    def needs_segment(self, template: str) -> bool:
        """Tell whether any rule about a template asks what the account is."""
        return any(rule.when for rule in self.rules if rule.speaks_of(template))

    def of(self, template: str, segment: Segment) -> Chosen:
        """Return the mode of a template for an account: that of the first rule that holds.

        Where nobody knows whether one holds, a person looks at it: one rule may have kept it back.
        """
        for rule in self.rules:
            if not rule.speaks_of(template):
                continue
            if rule.condition is None or reach.holds(rule.condition, segment):
                return Chosen(rule.mode, rule.name)
            if not reach.fails(rule.condition, segment):
                return Chosen(DRAFT if rule.mode == DRAFT else APPROVAL, rule.name)
        return Chosen(UNTIL_CLEAN)


def load_modes(path: Path | None = None) -> Modes:
    """Return the modes, the shipped ones by default. Raises `config.files.ConfigError`."""
    file = path or SHIPPED / "modes.yaml"
    modes = read(Modes, file)
    if problems := [f"{file.name}: {line}" for line in _wrong(modes)]:
        raise ConfigError(problems)
    return modes


def _wrong(modes: Modes) -> Iterator[str]:
    if modes.warn_hours >= modes.expires_hours:
        yield "warn_hours: nobody can be told earlier than the mail is there: fewer than expires_hours"
    before: dict[str, ModeRule] = {}
    for rule in modes.rules:
        if rule.name in before:
            yield f"rules: two are named {rule.name!r}"
        yield from (f"rules.{rule.name}.{line}" for line in _wrong_rule(rule, before))
        before[rule.name] = rule


def _wrong_rule(rule: ModeRule, before: Mapping[str, ModeRule]) -> Iterator[str]:
    for template in rule.templates:
        if template not in LETTERS:
            yield f"templates: {template!r} is no letter{nearest(template, list(LETTERS))}"
    try:
        condition = rule.condition
    except ExpressionError as error:
        yield f"when: {error}"
        return
    if condition and reach.decided(condition) and reach.witness((condition,)) is None:
        yield "when: can never hold"
    elif other := next((each.name for each in before.values() if _takes(each, rule)), ""):
        yield f"never reached: what it is about {other!r} takes before"


def _takes(first: ModeRule, rule: ModeRule) -> bool:
    """Tell whether whatever a rule is about an earlier one decides."""
    about = rule.templates or tuple(LETTERS)
    if not all(map(first.speaks_of, about)):
        return False
    if first.condition is None or rule.condition is None:
        return first.condition is None
    return taken(rule.condition, [first.condition])
