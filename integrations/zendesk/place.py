"""Place: how far pulls have come, as the cursor that is stored between pages and pulls.

A pull asks for organizations, then tickets, then, a few times a day, ratings: each from where it was.
"""

from msgspec import Struct
from msgspec.structs import replace

from integrations import cursors
from integrations.roles import Cursor

TICKETS_OVERLAP_S = 3_600
"""How far back tickets are read again once Zendesk no longer knows our cursor."""
RATINGS_OVERLAP_S = 29 * 86_400
"""How far back ratings are read again: a customer can answer, or think again, for 28 days."""
RATINGS_EVERY_S = 6 * 3_600
"""How often ratings are read: reading that many again by the minute would spend calls on nothing."""


class Place(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Where to go on. Times are in seconds since 1970.

    ``organizations_s`` is where their export goes on, ``edge`` the ids already read of that second.
    ``tickets_cursor`` is Zendesk's, ``tickets_s`` when the last ticket it covers changed. ``ratings_cursor``
    is where the reading of ratings that began at ``ratings_began_s`` goes on, ``ratings_s`` when the last
    whole one began.
    """

    organizations_s: int = 0
    edge: tuple[int, ...] = ()
    tickets_cursor: str = ""
    tickets_s: int = 0
    ratings_cursor: str = ""
    ratings_began_s: int = 0
    ratings_s: int = 0

    @classmethod
    def of(cls, cursor: Cursor | None) -> "Place":
        """The place that a cursor names; the beginning for none, and for one of another version."""
        return cursors.place(cls, cursor)

    @property
    def cursor(self) -> Cursor:
        """The place as text."""
        return cursors.cursor(self)

    def tickets_from(self, beginning_s: int) -> str | int:
        """Where the export of tickets goes on: a cursor, or a second; ``beginning_s`` is that of all."""
        return self.tickets_cursor or max(self.tickets_s - TICKETS_OVERLAP_S, beginning_s)

    @property
    def is_rating(self) -> bool:
        """Whether a reading of ratings is under way."""
        return self.ratings_began_s > self.ratings_s

    def rating(self, now_s: int) -> "Place":
        """This place with a reading of ratings under way, if one is or if its time has come."""
        if self.is_rating or now_s - self.ratings_s < RATINGS_EVERY_S:
            return self
        return replace(self, ratings_cursor="", ratings_began_s=now_s)

    def rated(self) -> "Place":
        """This place with the reading of ratings at its end."""
        return replace(self, ratings_cursor="", ratings_s=self.ratings_began_s)

    def ratings_from(self, history_s: int) -> int:
        """The second from which ratings are read; ``history_s`` is how far back the first reading goes."""
        return max(self.ratings_s - RATINGS_OVERLAP_S, self.ratings_began_s - history_s)
