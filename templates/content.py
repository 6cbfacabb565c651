"""What a notice says, before it has words: one typed struct per kind of content.

A notice carries its content as JSON text (`Notice.payload`): the worker builds these structs and encodes
them with `msgspec.json.encode`, `templates.payload` reads them back. Instants never appear here, only
days; money is an integer number of minor units beside an ISO 4217 code; scores run from 0 to 100; shares
are percentages. A field that is unknown is ``None`` and its line is left out; a field without a default
is one that the notice must not leave without (it fails closed).
"""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from health.nouns import Why

Band = Literal["at_risk", "watch", "healthy", "unknown"]
Severity = Literal["high", "normal"]
RevenueBand = Literal["under_1k", "1k_10k", "10k_50k", "50k_250k", "over_250k"]
Points = Annotated[float, Meta(ge=0, le=100)]
Percent = Annotated[float, Meta(ge=0)]
Count = Annotated[int, Meta(ge=0)]
Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}\Z")]
Language = Annotated[str, Meta(pattern=r"^[A-Za-z]{2,3}([_-][A-Za-z0-9]{2,8})*\Z", max_length=35)]
Link = Annotated[str, Meta(pattern=r"^https?://[^\s<>|\"'`\\]+\Z", max_length=2000)]
Name = Annotated[str, Meta(min_length=1)]


class Unrenderable(Exception):  # noqa: N818 - named by what it is, as the three integration errors are
    """These words cannot be made: unknown template, wrong payload, or a template that failed.

    ``reason`` is a metric label; the message names the field or the line, never a value of it.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        """Keep the label apart from the sentence a person reads."""
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason


class Part(Struct, frozen=True, kw_only=True):
    """A frozen value. A field it does not know is skipped: a newer worker may have planned it."""


class FlagLine(Part, frozen=True, kw_only=True):
    """One open flag of an alert: its kind, its evidence in plain words, and why it speaks now."""

    kind: Name
    evidence: str
    why: Why
    severity: Severity = "normal"


class Contact(Part, frozen=True, kw_only=True):
    """Whom to talk to at the account: who it is as a token, the role, and the name while it is sent.

    A name is never stored with what is owed: who is erased has none from then on. It is never an address.
    """

    role: str
    subject: str = ""
    name: str = ""


class Play(Part, frozen=True, kw_only=True):
    """What to do about it: steps in order, and sentences to say."""

    title: Name
    steps: tuple[str, ...] = ()
    talking_points: tuple[str, ...] = ()


class Said(Part, frozen=True, kw_only=True):
    """What somebody said to an alert: ``by`` is their Slack id (U…) or name, ``detail`` what they added.

    That is the reason of a snooze or of a dismissal, the outcome of a play, or whom it was assigned to.
    Or what became of it: it moved to whoever looks after the account now (``by``), or it was with somebody
    for ``detail`` hours and nobody has taken it on; without hours it did not reach them.
    """

    kind: Literal["acknowledge", "snooze", "dismiss", "done", "assign", "wake", "move", "escalate"]
    by: Name
    on: date
    until: date | None = None
    detail: str = ""


class AccountLinks(Part, frozen=True, kw_only=True):
    """Where a CSM goes on: the account's page, and its record in the CRM."""

    account: Link | None = None
    crm: Link | None = None


class _AboutAccount(Part, frozen=True, kw_only=True):
    """What every notice to a colleague about one account says."""

    account_key: Name
    account_name: Name
    owner_name: str = ""
    owner: str = ""  # the owner's Slack id (U…) or address, as the destination understands it
    language: Language = "en"
    seats: Count | None = None
    active_users: Count | None = None
    utilisation_pct: Percent | None = None
    active_definition: str = ""  # in words: "signed in within 30 days"
    likely: str = ""  # what utilisation of few seats is likely between, a sentence
    commitment: str = ""  # where the commitment leads, a sentence
    mrr_minor: int | None = None
    currency: Currency | None = None
    due_on: date | None = None  # by when the owner should have acted
    stale: str = ""  # sources that are behind, each with its last complete day
    contacts: tuple[Contact, ...] = ()
    play: Play | None = None
    links: AccountLinks = AccountLinks()
    answerable: bool = False  # whether it has buttons
    said: Said | None = None  # what somebody said to it that still holds
    answered: bool = False  # whether that is the news
    ended: bool = False  # whether nothing of it is open any more: a task is done


class AlertContent(_AboutAccount, frozen=True, kw_only=True):
    """What a CSM reads of an account's open flags in a term; also of their end (``recovered``).

    ``delta`` is the score minus the previous one in points, ``None`` at a first assessment; ``changes`` say
    line by line what it is made of. ``reasons`` are plain words, the weightiest first. ``override`` says
    that a person has set the band, and which one was computed.
    Where something that was told was never so, ``told_score`` was told on ``corrected_on``, and
    ``known_score`` is that day's with what is known now.
    ``days_to_anchor`` runs to ``anchor_on``, the earliest date on which someone must act.
    """

    kind: Name
    severity: Severity
    why: Why
    band: Band
    override: str = ""
    score: Points | None = None
    previous_score: Points | None = None
    delta: Annotated[float, Meta(ge=-100, le=100)] | None = None
    reasons: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    flags: tuple[FlagLine, ...] = ()
    what_would_change: str = ""
    term: str = ""
    renewal_on: date | None = None
    anchor_on: date | None = None
    days_to_anchor: int | None = None
    window: Count | None = None
    weeks: tuple[float | None, ...] = ()  # use a day in each of the last weeks, the newest last
    weeks_of: str = ""  # which use that is
    revenue_at_risk_minor: Count | None = None
    corrected_on: date | None = None
    told_score: Points | None = None
    known_score: Points | None = None


class Trigger(Part, frozen=True, kw_only=True):
    """One expansion trigger that fired: its group and its evidence in plain words."""

    group: Literal["capacity", "throughput", "interest", "depth", "commitment"]
    evidence: Name


class ExpansionContent(_AboutAccount, frozen=True, kw_only=True):
    """An account with room to grow. ``uplift_minor`` is the expected extra per month.

    Where facts that came late show that it had none, ``corrected_on`` is the day that was told of.
    """

    triggers: Annotated[tuple[Trigger, ...], Meta(min_length=1)]
    product: str = ""
    suggested_seats: Count | None = None
    days_until_full: Count | None = None
    uplift_minor: Count | None = None
    corrected_on: date | None = None


class RecordContent(Part, frozen=True, kw_only=True):
    """What a CRM's record of an account says: its fields as sales reads, sorts and filters by them.

    Nothing in it changes with the calendar alone, but what runs to a date. ``uplift_minor`` is per month.
    """

    account_key: Name
    band: Band
    health: Annotated[int, Meta(ge=0, le=100)]
    priority: int
    reasons: tuple[str, ...] = ()
    utilisation_pct: Percent | None = None
    likely: str | None = None  # as in `_AboutAccount`
    days_until_full: Count | None = None
    expansion: bool = False
    expansion_evidence: tuple[str, ...] = ()
    suggested_seats: Count | None = None
    uplift_minor: Count | None = None
    revenue_at_risk_minor: Count | None = None
    currency: Currency | None = None
    renewal_on: date | None = None
    anchor_on: date | None = None
    language: Language = "en"


class HelpdeskContent(Part, frozen=True, kw_only=True):
    """What a help desk's record of an account says: what support is to know beside a ticket, and no more.

    ``revenue_band`` is one of `health.revenue_bands`. Nothing in it changes with the calendar alone.
    """

    account_key: Name
    band: Band
    health: Annotated[int, Meta(ge=0, le=100)]
    reasons: tuple[str, ...] = ()
    revenue_band: RevenueBand | None = None
    renewal_on: date | None = None
    language: Language = "en"


class NoteContent(Part, frozen=True, kw_only=True):
    """What agents read at an open ticket of an account at risk. No customer ever does.

    ``organization`` is the help desk's record that the ticket must belong to, ``evidence`` what the open
    flags say, ``revenue`` a band of the yearly one in words.
    """

    account_name: Name
    organization: Name
    evidence: tuple[str, ...]
    score: Points | None = None
    revenue: str = ""
    renewal_on: date | None = None
    owner_name: str = ""
    language: Language = "en"


class BandCounts(Part, frozen=True, kw_only=True):
    """Accounts per health band."""

    at_risk: Count = 0
    watch: Count = 0
    healthy: Count = 0
    unknown: Count = 0


class DigestRow(Part, frozen=True, kw_only=True):
    """One account of a digest. Rows arrive ranked by priority, the first is the most urgent.

    Its revenue is in its own ``currency``.
    """

    account_key: Name
    account_name: Name
    band: Band
    score: Points | None = None
    reasons: tuple[str, ...] = ()
    anchor_on: date | None = None
    days_to_anchor: int | None = None
    revenue_at_risk_minor: Count | None = None
    currency: Currency | None = None
    link: Link | None = None


class DigestContent(Part, frozen=True, kw_only=True):
    """A ranked list for one owner.

    Of the day, of the whole book on a first run, of demoted rules, or of alerts beyond a person's budget.
    ``more`` counts the accounts that did not fit into ``rows``. ``currency`` is that of the revenue of all
    together. ``notes`` say of demoted rules how right they were.
    """

    date: date
    counts: BandCounts
    rows: tuple[DigestRow, ...] = ()
    more: Count = 0
    scope: Literal["daily", "book", "demoted", "over_budget"] = "daily"
    notes: tuple[str, ...] = ()
    owner_name: str = ""
    revenue_at_risk_minor: Count | None = None
    currency: Currency | None = None
    language: Language = "en"
    link: Link | None = None


class OperatorContent(Part, frozen=True, kw_only=True):
    """Something that the people who run Seatsignal must know, told once."""

    title: Name
    what_happened: Name
    what_to_do: tuple[str, ...] = ()
    severity: Severity = "normal"
    language: Language = "en"
    link: Link | None = None


class MailRow(Part, frozen=True, kw_only=True):
    """A letter to a customer that waits for a person: by its number, until a day, to be approved or a draft.

    ``letter`` is its template in plain words.
    """

    number: Annotated[int, Meta(gt=0)]
    account_key: str = ""
    account_name: str = ""
    letter: Name
    mode: Literal["approval", "draft"]
    until: date


class Decided(Part, frozen=True, kw_only=True):
    """What somebody has just said of a letter."""

    decision: Literal["approved", "rejected", "mailed"]
    by: str
    account_name: str
    letter: Name
    reason: str = ""


class MailsContent(Part, frozen=True, kw_only=True):
    """The letters that wait for a colleague, so many; ``more`` counts those that ``rows`` leaves out.

    It has buttons if it is ``answerable``.
    """

    date: date
    waiting: Count = 0
    rows: tuple[MailRow, ...] = ()
    more: Count = 0
    decided: Decided | None = None
    answerable: bool = False
    language: Language = "en"


Content = (
    AlertContent
    | ExpansionContent
    | RecordContent
    | HelpdeskContent
    | NoteContent
    | DigestContent
    | OperatorContent
    | MailsContent
)
"""What notices to colleagues and to their systems say."""
