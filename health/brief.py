"""Brief: all that a person wants at hand before they speak with a customer, as one value.

Names of people and roles, never an address. What is not known is `None`, and is said so.
"""

from dataclasses import dataclass
from datetime import date

from health.family import Kin
from health.review import Growth, Line, Meaning


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at the customer; ``name`` is empty where nobody stated one."""

    role: str
    name: str


@dataclass(frozen=True, slots=True)
class Renewal:
    """The next date on which someone must act, and what it is: ``anchor`` says so in words."""

    anchor: str
    anchor_on: date
    days: int
    term_ends_on: date | None
    auto_renew: bool | None


@dataclass(frozen=True, slots=True)
class OpenFlag:
    """A condition that stands, with its evidence of today and since when."""

    kind: str
    reason: str
    state: str
    severity: str
    evidence: str
    since: date | None


@dataclass(frozen=True, slots=True)
class Talk:
    """What to do about a flag: the play's steps in order, what to say, whose it is and by when.

    ``template`` is the letter that goes with it; empty where there is none.
    """

    flag: str
    title: str
    steps: tuple[str, ...]
    talking_points: tuple[str, ...]
    owner_role: str
    due_on: date | None
    template: str = ""


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """A ticket that is not solved."""

    ticket: str
    opened_on: date
    days: int
    priority: str
    subject: str


@dataclass(frozen=True, slots=True)
class Message:
    """What was sent about the account, or is owed: the template, where to, and how it stands."""

    on: date
    template: str
    destination: str
    status: str


@dataclass(frozen=True, slots=True)
class Brief:
    """The brief of an account, by its latest verdict; ``health``, ``low`` and ``high`` are of 100.

    ``delta`` is the change since the verdict of ``since``, told line by line in ``changes``. ``ahead`` says
    what would change the verdict, ``family`` where the account stands in its own. ``notes`` say what to know
    first.
    """

    key: str
    name: str
    as_of: date
    band: str
    by_hand: str
    health: float
    low: float
    high: float
    coverage_pct: float
    delta: float | None
    since: date | None
    reasons: tuple[str, ...]
    changes: tuple[str, ...]
    ahead: tuple[str, ...]
    figures: tuple[Line, ...]
    active_wording: str
    csm: str
    contacts: tuple[Person, ...]
    renewal: Renewal | None
    flags: tuple[OpenFlag, ...]
    talks: tuple[Talk, ...]
    tickets: tuple[OpenTicket, ...]
    messages: tuple[Message, ...]
    growth: Growth | None
    kin: Kin
    family: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    meanings: tuple[Meaning, ...] = ()
