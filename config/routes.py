"""Who gets what, through what."""

from collections.abc import Collection, Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Literal, Self, get_args
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from config.files import SHIPPED, nearest, read
from health.colleagues import Absence, Colleague, Found, addressees
from health.hours import Hours
from health.identity import CRMS

SLACK = "slack"
OPPORTUNITIES = "opportunities"
CARDS: Mapping[str, str] = {"apprise": "Apprise", "teams": "Teams"}
"""The destinations that are told in cards, as people call them: a channel has an address of its own there."""
PLAIN = CRMS | {"webhook"}
"""The destinations whose words are plain text, and that are told whose task it is by address."""
Sender = Literal["mail", "postmark", "ses"]
SENDERS: tuple[Sender, ...] = get_args(Sender)
"""The destinations that letters may leave through."""
Helpdesk = Literal["", "zendesk"]
"""A help desk that verdicts can be written to; or none."""
Pipeline = Literal["", "hubspot", "salesforce"]
"""A CRM that opportunities can be kept in; or none."""


class Route(BaseModel):
    """A destination by name, and the owner as it understands one: a channel, an address.

    A CRM needs no owner: its tasks stand at the record of the account.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    destination: str
    owner: str = ""


class ContactHours(BaseModel):
    """The hours of a working day at which customers may be written to, by the clock of each account."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    opens: int = Field(ge=0, le=23)
    closes: int = Field(ge=1, le=24)

    @model_validator(mode="after")
    def _some(self) -> Self:
        if self.closes <= self.opens:
            raise ValueError("they must close later than they open, within a day: 8 and 18 for instance")
        return self

    def hours(self) -> Hours:
        """Return them as the rule takes them."""
        return Hours(self.opens, self.closes)


class Person(BaseModel):
    """A colleague: their Slack id, who stands in for them, days away (both included), whether they left.

    Without an id Slack is asked for it by their address.
    With ``hours`` they are told nothing outside these, by the clock of ``timezone``, but what is urgent.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    slack: str = Field("", pattern=r"^([UW][A-Z0-9]{2,31})?$")
    backup: str = ""
    away: tuple[tuple[date, date], ...] = ()
    left: bool = False
    timezone: str = "UTC"
    hours: ContactHours | None = None

    @field_validator("timezone")
    @classmethod
    def _is_one(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ValueError, OSError, KeyError):
            raise ValueError(f"{name!r} is no time zone: Europe/Berlin for instance") from None
        return name

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        for first, last in self.away:
            if last < first:
                raise ValueError(f"away from {first} to {last}: the last day comes before the first")
        return self

    def colleague(self) -> Colleague:
        """Return them as the rule takes them."""
        away = tuple(Absence(first, last) for first, last in self.away)
        return Colleague(self.slack, self.backup, away, self.left)

    def completed(self, found: Found | None) -> "Person":
        """Return them with what was found of them in Slack, where nobody has set it."""
        if found is None or self.slack or self.left:
            return self
        return self.model_copy(update={"slack": found.id, "left": found.left})


class Escalation(BaseModel):
    """After how many hours an alert that nobody has taken on is told to the next one, and to whom at last.

    The manager is a channel, a Slack id, or one of the people by their address.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    after_hours: int = Field(24, ge=1, le=24 * 30)
    manager: str = ""


class Routes(BaseModel):
    """Routes per audience, and the roles of contacts that each letter goes to.

    ``people`` are colleagues by their address: what an account's owner should know reaches them, or who
    stands in for them, and the route's channel where nobody of them is there.
    With ``find_owners`` owners of accounts who are none of them are looked for in Slack by their address.
    ``alerts_a_day`` is of how many alerts a person is told in 24 hours; the rest stands in a digest.
    ``escalation`` says when an alert climbs, and to whom at last.
    ``hours`` are those at which letters leave; at any time without them.
    ``sender`` is what letters leave through.
    ``record`` is the CRM whose records of our accounts hold the verdict; none if empty.
    ``opportunities`` is the CRM that renewals and room to grow are opportunities in; none if empty.
    ``helpdesk`` is where support reads it, in fields of organizations and in notes at tickets; none if empty.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    csm: Route
    sales: Route
    ops: Route
    record: str = ""
    opportunities: Pipeline = ""
    helpdesk: Helpdesk = ""
    sender: Sender = "mail"
    letters: dict[str, tuple[str, ...]]
    people: dict[str, Person] = {}
    find_owners: bool = False
    alerts_a_day: int = Field(5, ge=1)
    escalation: Escalation = Escalation(after_hours=24)
    hours: ContactHours | None = None

    def of(self, audience: str) -> Route:
        """Return the route of an audience: csm, sales or ops."""
        route: Route = getattr(self, audience)
        return route

    @model_validator(mode="after")
    def _known(self) -> Self:
        known = {address.lower() for address in self.people}
        for address, person in self.people.items():
            if person.backup and person.backup.lower() not in known:
                meant = nearest(person.backup, sorted(known))
                raise ValueError(f"people.{address}.backup: {person.backup!r} is none of them{meant}")
        manager = self.escalation.manager.lower()
        if "@" in manager and manager not in known:
            raise ValueError(
                f"escalation.manager: {manager!r} is none of people{nearest(manager, sorted(known))}"
            )
        return self

    @property
    def by_address(self) -> bool:
        """Tell whether what Slack answers about addresses is part of whom these routes lead to."""
        slack = SLACK in {self.csm.destination, self.sales.destination}
        return slack and bool(self.find_owners or self.sought or "@" in self.escalation.manager)

    @property
    def sought(self) -> frozenset[str]:
        """The addresses (small letters) of people whose Slack id nobody has set."""
        unset = (address for address, each in self.people.items() if not each.slack and not each.left)
        return frozenset(map(str.lower, unset))

    def completed(self, found: Mapping[str, Found]) -> "Routes":
        """Return these with who was found in Slack, by address (small letters); what is set goes first."""
        people = {
            address: each.completed(found.get(address.lower())) for address, each in self.people.items()
        }
        if self.find_owners:
            known = {address.lower() for address in people}
            others = {address: each for address, each in found.items() if each.id and address not in known}
            people |= {address: Person(slack=each.id, left=each.left) for address, each in others.items()}
        manager = self.escalation.manager
        if "@" in manager:
            named = {address.lower(): each for address, each in people.items()}[manager.lower()]
            manager = "" if named.left else named.slack
        said = {name: getattr(self, name) for name in Routes.model_fields}
        escalation = self.escalation.model_copy(update={"manager": manager})
        return Routes.model_validate(said | {"people": people, "escalation": escalation})

    @cached_property
    def colleagues(self) -> dict[str, Colleague]:
        """Colleagues by their address in small letters."""
        return {address.lower(): person.colleague() for address, person in self.people.items()}

    def named(self, destination: str) -> frozenset[str]:
        """Return what routes name at a destination: owners, and `OPPORTUNITIES` where these are kept.

        Who an alert climbs to is told in Slack.
        """
        routes = (self.csm, self.sales, self.ops)
        named = {route.owner for route in routes if route.destination == destination}
        named |= {self.escalation.manager} if destination == SLACK else set()
        named |= {OPPORTUNITIES} if destination == self.opportunities else set()
        return frozenset(filter(None, named))

    def is_person(self, owner: str) -> bool:
        """Tell whether a route's owner is one of the people, by their Slack id."""
        return owner in self.zones

    @cached_property
    def zones(self) -> dict[str, ZoneInfo]:
        """The time zone of each of the people, by their Slack id."""
        return {each.slack: ZoneInfo(each.timezone) for each in self.people.values() if each.slack}

    def addresses(self, slack: str) -> frozenset[str]:
        """Return under which addresses (small letters) somebody looks after accounts, by their Slack id.

        None of whoever has left, or is none of the people.
        """
        theirs = ((address, each) for address, each in self.people.items() if slack and each.slack == slack)
        return frozenset(address.lower() for address, each in theirs if not each.left)

    def has_left(self, slack: str) -> bool:
        """Tell whether somebody was one of the people, by their Slack id, and has left."""
        return self.is_person(slack) and not self.addresses(slack)

    def may_ask(self, slack: str, places: Collection[str]) -> bool:
        """Tell whether somebody may be told of any account in a place: a channel by its id and its name.

        Colleagues may anywhere, for nobody else reads it; others where alerts are told to all who are there.
        """
        if self.is_person(slack):
            return not self.has_left(slack)
        owners = {self.csm.owner if self.csm.destination == SLACK else "", self.escalation.manager}
        return bool({owner.removeprefix("#") for owner in owners if owner} & {slack, *places})

    def hours_of(self, owner: str) -> tuple[Hours, ZoneInfo] | None:
        """Return the hours at which a person may be told something, by their Slack id, and their zone."""
        return self._hours_by_owner.get(owner)

    @cached_property
    def _hours_by_owner(self) -> dict[str, tuple[Hours, ZoneInfo]]:
        told = (person for person in self.people.values() if person.slack and person.hours)
        return {each.slack: (each.hours.hours(), ZoneInfo(each.timezone)) for each in told if each.hours}

    def to(self, audience: str, owner: str, on: date) -> Route:
        """Return the route to an account's owner, by address, on a day: to them or whoever stands in.

        That is in Slack alone: a CRM's tasks stand at the record, and name the owner.
        """
        route = self.of(audience)
        if route.destination != SLACK:
            return route
        reached = addressees(owner, self.colleagues, on)
        return Route(destination=route.destination, owner=reached[0]) if reached else route

    def ladder(self, audience: str, owner: str, on: date) -> tuple[str, ...]:
        """Return whom an owner's alert is told to, one after the other, until somebody takes it on.

        The owner and who stands in, the route's channel, the manager.
        """
        rungs = (*addressees(owner, self.colleagues, on), self.of(audience).owner, self.escalation.manager)
        return tuple(dict.fromkeys(rung for rung in rungs if rung))

    def crms(self) -> frozenset[str]:
        """Return the CRMs and the help desk that anything is written to: by the ids of their own records."""
        named = {
            self.record,
            self.opportunities,
            *(self.of(audience).destination for audience in ("csm", "sales")),
        }
        return (CRMS & named) | ({self.helpdesk} if self.helpdesk else frozenset())


def load_routes(path: Path | None = None) -> Routes:
    """Return the routes, the shipped ones by default. Raises `config.files.ConfigError`."""
    return read(Routes, path or SHIPPED / "routes.yaml")
