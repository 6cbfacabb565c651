"""Record: one fact as a source states it. One type per file of the import format.

Records are named tuples, so that a page of them can go to a database driver as it is. They carry the
source's own ids: ``account_id`` is the id that the source uses for the account. Which columns make a
record unique, and which must be there, is said once in `SHAPES`; tables, readers and checks follow it.
"""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple


class Account(NamedTuple):
    """A customer, as one source describes it. ``do_not_contact``: it is to be sent no nudge."""

    account_id: str
    name: str | None = None
    domain: str | None = None
    customer_type: str | None = None
    industry: str | None = None
    size_band: str | None = None
    country: str | None = None
    region: str | None = None
    timezone: str | None = None
    language: str | None = None
    currency: str | None = None
    parent_id: str | None = None
    csm_email: str | None = None
    sales_email: str | None = None
    created_on: date | None = None
    do_not_contact: bool | None = None


class Identifier(NamedTuple):
    """A name that an account goes by elsewhere: evidence that two systems speak of the same customer.

    ``kind`` is ``our_id``, ``domain`` (only where whoever keeps the record vouches for it), or the name of
    another source; ``value`` is then that source's id of the account.
    """

    account_id: str
    kind: str
    value: str


class Contact(NamedTuple):
    """A person at the customer who may be written to. ``role``: billing, admin, user or champion."""

    account_id: str
    email: str
    name: str | None = None
    role: str | None = None
    language: str | None = None
    consent: bool | None = None


class Subscription(NamedTuple):
    """One term of a subscription, in force on [term_start, term_end)."""

    subscription_id: str
    account_id: str
    term_start: date
    term_end: date | None = None
    product: str | None = None
    plan: str | None = None
    licence_model: str | None = None
    seats: int | None = None
    growth_seats: int | None = None
    growth_until: date | None = None
    mrr_minor: int | None = None
    renewal_mrr_minor: int | None = None
    list_price_minor: int | None = None
    discount: float | None = None
    committed: float | None = None
    billing_period: str | None = None
    currency: str | None = None
    status: str | None = None
    purchased_ms: int | None = None
    started_on: date | None = None
    trial_end: date | None = None
    notice_days: int | None = None
    review_on: date | None = None
    auto_renew: bool | None = None
    cancel_at_period_end: bool | None = None


class Licence(NamedTuple):
    """A licence key and its life."""

    licence_id: str
    account_id: str
    status: str
    product: str | None = None
    plan: str | None = None
    issued_ms: int | None = None
    activated_ms: int | None = None
    first_validated_ms: int | None = None
    expires_on: date | None = None


class ActivationStep(NamedTuple):
    """One attempt at a named step of the activation funnel. ``outcome``: done or failed."""

    account_id: str
    step: str
    at_ms: int
    outcome: str | None = None
    user_id: str = ""
    help: str | None = None


class Seat(NamedTuple):
    """A seat given to a user."""

    account_id: str
    user_id: str
    product: str = ""
    email: str | None = None
    role: str | None = None
    department: str | None = None
    assigned_on: date | None = None
    activated_ms: int | None = None
    last_active_ms: int | None = None


class Usage(NamedTuple):
    """One day of an account's use. ``metrics`` is a JSON object with every metric that has no column."""

    account_id: str
    day: date
    product: str = ""
    active_users: int | None = None
    active_users_30d: int | None = None
    sign_ins: int | None = None
    events: int | None = None
    rate_limit_hits: int | None = None
    locked_feature_attempts: int | None = None
    invitations: int | None = None
    invitations_accepted: int | None = None
    consumption: float | None = None
    metrics: str | None = None


class People(NamedTuple):
    """Who did what on a day of an account's use, where the source names its users.

    ``acts`` is a JSON object: by the user's id the department (or nothing) and how often each thing was done,
    ``{"u1": ["law", {"core:send": 4}]}``. Whoever did nothing is not in it.
    """

    account_id: str
    day: date
    product: str = ""
    acts: str | None = None


class Validation(NamedTuple):
    """How often a licence was validated on a day, by outcome and country."""

    account_id: str
    day: date
    outcome: str
    times: int
    licence_id: str = ""
    country: str = ""


class Limit(NamedTuple):
    """A quota: ``used`` of ``allowed``."""

    account_id: str
    limit: str
    used: float
    allowed: float
    as_of: date | None = None


class Ticket(NamedTuple):
    """A support ticket."""

    ticket_id: str
    account_id: str
    opened_ms: int
    solved_ms: int | None = None
    priority: str | None = None
    status: str | None = None
    topic: str | None = None
    subject: str | None = None
    tags: str | None = None
    csat: float | None = None


class Conversation(NamedTuple):
    """A call, a meeting or a mail with the customer."""

    account_id: str
    at_ms: int
    kind: str = ""
    subject: str | None = None
    by: str | None = None


class Payment(NamedTuple):
    """An invoice. ``status``: open, paid, failed, void or uncollectible."""

    invoice_id: str
    account_id: str
    due_on: date
    status: str
    paid_on: date | None = None
    amount_minor: int | None = None
    currency: str | None = None
    attempts: int | None = None


class Survey(NamedTuple):
    """An answer. ``kind``: nps, csat, activation_ease, renewal_confidence or roi_expected."""

    account_id: str
    kind: str
    score: float
    answered_ms: int
    user_id: str = ""


class Event(NamedTuple):
    """Something that happened once, such as ``api_key_deleted`` or ``downgrade_enquiry``."""

    account_id: str
    at_ms: int
    kind: str
    detail: str = ""


class Outcome(NamedTuple):
    """How a term ended: renewed, churned, expanded or contracted."""

    account_id: str
    at: date
    outcome: str
    mrr_after_minor: int | None = None
    reason: str | None = None


class Rate(NamedTuple):
    """An exchange rate: one ``base`` is ``rate`` of ``quote``."""

    day: date
    base: str
    quote: str
    rate: float


Record = (
    Account | Identifier | Contact | Subscription | Licence | ActivationStep | Seat | Usage | People
    | Validation | Limit | Ticket | Conversation | Payment | Survey | Event | Outcome | Rate
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shape:
    """What makes a record of one kind: its file, its type and the fields that identify it."""

    name: str
    record: type[Record]
    key: tuple[str, ...]

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field, in the record's order."""
        return self.record._fields

    @property
    def required(self) -> tuple[str, ...]:
        """The fields a record cannot be made without."""
        return tuple(name for name in self.record._fields if name not in self.record._field_defaults)

    @property
    def by_day(self) -> bool:
        """Whether a record is one day's: a listing covers a span of days and says nothing of the others."""
        return "day" in self.key


SHAPES: dict[str, Shape] = {
    shape.name: shape
    for shape in (
        Shape("accounts", Account, ("account_id",)),
        Shape("identifiers", Identifier, ("account_id", "kind", "value")),
        Shape("contacts", Contact, ("account_id", "email")),
        Shape("subscriptions", Subscription, ("subscription_id", "term_start")),
        Shape("licences", Licence, ("licence_id",)),
        Shape("activation_steps", ActivationStep, ("account_id", "step", "at_ms", "user_id")),
        Shape("seats", Seat, ("account_id", "user_id", "product")),
        Shape("usage", Usage, ("account_id", "day", "product")),
        Shape("validations", Validation, ("account_id", "day", "licence_id", "outcome", "country")),
        Shape("limits", Limit, ("account_id", "limit")),
        Shape("tickets", Ticket, ("ticket_id",)),
        Shape("conversations", Conversation, ("account_id", "at_ms", "kind")),
        Shape("payments", Payment, ("invoice_id",)),
        Shape("surveys", Survey, ("account_id", "kind", "answered_ms", "user_id")),
        Shape("events", Event, ("account_id", "at_ms", "kind", "detail")),
        Shape("outcomes", Outcome, ("account_id", "at", "outcome")),
        Shape("rates", Rate, ("day", "base", "quote")),
    )
}
"""By file name of the import format."""

FACTS: dict[str, Shape] = SHAPES | {"people": Shape("people", People, ("account_id", "day", "product"))}
"""Everything that is stored: the files, and who is behind the rows of the usage file that name a user."""
