"""Peace: when a customer is left alone, whatever nudge would be owed. Notices leave all the same."""

from collections.abc import Collection, Sequence
from datetime import date

from health.alerts import AT_RISK, OPEN
from health.features import TicketFact
from health.nouns import Flag
from health.service import is_open

DO_NOT_CONTACT = "do_not_contact"
"""Where a field of a source says so, its name follows: ``do_not_contact/hubspot``."""
URGENT_TICKET, SNOOZED, AT_RISK_ALERT = "urgent_ticket", "snoozed", "at_risk_alert"
"""Why a nudge is not sent: somebody said so of the account, or something else is between us."""
CONTACT_CAP, ACCOUNT_CAP = "contact_cap", "account_cap"
"""Why one is not sent: the person, or their account, was sent as many letters of late as they can take."""


def left_in_peace(
    tickets: Sequence[TicketFact], flags: Sequence[Flag], as_of: date, urgent: Collection[str]
) -> str:
    """Return why an account is left in peace today, or nothing: an urgent ticket, a snooze, an alert."""
    if any(t.priority in urgent and t.opened_on <= as_of and is_open(t, as_of) for t in tickets):
        return URGENT_TICKET
    standing = [flag for flag in flags if flag.state in OPEN]
    if any(flag.state == "snoozed" and (flag.until is None or flag.until > as_of) for flag in standing):
        return SNOOZED
    return AT_RISK_ALERT if any(flag.kind == AT_RISK for flag in standing) else ""


def standing_with(standing: Sequence[Flag], changed: Sequence[Flag]) -> tuple[Flag, ...]:
    """Return the flags that stand once those that changed are stored."""
    by_key = {(flag.kind, flag.reason, flag.term): flag for flag in (*standing, *changed)}
    return tuple(by_key.values())
