"""Renewal letters as they leave: one whose dates have moved is not sent, and is owed anew."""

import re
from dataclasses import replace

from health.features import Features
from health.nouns import Notice
from store import features, outbox, verdicts
from store.database import Connection
from store.installation import business_day
from templates.letters import RenewalLetter
from templates.payload import decode
from worker import letters, renewal_rules
from worker.deployment import Deployment
from worker.letters import RENEWAL, Verdict
from worker.stakes import Stakes

TERM_CHANGED = "term_changed"
"""Why a renewal letter is not sent: what it says of the term holds no more."""
_AGAIN = re.compile(r"#[0-9]+\Z")
"""What ends the key of a letter that is owed anew: the run by whose verdict it is worded."""


def kept_back(deployment: Deployment, connection: Connection, notice: Notice) -> str:
    """Return why a renewal letter must not leave as it is, or nothing.

    It may have waited since it was worded: for a person, for its hour, for a sender. Where what it says of
    the term has changed, another is owed that says what is so, if it is still the time for it.
    """
    if notice.template != RENEWAL:
        return ""
    content = decode(notice.template, notice.payload)
    row = features.held(connection, [notice.account]).get(notice.account)
    found = verdicts.current(connection, [notice.account])
    if row is None or not found or not isinstance(content, RenewalLetter):
        return ""
    assessment, today = found[0].assessment, business_day(connection)
    if not renewal_rules.holds(row, assessment, content, deployment.policy, today):
        _owe_anew(deployment, connection, notice, found[0], row)
        return TERM_CHANGED
    return renewal_rules.why_not(deployment.letter_rules, row, assessment, content, today)


def _owe_anew(
    deployment: Deployment, connection: Connection, old: Notice, found: verdicts.Verdict, row: Features
) -> None:
    """Owe the letter about the same window of the term as it is now; another window has one of its own."""
    assessment = found.assessment
    priority = Stakes(connection, assessment.as_of).priority(assessment.facts)
    verdict = Verdict(found.run, row, assessment, None, priority=priority)
    new = letters.addressed(deployment, connection, verdict, RENEWAL, letters.renewal)
    if new is None or _matter(new, row.key) != _matter(old, row.key):
        return
    outbox.plan(connection, None, [replace(new, key=f"{new.key}#{found.run}")])
    outbox.make_due(connection, None)


def _matter(notice: Notice, account: str) -> str:
    """Return the term and the window that a letter is about, however often it was owed, and to whom."""
    return _AGAIN.sub("", notice.key.removeprefix(letters.key(RENEWAL, account, notice.owner, "")))
