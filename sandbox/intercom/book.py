"""What Intercom holds of the rehearsed company."""

from operator import attrgetter

import msgspec

from sandbox.clock import Clock
from sandbox.intercom.objects import Company, Conversation


class Contents(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a seed says. Cursors that point behind ``cursors_since_s`` (seconds since 1970) are forgotten."""

    companies: tuple[Company, ...] = ()
    conversations: tuple[Conversation, ...] = ()
    cursors_since_s: int = 0


CONTENTS = msgspec.json.Decoder(Contents)


class IntercomBook:
    """Everything that the stand-in knows."""

    def __init__(self, clock: Clock) -> None:
        """Start with nothing."""
        self._clock = clock
        self.contents = Contents()

    def load(self, content: bytes) -> None:
        """Hold what a JSON document says, instead of what was held."""
        self.contents = CONTENTS.decode(content)

    def clear(self) -> None:
        """Hold nothing."""
        self.contents = Contents()

    def now_s(self) -> float:
        """The instant it is, in seconds since 1970."""
        return self._clock.now_s()

    def companies(self) -> list[Company]:
        """Those that have people, the one first that was active last."""
        there = [
            each for each in self.contents.companies if each.created_at <= self.now_s() and each.user_count
        ]
        return sorted(there, key=lambda each: (-(each.last_request_at or 0), each.id))

    def conversations(self) -> list[Conversation]:
        """All that there are by now, the one first that changed last."""
        seen = filter(None, (each.seen(self.now_s()) for each in self.contents.conversations))
        return sorted(seen, key=attrgetter("updated_at", "id"), reverse=True)
