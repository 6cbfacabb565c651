"""When a renewal may be written of: by which rule, from when on, until when."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from config.letters import load_letters
from health.features import Features, Term
from health.letters import Customer, LetterRule, rule_for
from health.nouns import Assessment
from health.policy import Policy
from health.renewals import anchors, term_key
from health.terms import in_force
from templates.letters import LetterContent, RenewalLetter

NO_RULE, UNTIMELY, INCOMPLETE = "no_letter_rule", "untimely", "incomplete"
"""Why a renewal letter is withheld: no rule surely holds, it is not the time, a field is unknown."""


def checked_letters(path: Path | None, policy: Policy) -> tuple[LetterRule, ...]:
    """Return the rules of renewal letters, held to the policy's windows and to what the letter states.

    Raises `config.files.ConfigError`.
    """
    from templates.stated import stated  # noqa: PLC0415 - who reads no rules loads no templates

    return load_letters(path, policy.renewals.windows, stated("renewal"))


def withheld(
    rules: Sequence[LetterRule], row: Features, assessment: Assessment, content: LetterContent
) -> str | None:
    """Return why a renewal letter must not leave, or nothing; `None` if none is due with this window."""
    if not isinstance(content, RenewalLetter):
        return ""
    rule = rule_for(rules, _customer(row, assessment))
    if rule and assessment.facts.get("window") not in rule.windows:
        return None
    return _why_not(rule, content, assessment.as_of)


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
    term = _term(row, assessment)
    days = (term.term_end - term.term_start).days if term and term.term_end else None
    return Customer(row.country, row.region, row.customer_type, days, renews(row, assessment))


def renews(row: Features, assessment: Assessment) -> bool | None:
    """Tell whether the term renews by itself: one that was cancelled to its end does not."""
    term, auto = _term(row, assessment), assessment.facts.get("auto_renew")
    if term and term.cancel_at_period_end:
        return False
    return auto if isinstance(auto, bool) else None


def _term(row: Features, assessment: Assessment) -> Term | None:
    return next((each for each in row.terms if term_key(each) == assessment.term), None)


def holds(row: Features, assessment: Assessment, content: RenewalLetter, policy: Policy, today: date) -> bool:
    """Tell whether what a letter says of its term still does: the days, and whether it renews by itself.

    Of a term that another one's date has come before it is the day of its end alone.
    """
    if assessment.facts.get("renewal_on") == content.term_ends_on.isoformat():
        said = (content.notice_by, content.auto_renew)
        return said == (notice_by(assessment), renews(row, assessment) is True)
    ahead = anchors(in_force(row.terms, today, policy.renewals), today)
    return content.term_ends_on in {each.term.term_end for each in ahead}


def notice_by(assessment: Assessment) -> date | None:
    """Return the last day on which the customer can say no, if that is what comes first."""
    on = assessment.facts.get("anchor_on") if assessment.facts.get("anchor_kind") == "notice" else None
    return date.fromisoformat(on) if isinstance(on, str) else None


def why_not(
    rules: Sequence[LetterRule], row: Features, assessment: Assessment, content: RenewalLetter, today: date
) -> str:
    """Return why a letter must not leave today by the rule of the term that comes first, or nothing."""
    if assessment.facts.get("renewal_on") != content.term_ends_on.isoformat():
        return ""
    return _why_not(rule_for(rules, _customer(row, assessment)), content, today)


def _why_not(rule: LetterRule | None, content: RenewalLetter, as_of: date) -> str:
    """Return why a renewal letter must not leave, or nothing."""
    if rule is None:
        return NO_RULE
    if not rule.allows((content.term_ends_on - as_of).days):
        return UNTIMELY
    return INCOMPLETE if any(getattr(content, name, None) is None for name in rule.needs) else ""
