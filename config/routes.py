"""Who gets what, through what."""

from pathlib import Path
from typing import Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from config.files import SHIPPED, read
from health.hours import Hours
from health.identity import CRMS

Sender = Literal["mail", "postmark"]
SENDERS: tuple[Sender, ...] = get_args(Sender)
"""The destinations that letters may leave through."""


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


class Routes(BaseModel):
    """Routes per audience, and the roles of contacts that each letter goes to.

    ``hours`` are those at which letters leave; at any time without them.
    ``sender`` is what letters leave through.
    ``record`` is the CRM whose records of our accounts hold the verdict; none if empty.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    csm: Route
    sales: Route
    ops: Route
    record: str = ""
    sender: Sender = "mail"
    letters: dict[str, tuple[str, ...]]
    hours: ContactHours | None = None

    def of(self, audience: str) -> Route:
        """Return the route of an audience: csm, sales or ops."""
        route: Route = getattr(self, audience)
        return route

    def crms(self) -> frozenset[str]:
        """Return the CRMs that anything is written to: by the ids of their own records."""
        named = {self.record, *(self.of(audience).destination for audience in ("csm", "sales"))}
        return CRMS & named


def load_routes(path: Path | None = None) -> Routes:
    """Return the routes, the shipped ones by default. Raises `config.files.ConfigError`."""
    return read(Routes, path or SHIPPED / "routes.yaml")
