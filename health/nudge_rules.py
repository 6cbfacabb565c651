"""Rules of nudges: which letters are sent, when, and what a company says of itself in them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import NamedTuple

ACTIVATION, INVITE, UNUSED, UPGRADE = "finish_activation", "invite_team", "unused_seats", "upgrade_fits"
TRAINING, SPOTLIGHT, CHAMPIONS = "training_invitation", "feature_spotlight", "champion_material"
WELCOME, EXPIRED = "welcome", "licence_expired"
"""The letters, by their templates."""
Words = Mapping[str, str]
"""What a company says in its own words, by language; English always among them."""
REPEATED = frozenset({ACTIVATION, SPOTLIGHT})
"""The letters of which one after the other may be owed, each about something else."""


class Step(NamedTuple):
    """A step of activation: what it is called, why it is worth it, how long it takes, when it is done."""

    step: str
    name: Words
    why: Words
    done_when: Words
    minutes: int
    link: str = ""


class Feature(NamedTuple):
    """A feature by the metric that counts its use, what it is for, and where one begins."""

    metric: str
    name: Words
    why: Words
    minutes: int
    link: str


class Material(NamedTuple):
    """Something that a champion may hand on."""

    name: Words
    about: Words
    link: str


@dataclass(frozen=True, slots=True)
class WelcomeRule:
    """Who has bought something new within so many days, and where they begin."""

    link: str
    within_days: int = 7


@dataclass(frozen=True, slots=True)
class ActivationRule:
    """Who has begun ``after_days`` ago is told of the steps left, until ``until_days``."""

    steps: tuple[Step, ...]
    after_days: int = 3
    until_days: int = 60


@dataclass(frozen=True, slots=True)
class InviteRule:
    """Who has given out less than ``given_out_pct`` of the seats; ``seats_min`` are left at least."""

    after_days: int = 14
    until_days: int = 90
    given_out_pct: float = 50.0
    seats_min: int = 3


@dataclass(frozen=True, slots=True)
class UnusedRule:
    """Whose seats are used by less than ``below_pct``; ``seats_min`` are unused at least."""

    after_days: int = 90
    below_pct: float = 60.0
    seats_min: int = 5


@dataclass(frozen=True, slots=True)
class TrainingRule:
    """Where less than ``adopted_pct`` of at least ``people_min`` with a seat use it."""

    name: Words
    link: str
    minutes: int
    after_days: int = 30
    adopted_pct: float = 60.0
    people_min: int = 5


@dataclass(frozen=True, slots=True)
class UpgradeRule:
    """Who is on one of the plans above which there is another, told at ``link``."""

    link: str
    from_plans: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SpotlightRule:
    """The first of the features that an account that is well used does not use."""

    features: tuple[Feature, ...]


@dataclass(frozen=True, slots=True)
class ChampionRule:
    """What the champions of a healthy account are given to hand on."""

    material: tuple[Material, ...]
    after_days: int = 90


@dataclass(frozen=True, slots=True)
class ExpiredRule:
    """A licence that expired within so many days, and that none has taken the place of."""

    within_days: int = 14


@dataclass(frozen=True, slots=True)
class Caps:
    """At how many letters within so many days a nudge is kept back: those to a person, and to an account.

    All letters count, and only nudges are kept back.
    """

    days: int = 7
    per_contact: int = 2
    per_account: int = 4


@dataclass(frozen=True, slots=True)
class NudgeRules:
    """Which of these letters are sent, each by its rule: none without one.

    What is switched on is owed to all accounts over ``spread_days``. An account gets one in ``rest_days``,
    and the same one in ``again_days`` at most, whatever it is about, but for the steps of activation. A
    welcome is spread over no days and waits for no other; the steps follow it after their ``after_days``.
    ``every_days`` is between two of a letter, of those of which an account tries another number of days.
    ``caps`` are asked as a nudge is to leave, whatever was true as it came to be owed.
    """

    spread_days: int = 1
    rest_days: int = 14
    again_days: int = 90
    welcome: WelcomeRule | None = None
    finish_activation: ActivationRule | None = None
    invite_team: InviteRule | None = None
    unused_seats: UnusedRule | None = None
    training_invitation: TrainingRule | None = None
    upgrade_fits: UpgradeRule | None = None
    feature_spotlight: SpotlightRule | None = None
    champion_material: ChampionRule | None = None
    licence_expired: ExpiredRule | None = None
    every_days: Mapping[str, int] = field(default_factory=dict)
    caps: Caps = Caps()

    @property
    def sent(self) -> frozenset[str]:
        """The letters that are sent, by name."""
        named = (each.name for each in fields(self) if not each.name.endswith(("_days", "caps")))
        return frozenset(name for name in named if getattr(self, name) is not None)
