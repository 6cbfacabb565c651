"""What Zendesk holds of the rehearsed company. Each change that people see is an effect in the ledger."""

from collections.abc import Mapping
from datetime import UTC, datetime
from operator import attrgetter
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from sandbox.clock import Clock
from sandbox.ledger import Action, Ledger
from sandbox.zendesk.jobs import Jobs
from sandbox.zendesk.objects import (
    Audit,
    Comment,
    Organization,
    OrganizationField,
    SatisfactionRating,
    Ticket,
    Value,
)

HELD_BACK_S = 60
"""The exports leave out what changed in the last minute."""
KEY = "seatsignal_key"
FIRST_AUDIT = 40_000_000_001
MOST_TOLD = 60
"""Characters of a value that an effect quotes."""


class Contents(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a seed says. Cursors that point before ``cursors_since_s`` (seconds since 1970) are forgotten.

    A job is done once Zendesk was asked ``job_steps`` times for anything.
    """

    organizations: tuple[Organization, ...] = ()
    tickets: tuple[Ticket, ...] = ()
    satisfaction_ratings: tuple[SatisfactionRating, ...] = ()
    organization_fields: tuple[OrganizationField, ...] = ()
    cursors_since_s: int = 0
    job_steps: int = 1


CONTENTS = msgspec.json.Decoder(Contents)


class Granted(NamedTuple):
    """An OAuth token: the instant it ends, and what it allows."""

    ends_s: float
    scopes: frozenset[str]


class ZendeskBook:
    """Everything that the stand-in knows, the OAuth tokens it gave out, and its jobs."""

    def __init__(self, clock: Clock, ledger: Ledger) -> None:
        """Start with nothing."""
        self._clock = clock
        self._ledger = ledger
        self.tokens: dict[str, Granted] = {}
        self._fill(Contents())

    def load(self, content: bytes) -> None:
        """Hold what a JSON document says, instead of what was held."""
        self._fill(CONTENTS.decode(content))

    def clear(self) -> None:
        """Hold nothing."""
        self._fill(Contents())
        self.tokens.clear()

    def _fill(self, given: Contents) -> None:
        self._contents = given
        self._organizations = {each.id: each for each in given.organizations}
        self._tickets = {each.id: each for each in given.tickets}
        self.fields = {each.key: each for each in given.organization_fields}
        self.audits: list[Audit] = []
        self.jobs = Jobs(given.job_steps)

    # -- reading ---------------------------------------------------------------------------------------

    def now_s(self) -> float:
        """The instant it is, in seconds since 1970."""
        return self._clock.now_s()

    def _now(self) -> str:
        return datetime.fromtimestamp(self.now_s(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    @property
    def cursors_since_s(self) -> int:
        """Before which instant a cursor must not point."""
        return self._contents.cursors_since_s

    def exported_organizations(self) -> list[Organization]:
        """What the export shows, in the order of change."""
        at_s = self.now_s() - HELD_BACK_S
        seen = filter(None, (each.seen(at_s) for each in self._organizations.values()))
        return sorted(seen, key=attrgetter("changed_s", "id"))

    def exported_tickets(self) -> list[Ticket]:
        """What the export shows, in the order of change."""
        at_s = self.now_s() - HELD_BACK_S
        seen = filter(None, (each.seen(at_s) for each in self._tickets.values()))
        return sorted(seen, key=attrgetter("generated_timestamp", "id"))

    def organizations(self) -> dict[int, Organization]:
        """The organizations that are there now, by id; deleted ones are not."""
        seen = filter(None, (each.seen(self.now_s()) for each in self._organizations.values()))
        return {each.id: each for each in seen if each.deleted_at is None}

    def tickets(self) -> dict[int, Ticket]:
        """The tickets that are there now, by id; deleted ones are not."""
        seen = filter(None, (each.seen(self.now_s()) for each in self._tickets.values()))
        return {ticket.id: ticket for ticket in seen if ticket.status != "deleted"}

    def ratings(self) -> list[SatisfactionRating]:
        """The ratings that were asked for by now, in the order of their ids."""
        seen = filter(None, (each.seen(self.now_s()) for each in self._contents.satisfaction_ratings))
        return sorted(seen, key=attrgetter("id"))

    # -- writing ---------------------------------------------------------------------------------------

    def change(self, each: Organization, values: Mapping[str, Value]) -> None:
        """Write values of fields; saying again what is said already shows nobody anything."""
        before = each.organization_fields
        changed = {key: value for key, value in values.items() if before.get(key) != value}
        if changed:
            after = replace(each, organization_fields={**before, **changed}, updated_at=self._now())
            self._organizations[each.id] = after
            told = ", ".join(_told(key, before.get(key), value) for key, value in changed.items())
            self._record("write", f"organization:{each.id}", each.id, each.name, told)

    def tag(self, each: Organization, tags: tuple[str, ...]) -> None:
        """Let an organization have these tags."""
        if set(tags) != set(each.tags):
            self._organizations[each.id] = replace(each, tags=tags, updated_at=self._now())
            self._record(
                "update", f"organization:{each.id}", each.id, each.name, f"tags {' '.join(tags) or 'none'}"
            )

    def note(self, ticket: Ticket, comment: Comment, custom: dict[str, str]) -> Audit:
        """Add a comment to a ticket: the export shows the ticket again."""
        audit = Audit(
            id=FIRST_AUDIT + 10 * len(self.audits),
            ticket_id=ticket.id,
            created_at=self._now(),
            comment=comment,
            custom=custom,
        )
        self.audits.append(audit)
        changed = {"updated_at": self._now(), "generated_timestamp": int(self.now_s())}
        self._tickets[ticket.id] = replace(ticket, **changed)
        place = f"ticket {ticket.id} ({'everybody' if comment.public else 'agents'})"
        key = custom.get(KEY, f"audit:{audit.id}")
        self._record("post", key, ticket.organization_id or 0, place, comment.html_body, str(ticket.id))
        return audit

    def _record(  # noqa: PLR0917 - what an effect is made of
        self, action: Action, key: str, organization: int, place: str, text: str, thread: str = ""
    ) -> None:
        self._ledger.record(
            system="helpdesk",
            action=action,
            key=key,
            thread=thread,
            account=str(organization),
            channel_or_to=place,
            text=text,
        )


def _told(key: str, before: Value, after: Value) -> str:
    """What became of a value, in few words."""
    short = key.removeprefix("seatsignal_")
    old, new = (" ".join(f"{value or ''}".split())[:MOST_TOLD] for value in (before, after))
    return f"{short} {old} → {new or 'nothing'}" if old else f"{short} {new or 'nothing'}"
