"""The help desk as an agent sees it: organizations with the verdict beside them, and notes at tickets."""

from collections.abc import Mapping
from datetime import datetime
from html import unescape
from typing import NamedTuple

from sandbox.zendesk.book import ZendeskBook
from sandbox.zendesk.objects import Organization, Value

PREFIX = "seatsignal_"
BANDS = {"at_risk": "At risk", "watch": "Watch", "healthy": "Healthy", "unknown": "Unknown"}
NOTHING = "\N{EN DASH}"


class Written(NamedTuple):
    """A comment at a ticket, and whether customers read it."""

    text: str
    public: bool
    at: datetime


class Asked(NamedTuple):
    """An open ticket with the comments that were added to it."""

    id: int
    subject: str
    status: str
    comments: tuple[Written, ...]


class Client(NamedTuple):
    """An organization, what our fields say of it (by their names without prefix), and its open tickets."""

    id: int
    name: str
    tags: tuple[str, ...]
    said: Mapping[str, Value]
    tickets: tuple[Asked, ...]
    labels: Mapping[str, str]

    @property
    def band(self) -> str:
        """The health band; empty where nothing was written yet."""
        return str(self.said.get("band") or "").removeprefix(f"{PREFIX}band_")

    @property
    def revenue(self) -> str:
        """The band of its revenue, as people read it."""
        return self.labels.get(str(self.said.get("revenue")), NOTHING)

    @property
    def lines(self) -> list[str]:
        """What takes most off its health."""
        return str(self.said.get("reasons") or "").splitlines()

    @property
    def renewal(self) -> str:
        """A date as people read it."""
        found = self.said.get("renewal_on")
        return datetime.fromisoformat(str(found)).strftime("%-d %b %Y") if found else NOTHING

    @property
    def notes(self) -> int:
        """How many comments were added to its open tickets."""
        return sum(len(each.comments) for each in self.tickets)


def clients(book: ZendeskBook) -> list[Client]:
    """Every organization, those with most to read first."""
    found = [_client(book, each) for each in book.organizations().values()]
    return sorted(found, key=lambda each: (-each.notes, not each.said, each.name))


def _client(book: ZendeskBook, each: Organization) -> Client:
    values = each.organization_fields.items()
    said = {key.removeprefix(PREFIX): value for key, value in values if key.startswith(PREFIX) and value}
    labels = {one.value: one.name for field in book.fields.values() for one in field.custom_field_options}
    return Client(each.id, each.name, each.tags, said, _tickets(book, each.id), labels)


def _tickets(book: ZendeskBook, organization: int) -> tuple[Asked, ...]:
    there = [each for each in book.tickets().values() if each.organization_id == organization]
    return tuple(
        Asked(each.id, each.subject or "(no subject)", each.status, _comments(book, each.id))
        for each in there
        if each.status not in {"solved", "closed"}
    )


def _comments(book: ZendeskBook, ticket: int) -> tuple[Written, ...]:
    found = [each for each in book.audits if each.ticket_id == ticket]
    return tuple(
        Written(
            unescape(each.comment.html_body.replace("<br>", "\n")),
            each.comment.public,
            datetime.fromisoformat(each.created_at),
        )
        for each in found
    )
