"""What letters say that help a customer on, and the one about a licence that is over.

What a company says in its own words comes as a text by language; a template takes that of the letter.
"""

from datetime import date
from typing import Annotated

from msgspec import Meta

from templates.content import Count, Link, Name, Part
from templates.letters import LetterContent

Words = Annotated[dict[str, Name], Meta(min_length=1)]
"""A text by language, ``en`` among them."""
Minutes = Annotated[int, Meta(gt=0)]
Whole = Annotated[int, Meta(gt=0)]


class StepLine(Part, frozen=True, kw_only=True):
    """A step of activation that is left. ``failed`` says that somebody tried it and it did not work."""

    name: Words
    why: Words
    done_when: Words
    minutes: Minutes
    link: Link | None = None
    failed: bool = False


class WelcomeLetter(LetterContent, frozen=True, kw_only=True):
    """Something new was bought: what it is, seats that are paid for, steps that are left, where to begin."""

    product: str = ""
    seats: Whole | None = None
    steps: Count = 0
    link: Link


class ActivationLetter(LetterContent, frozen=True, kw_only=True):
    """The steps that are left until an account can work, of ``steps`` in all; those done by their names.

    Whoever was ``welcomed`` by a letter of its own is not welcomed again.
    """

    steps: Whole
    left: Annotated[tuple[StepLine, ...], Meta(min_length=1)]
    done: tuple[Words, ...] = ()
    welcomed: bool = False


class InviteLetter(LetterContent, frozen=True, kw_only=True):
    """Seats that wait for somebody: ``given`` of ``seats`` were given out."""

    given: Count
    seats: Whole


class UnusedSeatsLetter(LetterContent, frozen=True, kw_only=True):
    """Seats that nobody uses: ``used`` of ``seats`` are. The term ends on ``renewal_on``."""

    used: Count
    seats: Whole
    active_wording: str = ""
    renewal_on: date | None = None


class TrainingLetter(LetterContent, frozen=True, kw_only=True):
    """A training for people who have a seat and do not use it: ``used`` of ``given`` do."""

    used: Count
    given: Whole
    training: Words
    minutes: Minutes
    link: Link


class UpgradeLetter(LetterContent, frozen=True, kw_only=True):
    """What speaks for a larger plan: requests refused in 30 days, and tries of what is not in it."""

    refused: Count = 0
    tried: Count = 0
    link: Link

    def __post_init__(self) -> None:
        """Refuse a letter that has nothing to say."""
        if not self.refused and not self.tried:
            raise ValueError("a letter about a larger plan needs something that speaks for it")


class SpotlightLetter(LetterContent, frozen=True, kw_only=True):
    """A feature that nobody there uses yet."""

    feature: Words
    why: Words
    minutes: Minutes
    link: Link


class MaterialLine(Part, frozen=True, kw_only=True):
    """Something to hand on."""

    name: Words
    about: Words
    link: Link


class ChampionLetter(LetterContent, frozen=True, kw_only=True):
    """Material that a champion may hand on to colleagues."""

    material: Annotated[tuple[MaterialLine, ...], Meta(min_length=1)]


class ExpiredLetter(LetterContent, frozen=True, kw_only=True):
    """Licences that no longer hold from a day on, how many they are, and the products they are of."""

    expired_on: date
    licences: Whole
    products: tuple[str, ...] = ()


Nudge = (
    WelcomeLetter
    | ActivationLetter
    | InviteLetter
    | UnusedSeatsLetter
    | TrainingLetter
    | UpgradeLetter
    | SpotlightLetter
    | ChampionLetter
    | ExpiredLetter
)
