"""What a manager reads on a Monday: the week of the book and of its alerts."""

from datetime import date

from msgspec import Struct

from templates.content import BandCounts, Count, Currency, DigestRow, Language


class OwnerRow(Struct, frozen=True, kw_only=True):
    """Alerts of one owner's in the week: told, taken on by anybody since, and open with nobody who has them.

    ``owner`` is a Slack id (U…), or a channel's name.
    """

    owner: str
    told: Count
    taken: Count
    open: Count


class WeekContent(Struct, frozen=True, kw_only=True):
    """A week in figures. ``before`` counts the bands a week ago; `None` where nothing was judged then.

    ``overdue`` are accounts whose alert nobody has taken on within ``after_hours``, the most urgent first.
    Each list is followed by how many it leaves out. Revenue is that of accounts at risk, in ``currency``.
    """

    first: date
    last: date
    counts: BandCounts
    before: BandCounts | None = None
    owners: tuple[OwnerRow, ...] = ()
    more_owners: Count = 0
    overdue: tuple[DigestRow, ...] = ()
    more_overdue: Count = 0
    after_hours: Count = 24
    revenue_at_risk_minor: Count | None = None
    currency: Currency | None = None
    language: Language = "en"
