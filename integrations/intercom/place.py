"""Place: how far pulls have come, as the cursor that is stored between pages and pulls.

A pull lists companies, a few times a day, and then searches for the conversations that changed within a
window of time. Found ones come in no order that one could go on by, so a window is read to its end, by
Intercom's cursor, before the next one begins; what changes meanwhile is in that.
"""

from msgspec import Struct
from msgspec.structs import replace

from integrations import cursors
from integrations.roles import Cursor


class Place(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Where to go on. Times are in seconds since 1970.

    ``companies_page`` is the next one of the listing that began at ``companies_began_s``; ``companies_s`` is
    when the last whole one began. ``conversations_s`` is when the reading of the last window began,
    ``began_s`` that of the one under way, ``until_s`` its end, and ``after`` Intercom's cursor in it.
    """

    companies_page: int = 0
    companies_began_s: int = 0
    companies_s: int = 0
    conversations_s: int = 0
    began_s: int = 0
    until_s: int = 0
    after: str = ""

    @classmethod
    def of(cls, cursor: Cursor | None) -> "Place":
        """The place that a cursor names; the beginning for none, and for one of another version."""
        return cursors.place(cls, cursor)

    @property
    def cursor(self) -> Cursor:
        """The place as text."""
        return cursors.cursor(self)

    @property
    def is_listing(self) -> bool:
        """Whether a listing of companies is under way."""
        return self.companies_page > 0

    def listing(self, now_s: int, every_s: float) -> "Place":
        """This place with a listing of companies under way, if one is or if its time has come."""
        if self.is_listing or now_s - self.companies_s < every_s:
            return self
        return replace(self, companies_page=1, companies_began_s=now_s)

    def listed(self) -> "Place":
        """This place with the listing of companies at its end."""
        return replace(self, companies_page=0, companies_began_s=0, companies_s=self.companies_began_s)

    def searching(self, earliest_s: int, latest_s: int) -> "Place":
        """This place with a window under way: the one that was, or one that ends now, by either clock."""
        return self if self.until_s else replace(self, began_s=earliest_s, until_s=latest_s, after="")

    def searched(self) -> "Place":
        """This place with its window at its end."""
        return replace(self, conversations_s=self.began_s, began_s=0, until_s=0, after="")

    def searched_from(self, overlap_s: int, history_s: int) -> int:
        """The second from which the window is; ``history_s`` is how far back the first one goes."""
        if self.conversations_s:
            return max(self.conversations_s - overlap_s, 0)
        return max(self.began_s - history_s, 0)
