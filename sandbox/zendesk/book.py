"""What Zendesk holds of the rehearsed company."""

from operator import attrgetter

import msgspec

from sandbox.clock import Clock
from sandbox.zendesk.objects import Organization, SatisfactionRating, Ticket

HELD_BACK_S = 60
"""The exports leave out what changed in the last minute."""


class Contents(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a seed says. Cursors that point before ``cursors_since_s`` (seconds since 1970) are forgotten."""

    organizations: tuple[Organization, ...] = ()
    tickets: tuple[Ticket, ...] = ()
    satisfaction_ratings: tuple[SatisfactionRating, ...] = ()
    cursors_since_s: int = 0


CONTENTS = msgspec.json.Decoder(Contents)


class ZendeskBook:
    """Everything that the stand-in knows, and the OAuth tokens it gave out with the instants they end."""

    def __init__(self, clock: Clock) -> None:
        """Start with nothing."""
        self._clock = clock
        self._contents = Contents()
        self.tokens: dict[str, float] = {}

    def load(self, content: bytes) -> None:
        """Hold what a JSON document says, instead of what was held."""
        self._contents = CONTENTS.decode(content)

    def clear(self) -> None:
        """Hold nothing."""
        self._contents = Contents()
        self.tokens.clear()

    def now_s(self) -> float:
        """The instant it is, in seconds since 1970."""
        return self._clock.now_s()

    @property
    def cursors_since_s(self) -> int:
        """Before which instant a cursor must not point."""
        return self._contents.cursors_since_s

    def exported_organizations(self) -> list[Organization]:
        """What the export shows, in the order of change."""
        at_s = self.now_s() - HELD_BACK_S
        seen = filter(None, (each.seen(at_s) for each in self._contents.organizations))
        return sorted(seen, key=attrgetter("changed_s", "id"))

    def exported_tickets(self) -> list[Ticket]:
        """What the export shows, in the order of change."""
        at_s = self.now_s() - HELD_BACK_S
        seen = filter(None, (each.seen(at_s) for each in self._contents.tickets))
        return sorted(seen, key=attrgetter("generated_timestamp", "id"))

    def tickets(self) -> dict[int, Ticket]:
        """The tickets that are there now, by id; deleted ones are not."""
        seen = filter(None, (each.seen(self.now_s()) for each in self._contents.tickets))
        return {ticket.id: ticket for ticket in seen if ticket.status != "deleted"}

    def ratings(self) -> list[SatisfactionRating]:
        """The ratings that were asked for by now, in the order of their ids."""
        seen = filter(None, (each.seen(self.now_s()) for each in self._contents.satisfaction_ratings))
        return sorted(seen, key=attrgetter("id"))
