"""Where a pull goes on: the cursor, which says which listing is being read and how far."""

from dataclasses import dataclass, replace
from typing import Literal

import msgspec

from integrations.roles import Cursor

Step = Literal["customers", "subscriptions", "invoices", "rest"]
STEPS: tuple[Step, ...] = ("customers", "subscriptions", "invoices", "rest")

OVERLAP_S = 2 * 3_600
"""What changed is read again that far back: the revenue of a change is found out some time after it."""
WHOLE_EVERY_S = 86_400
"""How often customers are listed whole: only so is it seen which addresses are theirs no more."""


@dataclass(frozen=True, slots=True)
class Place:
    """A step, and within it the offset of the page that is read next.

    ``began_s`` is when the round began, ``since_s`` from where changes are not read yet (0: all there is),
    ``whole_s`` when customers were last listed whole. All in seconds since 1970.
    """

    step: Step
    began_s: int
    since_s: int
    whole_s: int
    offset: str = ""

    @classmethod
    def of(cls, cursor: Cursor | None, now_s: float) -> "Place":
        """Return where to go on: at the start of all there is without a cursor that we made."""
        now = int(now_s)
        anew = cls("customers", began_s=now, since_s=0, whole_s=now)
        try:
            place = anew if cursor is None else _DECODER.decode(cursor)
        except msgspec.MsgspecError:
            return anew
        if place.step != "rest":
            return place
        whole_s = now if now - place.whole_s >= WHOLE_EVERY_S else place.whole_s
        return replace(place, step="customers", began_s=now, whole_s=whole_s)

    @property
    def after_s(self) -> int:
        """From where the listing at hand is read: 0 where all of it is."""
        whole = self.step == "customers" and self.whole_s == self.began_s
        return 0 if whole else self.since_s

    def at(self, offset: str) -> "Place":
        """Return the place of another page of the same listing."""
        return replace(self, offset=offset)

    def next_step(self, behind_s: int = 0) -> "Place":
        """Return the start of what follows the listing that is read now.

        ``behind_s`` is how far Chargebee's clock, by which changes are dated, is behind ours.
        """
        step = STEPS[STEPS.index(self.step) + 1]
        since_s = self.began_s - behind_s - OVERLAP_S if step == "rest" else self.since_s
        return replace(self, step=step, since_s=since_s, offset="")

    def cursor(self) -> Cursor:
        """Return the place as text."""
        return msgspec.json.encode(self).decode()


_DECODER = msgspec.json.Decoder(Place)
