"""Where a pull goes on: the cursor, which says which listing is being read and how far."""

from dataclasses import dataclass, replace
from typing import Literal

import msgspec

from integrations.roles import Cursor

Step = Literal["customers", "subscriptions", "invoices", "events", "plans", "due", "rest"]
WHOLE: tuple[Step, ...] = ("customers", "subscriptions", "invoices")
"""All there is, once. Then a pull rests, and the next one reads events, and once a day what is due soon."""

OVERLAP_S = 600
"""Events are read again that far back: one may be listed after another that happened later."""
EVENTS_KEPT_S = 29 * 86_400
"""Stripe keeps events for 30 days; a day less, because reading them takes a while."""
DUE_EVERY_S = 86_400


@dataclass(frozen=True, slots=True)
class Place:
    """A step, and within it the last row read: its id, and when that was made.

    ``began_s`` is when the round began, ``since_s`` from where events are not read yet, ``due_s`` when what
    is due soon was last read. All in seconds since 1970.
    """

    step: Step
    began_s: int
    since_s: int
    due_s: int
    after: str = ""
    after_s: int = 0

    @classmethod
    def of(cls, cursor: Cursor | None, now_s: float) -> "Place":
        """Return where to go on.

        That is at the start of a listing of everything without a cursor, with one of another making, and
        where Stripe keeps the events no longer that happened since.
        """
        now = int(now_s)
        anew = cls("customers", began_s=now, since_s=now, due_s=now)
        try:
            place = anew if cursor is None else _DECODER.decode(cursor)
        except msgspec.MsgspecError:
            return anew
        if now - place.since_s > EVENTS_KEPT_S:
            return anew
        return replace(place, step="events", began_s=now) if place.step == "rest" else place

    def past(self, row_id: str, row_s: int) -> "Place":
        """Return the place behind a row of the same listing."""
        return replace(self, after=row_id, after_s=row_s)

    def next_step(self, behind_s: int = 0) -> "Place":
        """Return the start of what follows the listing that is read now.

        ``behind_s`` is how far Stripe's clock, by which events are dated, is behind ours.
        """
        start = replace(self, after="", after_s=0)
        if self.step == "events":
            return replace(start, step="plans")
        if self.step == "plans" and self.began_s - self.due_s >= DUE_EVERY_S:
            return replace(start, step="due", due_s=self.began_s)
        if self.step in {"customers", "subscriptions"}:
            return replace(start, step=WHOLE[WHOLE.index(self.step) + 1])
        return replace(start, step="rest", since_s=self.began_s - behind_s - OVERLAP_S)

    def cursor(self) -> Cursor:
        """Return the place as text."""
        return msgspec.json.encode(self).decode()


_DECODER = msgspec.json.Decoder(Place)
