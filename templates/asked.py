"""What is said to a colleague who asks: of one account, of their own, or of what can be asked."""

from datetime import date
from typing import Literal

from msgspec import Struct

from templates.content import (
    Band,
    BandCounts,
    Count,
    Currency,
    DigestRow,
    FlagLine,
    Language,
    Name,
    Points,
    Said,
)

State = Literal["firing", "acknowledged", "snoozed", "resolved"]
"""Where an account's alert stands (`health.answers.state`); resolved where none is open."""


class AccountContent(Struct, frozen=True, kw_only=True):
    """An account's present verdict, in the words of an alert; ``as_of`` is the day that it is of.

    ``owner`` is the Slack id of whoever looks after it, and ``said`` what somebody said to its alert that
    still holds. ``growth`` says line by line why it has room to grow.
    """

    account_key: Name
    account_name: Name
    as_of: date
    band: Band
    override: str = ""
    score: Points | None = None
    delta: float | None = None
    reasons: tuple[str, ...] = ()
    flags: tuple[FlagLine, ...] = ()
    growth: tuple[str, ...] = ()
    state: State = "resolved"
    said: Said | None = None
    owner: str = ""
    owner_name: str = ""
    seats: Count | None = None
    active_users: Count | None = None
    utilisation_pct: float | None = None
    active_definition: str = ""
    mrr_minor: int | None = None
    currency: Currency | None = None
    renewal_on: date | None = None
    anchor_on: date | None = None
    days_to_anchor: int | None = None
    revenue_at_risk_minor: Count | None = None
    weeks: tuple[float | None, ...] = ()
    weeks_of: str = ""
    likely: str = ""
    commitment: str = ""
    stale: str = ""
    language: Language = "en"


class OwnRow(DigestRow, frozen=True, kw_only=True):
    """One account of a colleague's own: ``until`` is the day on which its alert's snooze is over.

    ``about`` is the account's number where its alert can be answered here.
    """

    state: State = "resolved"
    until: date | None = None
    grows: bool = False
    about: Count | None = None
    renewal_on: date | None = None


class OwnContent(Struct, frozen=True, kw_only=True):
    """The accounts of whoever asks, ranked by priority; ``more`` counts those that ``rows`` leaves out.

    Who is none of the people is told so, and of no account.
    """

    date: date
    known: bool = True
    counts: BandCounts = BandCounts()
    open: Count = 0
    rows: tuple[OwnRow, ...] = ()
    more: Count = 0
    language: Language = "en"


class ReplyContent(Struct, frozen=True, kw_only=True):
    """A few words to whoever asks.

    ``asked`` is what they wrote, ``rows`` the accounts that it may mean; ``detail`` is why nothing was done,
    or why alerts are silent ``until`` a day. ``always`` says what is told all the same.
    """

    kind: Literal["help", "usage", "stranger", "unknown", "several", "muted", "woken", "always", "refused"]
    asked: str = ""
    rows: tuple[DigestRow, ...] = ()
    more: Count = 0
    until: date | None = None
    detail: str = ""
    always: tuple[str, ...] = ()
    language: Language = "en"


Asked = AccountContent | OwnContent | ReplyContent
