"""What letters to customers say: all of them, and those about payments, limits, renewals and surveys."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, field

from health.languages import Origin
from templates.content import Count, Currency, Language, Link, Name, Part

SurveyKind = Literal["activation_ease", "renewal_confidence", "nps"]


class LetterLinks(Part, frozen=True, kw_only=True):
    """Where a customer goes on. ``unsubscribe`` is the one-click link of the mail's header too."""

    manage: Link
    preferences: Link
    unsubscribe: Link


class Wording(Part, frozen=True, kw_only=True):
    """Words that are tried in place of a letter's subject, and below what it says; each by language."""

    subject: dict[str, Name] = field(default_factory=dict)
    note: dict[str, Name] = field(default_factory=dict)


class LetterContent(Part, frozen=True, kw_only=True):
    """What every customer's mail says. ``reply_to`` is the CSM's address.

    ``person_name`` comes in as the letter is worded (`templates.render`): what is owed names nobody. They are
    written to in their ``role``; a letter that was owed before there was one has none.

    ``language_from`` says whose ``language`` is; ``asked`` is that of a preview in another. ``wording`` is
    what an experiment tries.
    """

    account_name: Name
    person_name: str = ""
    role: str = ""
    company_name: Name  # ours: who writes
    csm_name: Name
    reply_to: Name
    links: LetterLinks
    language: Language = "en"
    language_from: Origin | Literal["asked"] = "default"
    wording: Wording | None = None


class FailedPaymentLetter(LetterContent, frozen=True, kw_only=True):
    """A payment did not go through. ``retry_on`` is the day of the next attempt."""

    invoice: Name
    amount_minor: Count
    currency: Currency
    due_on: date
    retry_on: date | None = None


class ApproachingLimitLetter(LetterContent, frozen=True, kw_only=True):
    """A limit is nearly used up. ``unit`` is what is counted: seats, domains, API keys, storage."""

    unit: Name
    used: Count
    allowed: Annotated[int, Meta(gt=0)]
    days_until_full: Count | None = None


class MonthlyPrice(Part, frozen=True, kw_only=True):
    """What the terms in force cost per month, and what they will cost once this one has renewed."""

    now_minor: int
    next_minor: int
    currency: Currency


class WeeksOfUse(Part, frozen=True, kw_only=True):
    """How many ``people`` used it a day on average, in each of the weeks until a day, the newest last."""

    people: Annotated[tuple[Count, ...], Meta(min_length=2, max_length=12)]
    until: date


class SolvedTickets(Part, frozen=True, kw_only=True):
    """How many requests to support were solved since a day, and within how long half of them were."""

    count: Annotated[int, Meta(gt=0)]
    since: date
    half_within: Annotated[int, Meta(gt=0)]
    unit: Literal["hours", "days"]


class RenewalLetter(LetterContent, frozen=True, kw_only=True):
    """A renewal is coming up. Seats or a price, the date and the way out are mandatory.

    ``notice_by`` is the last day on which the customer can still say no. ``active_users`` are those of
    ``seats`` that use it, by ``active_wording``: the policy's words for what active means. ``use`` is their
    number a day in each of the last weeks, drawn in the letter. ``solved`` is what support did.
    """

    term_ends_on: date
    renews_on: date | None = None
    notice_by: date | None = None
    auto_renew: bool
    seats: Count | None = None
    price: MonthlyPrice | None = None
    active_users: Count | None = None
    active_wording: str = ""
    use: WeeksOfUse | None = None
    solved: SolvedTickets | None = None

    def __post_init__(self) -> None:
        """Refuse a letter whose table would be empty."""
        if self.seats is None and self.price is None:
            raise ValueError("a renewal letter needs seats or a price")


class SurveyLetter(LetterContent, frozen=True, kw_only=True):
    """One question and its possible answers. ``answer`` leads to it; ``?score=7`` after it ticks a number."""

    kind: SurveyKind
    scores: Annotated[tuple[int, ...], Meta(min_length=2, max_length=11)]
    answer: Link


Letter = FailedPaymentLetter | ApproachingLimitLetter | RenewalLetter | SurveyLetter
