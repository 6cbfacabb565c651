"""Letters: what a customer is written, and to whom. Whatever is mandatory and missing keeps one back."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypedDict

import msgspec

from health.corrections import Correction
from health.decide import WINDOW, Alert, Previous
from health.expansion import GROUP as EXPANSION
from health.features import Features, PaymentFact
from health.languages import Origin, spoken
from health.letters import LETTERS, NOTICE, topic
from health.nouns import Assessment, Flag, Notice
from health.precedence import at_stake
from health.renewals import term_key
from health.service import failing
from health.weeks import told_through, weeks
from store import contacts
from store.contacts import Recipient
from store.database import Connection
from templates.letters import (
    ApproachingLimitLetter,
    FailedPaymentLetter,
    LetterContent,
    LetterLinks,
    MonthlyPrice,
    RenewalLetter,
    SolvedTickets,
    WeeksOfUse,
)
from worker import renewal_rules
from worker.deployment import Deployment
from worker.support import solved

RENEWAL, LIMIT, CAPACITY = "renewal", "approaching_limit", "capacity"
"""The letter about a limit is written only where the limit is among the evidence."""
SEATS = "seats"
NO_CONTACT, NO_OWNER = "no_contact", "no_owner"
"""Why a notice is withheld as it comes to be owed: nobody is in a role, no colleague to answer to."""
NOBODY = Recipient("", "", "")
"""Who a letter is for that has no reader."""
ACTIVE, WEEKS_MIN = "active_users", 4
"""Fewer weeks of people show no course."""
Facts = Mapping[str, str | int | float | bool | None]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One account's assessment in a run, with what came before it and what it is about."""

    run: int
    features: Features
    assessment: Assessment
    before: Previous | None
    records: Mapping[str, str] = field(default_factory=dict)
    """The ids of the account's records in CRMs, by CRM."""
    corrections: Mapping[str, Correction] = field(default_factory=dict)
    """Of kinds of flag that were never so: what was told last on the strength of one, and what is known."""
    priority: float = 0.0
    """The account's priority in the installation's currency: see `worker.stakes`."""
    flags: Sequence[Flag] = ()
    """The flags that stand with this run."""
    solved: SolvedTickets | None = None
    """What came of the term's tickets: asked for a renewal letter alone."""

    @property
    def facts(self) -> Facts:
        """The figures that notices quote."""
        return self.assessment.facts


class Envelope(TypedDict):
    """What every letter says beside its own matter."""

    account_name: str
    role: str
    company_name: str
    csm_name: str
    reply_to: str
    links: LetterLinks
    language: str
    language_from: Origin


def letters(
    deployment: Deployment, connection: Connection, verdict: Verdict, alert: Alert
) -> Iterator[Notice]:
    """Yield the letter that an alert owes the customer, if it has one and everything it needs is known."""
    if alert.kind not in _LETTERS:
        return
    template, write = _LETTERS[alert.kind]
    if template == LIMIT and not any(flag.reason == CAPACITY for flag in alert.flags):
        return
    owed = addressed(deployment, connection, verdict, template, write, alert.severity)
    if owed:
        yield owed


def addressed(  # noqa: PLR0917 - one letter and all that it is made of
    deployment: Deployment,
    connection: Connection,
    verdict: Verdict,
    template: str,
    write: "Writer",
    severity: str = "normal",
) -> Notice | None:
    """Return a letter to whom it is for, if everything it needs is known.

    A notice that has no reader, or nobody to answer, is withheld, with the reason: the customer had to know
    what it says. A nudge is not owed to nobody.
    """
    account, roles = verdict.features.account, deployment.routes.letters.get(template, ())
    person, why = contacts.recipient(connection, account, roles), ""
    if LETTERS[template] == NOTICE and roles:
        why = _why_nobody(connection, verdict, person, roles)
    if person is None and not why:
        return None
    if template == RENEWAL:
        verdict = replace(verdict, solved=solved(connection, verdict.features, verdict.assessment))
    return letter(deployment, verdict, NOBODY if why else person or NOBODY, template, write, severity, why)


def _why_nobody(
    connection: Connection, verdict: Verdict, person: Recipient | None, roles: Sequence[str]
) -> str:
    """Return why nobody can be written to, or nothing."""
    if person is None:
        known = contacts.has_any(connection, verdict.features.account, roles)
        return contacts.NO_CONSENT if known else NO_CONTACT
    return "" if verdict.features.csm_email else NO_OWNER


def letter(  # noqa: PLR0917 - one letter and all that it is made of
    deployment: Deployment,
    verdict: Verdict,
    person: Recipient,
    template: str,
    write: "Writer",
    severity: str = "normal",
    why: str = "",
) -> Notice | None:
    """Return a letter to a person, if everything it needs is known: links, whom to reply to, its matter.

    One that is withheld for a ``why`` needs its matter alone.
    """
    around = envelope(deployment, verdict, person, template)
    written = write(verdict, around) if around else None
    if written is None:
        return None
    content, matter = written
    withheld = renewal_rules.withheld(deployment.letter_rules, verdict.features, verdict.assessment, content)
    if withheld is None:
        return None
    return Notice(
        key=key(template, verdict.features.key, person.subject, matter),
        destination=deployment.routes.sender,
        kind="message",
        thread=f"letter/{verdict.features.key}/{person.subject}",
        account=verdict.features.account,
        template=template,
        owner=person.subject,
        payload=msgspec.json.encode(content).decode(),
        stake=at_stake(verdict.priority, severity),
        withheld=why or withheld,
    )


def key(template: str, account: str, subject: str, matter: str) -> str:
    """Return a letter's key: a person gets one letter about one matter of an account."""
    return f"letter/{template}/{account}/{subject}/{matter}"


def links(deployment: Deployment, subject: str, template: str) -> LetterLinks | None:
    """Return a person's links in a letter; `None` where nobody outside reaches us."""
    made = deployment.links
    if made is None:
        return None
    if not subject:
        return LetterLinks(manage="", preferences="", unsubscribe="")
    preferences = made.preferences(subject)
    return LetterLinks(
        manage=deployment.settings.manage_url or preferences,
        preferences=preferences,
        unsubscribe=made.unsubscribe(subject, topic(template)),
    )


def envelope(deployment: Deployment, verdict: Verdict, person: Recipient, template: str) -> Envelope | None:
    """Return what a letter to a person says beside its matter; `None` without links, or whom to reply to."""
    theirs = links(deployment, person.subject, template)
    if theirs is None or not (verdict.features.csm_email or person is NOBODY):
        return None
    language = spoken(person.language, verdict.features.language)
    return {
        "account_name": verdict.features.name,
        "role": person.role,
        "company_name": deployment.settings.company_name,
        "csm_name": person_name(verdict.features.csm_email),
        "reply_to": verdict.features.csm_email,
        "links": theirs,
        "language": language.tag,
        "language_from": language.origin,
    }


def person_name(address: str) -> str:
    """Return a colleague's name as their address spells it: ``ada.example@…`` is Ada Example."""
    return address.partition("@")[0].replace(".", " ").replace("_", " ").title()


Written = tuple[LetterContent, str] | None
"""A letter and its matter: what makes it this one and no other."""
Writer = Callable[[Verdict, Envelope], Written]
"""Words a letter; nothing where it has nothing to say."""


def _failed_payment(verdict: Verdict, envelope: Envelope) -> Written:
    as_of, payments = verdict.assessment.as_of, verdict.features.payments
    failed = [each for each in payments if failing(each, as_of) and each.status != "uncollectible"]
    oldest: PaymentFact | None = min(failed, key=lambda each: each.due_on, default=None)
    if oldest is None or oldest.amount_minor is None or not oldest.currency:
        return None
    content = FailedPaymentLetter(
        **envelope,
        invoice=oldest.invoice_id,
        amount_minor=oldest.amount_minor,
        currency=oldest.currency,
        due_on=oldest.due_on,
    )
    return content, oldest.invoice_id


def _approaching_limit(verdict: Verdict, envelope: Envelope) -> Written:
    facts = verdict.facts
    unit, used, allowed = (facts.get(f"nearest_{name}") for name in ("limit", "used", "allowed"))
    if not isinstance(unit, str) or not isinstance(used, int) or not isinstance(allowed, int) or allowed <= 0:
        return None
    until = facts.get("days_until_full") if unit == SEATS else None
    content = ApproachingLimitLetter(
        **envelope,
        unit=unit,
        used=used,
        allowed=allowed,
        days_until_full=until if isinstance(until, int) else None,
    )
    return content, verdict.assessment.term


def renewal(verdict: Verdict, envelope: Envelope) -> Written:
    """Word the letter about the end of a term: nothing without its day, and seats or a price."""
    facts = verdict.facts
    ends = facts.get("renewal_on")
    seats, price, users = facts.get("seats"), _price(verdict), facts.get("active_users")
    if not isinstance(ends, str) or (not isinstance(seats, int) and price is None):
        return None
    auto = renewal_rules.renews(verdict.features, verdict.assessment) is True
    content = RenewalLetter(
        **envelope,
        term_ends_on=date.fromisoformat(ends),
        renews_on=date.fromisoformat(ends) if auto else None,
        notice_by=renewal_rules.notice_by(verdict.assessment),
        auto_renew=auto,
        seats=seats if isinstance(seats, int) else None,
        price=price,
        active_users=users if isinstance(users, int) else None,
        active_wording=str(facts.get("active_wording") or ""),
        use=_use(verdict),
        solved=verdict.solved,
    )
    return content, f"{verdict.assessment.term}/{facts.get('window')}"


def _use(verdict: Verdict) -> WeeksOfUse | None:
    """Return how many people used it a day, week by week, since they first did; `None` of too few weeks."""
    through = told_through(verdict.assessment)
    found = weeks(verdict.features, through, (ACTIVE,)) if through else None
    people = tuple(round(mean) for mean in found.means if mean is not None) if found else ()
    if through is None or len(people) < WEEKS_MIN or not any(people):
        return None
    return WeeksOfUse(people=people, until=through)


def _price(verdict: Verdict) -> MonthlyPrice | None:
    now, currency = verdict.facts.get("mrr_minor"), verdict.facts.get("currency")
    if not isinstance(now, int) or not isinstance(currency, str) or not currency:
        return None
    later = _next_mrr_minor(verdict)
    return MonthlyPrice(now_minor=now, next_minor=now if later is None else later, currency=currency)


def _next_mrr_minor(verdict: Verdict) -> int | None:
    """Return what the terms in force will cost per month once the anchor's has renewed."""
    now = verdict.facts.get("mrr_minor")
    term = next((t for t in verdict.features.terms if term_key(t) == verdict.assessment.term), None)
    if not isinstance(now, int) or term is None or term.renewal_mrr_minor is None or term.mrr_minor is None:
        return now if isinstance(now, int) else None
    return now - term.mrr_minor + term.renewal_mrr_minor


_LETTERS: Mapping[str, tuple[str, Writer]] = {
    "failed_payment": ("failed_payment", _failed_payment),
    EXPANSION: (LIMIT, _approaching_limit),
    WINDOW: (RENEWAL, renewal),
}
"""Which alert gives which letter."""
WRITERS: Mapping[str, Writer] = dict(_LETTERS.values())
"""How each of these letters is worded."""
