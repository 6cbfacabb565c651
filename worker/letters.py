"""Letters: what a customer is written, and to whom. Whatever is mandatory and missing keeps one back."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypedDict

import msgspec

from health.corrections import Correction
from health.decide import WINDOW, Alert, Previous
from health.expansion import GROUP as EXPANSION
from health.features import Features, PaymentFact
from health.nouns import Assessment, Notice
from health.precedence import at_stake
from health.renewals import term_key
from health.service import failing
from store.contacts import Recipient, recipient
from store.database import Connection
from templates.content import (
    ApproachingLimitLetter,
    FailedPaymentLetter,
    LetterContent,
    LetterLinks,
    RenewalLetter,
    TermRow,
    ValueRow,
)
from worker.deployment import Deployment

LIMIT, CAPACITY = "approaching_limit", "capacity"
"""The letter about a limit is written only where the limit is among the evidence."""
SEATS = "seats"
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

    @property
    def facts(self) -> Facts:
        """The figures that notices quote."""
        return self.assessment.facts


class _Envelope(TypedDict):
    """What every letter says beside its own matter."""

    account_name: str
    company_name: str
    csm_name: str
    reply_to: str
    links: LetterLinks
    language: str


def letters(
    deployment: Deployment, connection: Connection, verdict: Verdict, alert: Alert
) -> Iterator[Notice]:
    """Yield the letter that an alert owes the customer, if it has one and everything it needs is known."""
    if alert.kind not in _LETTERS:
        return
    template, write = _LETTERS[alert.kind]
    if template == LIMIT and not any(flag.reason == CAPACITY for flag in alert.flags):
        return
    person = recipient(connection, verdict.features.account, deployment.routes.letters.get(template, ()))
    links = _links(deployment, person, template) if person else None
    if person is None or links is None or not verdict.features.csm_email:
        return
    envelope = _envelope(deployment, links, verdict, person)
    written = write(verdict, envelope)
    if written is None:
        return
    content, matter = written
    yield Notice(
        key=f"letter/{template}/{verdict.features.key}/{person.subject}/{matter}",
        destination=deployment.routes.sender,
        kind="message",
        thread=f"letter/{verdict.features.key}/{person.subject}",
        account=verdict.features.account,
        template=template,
        owner=person.subject,
        payload=msgspec.json.encode(content).decode(),
        stake=at_stake(verdict.priority, alert.severity),
    )


def _links(deployment: Deployment, person: Recipient, topic: str) -> LetterLinks | None:
    links = deployment.links
    if links is None:
        return None
    preferences = links.preferences(person.subject)
    return LetterLinks(
        manage=deployment.settings.manage_url or preferences,
        preferences=preferences,
        unsubscribe=links.unsubscribe(person.subject, topic),
    )


def _envelope(deployment: Deployment, links: LetterLinks, verdict: Verdict, person: Recipient) -> _Envelope:
    return {
        "account_name": verdict.features.name,
        "company_name": deployment.settings.company_name,
        "csm_name": person_name(verdict.features.csm_email),
        "reply_to": verdict.features.csm_email,
        "links": links,
        "language": person.language,
    }


def person_name(address: str) -> str:
    """Return a colleague's name as their address spells it: ``ada.example@…`` is Ada Example."""
    return address.partition("@")[0].replace(".", " ").replace("_", " ").title()


Written = tuple[LetterContent, str] | None
"""A letter and its matter: what makes it this one and no other."""


def _failed_payment(verdict: Verdict, envelope: _Envelope) -> Written:
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


def _approaching_limit(verdict: Verdict, envelope: _Envelope) -> Written:
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


def _renewal(verdict: Verdict, envelope: _Envelope) -> Written:
    facts = verdict.facts
    ends = facts.get("renewal_on")
    rows = _term_rows(facts, _next_mrr_minor(verdict), envelope["language"])
    if not isinstance(ends, str) or not rows:
        return None
    auto = facts.get("auto_renew") is True
    notice_by = facts.get("anchor_on") if facts.get("anchor_kind") == "notice" else None
    content = RenewalLetter(
        **envelope,
        term_ends_on=date.fromisoformat(ends),
        renews_on=date.fromisoformat(ends) if auto else None,
        notice_by=date.fromisoformat(notice_by) if isinstance(notice_by, str) else None,
        auto_renew=auto,
        table=rows,
        value=_value_rows(facts),
    )
    return content, f"{verdict.assessment.term}/{facts.get('window')}"


def _next_mrr_minor(verdict: Verdict) -> int | None:
    """Return what the terms in force will cost per month once the anchor's has renewed."""
    now = verdict.facts.get("mrr_minor")
    term = next((t for t in verdict.features.terms if term_key(t) == verdict.assessment.term), None)
    if not isinstance(now, int) or term is None or term.renewal_mrr_minor is None or term.mrr_minor is None:
        return now if isinstance(now, int) else None
    return now - term.mrr_minor + term.renewal_mrr_minor


def _term_rows(facts: Facts, next_mrr_minor: int | None, language: str) -> tuple[TermRow, ...]:
    """Return the scannable table: seats and price, now and next."""
    from templates.filters import price  # noqa: PLC0415 - loads Babel's locale data

    rows = []
    if isinstance(seats := facts.get("seats"), int):
        rows.append(TermRow(label="Seats", now=str(seats), next=str(seats)))
    mrr, currency = facts.get("mrr_minor"), facts.get("currency")
    if isinstance(mrr, int) and isinstance(currency, str) and currency:
        later = mrr if next_mrr_minor is None else next_mrr_minor
        rows.append(
            TermRow(
                label="Price per month",
                now=price(mrr, currency, language),
                next=price(later, currency, language),
            )
        )
    return tuple(rows)


def _value_rows(facts: Facts) -> tuple[ValueRow, ...]:
    used, seats, wording = facts.get("active_users"), facts.get("seats"), facts.get("active_wording")
    if not isinstance(used, int) or not isinstance(seats, int):
        return ()
    return (ValueRow(label=f"People who use it ({wording})", value=f"{used} of {seats} seats"),)


_LETTERS: Mapping[str, tuple[str, Callable[[Verdict, _Envelope], Written]]] = {
    "failed_payment": ("failed_payment", _failed_payment),
    EXPANSION: (LIMIT, _approaching_limit),
    WINDOW: ("renewal", _renewal),
}
"""Which alert gives which letter."""
