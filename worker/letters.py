"""Letters: what a customer is written, and to whom. Whatever is mandatory and missing keeps one back."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TypedDict

import msgspec

from config.letters import load_letters
from health.corrections import Correction
from health.decide import WINDOW, Alert, Previous
from health.expansion import GROUP as EXPANSION
from health.features import Features, PaymentFact
from health.languages import Origin, spoken
from health.letters import Customer, LetterRule, rule_for, topic
from health.nouns import Assessment, Flag, Notice
from health.policy import Policy
from health.precedence import at_stake
from health.renewals import term_key
from health.service import failing
from health.weeks import told_through, weeks
from store.contacts import Recipient, recipient
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
from worker.deployment import Deployment
from worker.support import solved

RENEWAL, LIMIT, CAPACITY = "renewal", "approaching_limit", "capacity"
"""The letter about a limit is written only where the limit is among the evidence."""
SEATS = "seats"
NO_RULE, UNTIMELY, INCOMPLETE = "no_letter_rule", "untimely", "incomplete"
"""Why a renewal letter is withheld: no rule surely holds, it is not the time, a field is unknown."""
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


def checked_letters(path: Path | None, policy: Policy) -> tuple[LetterRule, ...]:
    """Return the rules of renewal letters, held to the policy's windows and to what the letter states.

    Raises `config.files.ConfigError`.
    """
    from templates.stated import stated  # noqa: PLC0415 - who reads no rules loads no templates

    return load_letters(path, policy.renewals.windows, stated("renewal"))


def letters(
    deployment: Deployment, connection: Connection, verdict: Verdict, alert: Alert
) -> Iterator[Notice]:
    """Yield the letter that an alert owes the customer, if it has one and everything it needs is known."""
    if alert.kind not in _LETTERS:
        return
    template, write = _LETTERS[alert.kind]
    if template == LIMIT and not any(flag.reason == CAPACITY for flag in alert.flags):
        return
    if template == RENEWAL:
        verdict = replace(verdict, solved=solved(connection, verdict.features, verdict.assessment))
    person = recipient(connection, verdict.features.account, deployment.routes.letters.get(template, ()))
    owed = letter(deployment, verdict, person, template, write, alert.severity) if person else None
    if owed:
        yield owed


def letter(  # noqa: PLR0917 - one letter and all that it is made of
    deployment: Deployment,
    verdict: Verdict,
    person: Recipient,
    template: str,
    write: "Writer",
    severity: str = "normal",
) -> Notice | None:
    """Return a letter to a person, if everything it needs is known: links, whom to reply to, its matter."""
    around = envelope(deployment, verdict, person, template)
    written = write(verdict, around) if around else None
    if written is None:
        return None
    content, matter = written
    withheld = _withheld(deployment, verdict, content)
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
        withheld=withheld,
    )


def key(template: str, account: str, subject: str, matter: str) -> str:
    """Return a letter's key: a person gets one letter about one matter of an account."""
    return f"letter/{template}/{account}/{subject}/{matter}"


def _withheld(deployment: Deployment, verdict: Verdict, content: LetterContent) -> str | None:
    """Return why a renewal letter must not leave, or nothing; `None` if none is due with this window."""
    if not isinstance(content, RenewalLetter):
        return ""
    rule = rule_for(deployment.letter_rules, _customer(verdict.features, verdict.assessment))
    if rule and verdict.facts.get("window") not in rule.windows:
        return None
    return _why_not(rule, content, verdict.assessment.as_of)


def last_day(
    rules: Sequence[LetterRule], row: Features, assessment: Assessment, content: LetterContent
) -> date | None:
    """Return the last day on which a letter is of use: `None` of any but one about a renewal.

    What its rule allows, the last day on which the customer can say no, the day before the term's end.
    """
    if not isinstance(content, RenewalLetter):
        return None
    days = [content.term_ends_on - timedelta(days=1)]
    rule = rule_for(rules, _customer(row, assessment))
    if rule and rule.between:
        days.append(content.term_ends_on - timedelta(days=rule.between[1]))
    if content.notice_by:
        days.append(content.notice_by - timedelta(days=1))
    return min(days)


def _customer(row: Features, assessment: Assessment) -> Customer:
    """Return what rules of letters ask of an account and the term that renews."""
    facts = assessment.facts
    term = next((each for each in row.terms if term_key(each) == assessment.term), None)
    days = (term.term_end - term.term_start).days if term and term.term_end else None
    auto = facts.get("auto_renew")
    return Customer(
        row.country, row.region, row.customer_type, days, auto if isinstance(auto, bool) else None
    )


def _why_not(rule: LetterRule | None, content: RenewalLetter, as_of: date) -> str:
    """Return why a renewal letter must not leave, or nothing."""
    if rule is None:
        return NO_RULE
    if not rule.allows((content.term_ends_on - as_of).days):
        return UNTIMELY
    return INCOMPLETE if any(getattr(content, name, None) is None for name in rule.needs) else ""


def links(deployment: Deployment, subject: str, template: str) -> LetterLinks | None:
    """Return a person's links in a letter; `None` where nobody outside reaches us."""
    made = deployment.links
    if made is None:
        return None
    preferences = made.preferences(subject)
    return LetterLinks(
        manage=deployment.settings.manage_url or preferences,
        preferences=preferences,
        unsubscribe=made.unsubscribe(subject, topic(template)),
    )


def envelope(deployment: Deployment, verdict: Verdict, person: Recipient, template: str) -> Envelope | None:
    """Return what a letter to a person says beside its matter; `None` without links, or whom to reply to."""
    theirs = links(deployment, person.subject, template)
    if theirs is None or not verdict.features.csm_email:
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


def _renewal(verdict: Verdict, envelope: Envelope) -> Written:
    facts = verdict.facts
    ends = facts.get("renewal_on")
    seats, price, users = facts.get("seats"), _price(verdict), facts.get("active_users")
    if not isinstance(ends, str) or (not isinstance(seats, int) and price is None):
        return None
    auto = facts.get("auto_renew") is True
    notice_by = facts.get("anchor_on") if facts.get("anchor_kind") == "notice" else None
    content = RenewalLetter(
        **envelope,
        term_ends_on=date.fromisoformat(ends),
        renews_on=date.fromisoformat(ends) if auto else None,
        notice_by=date.fromisoformat(notice_by) if isinstance(notice_by, str) else None,
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
    WINDOW: (RENEWAL, _renewal),
}
"""Which alert gives which letter."""
WRITERS: Mapping[str, Writer] = dict(_LETTERS.values())
"""How each of these letters is worded."""
