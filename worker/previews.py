"""Previews: a letter as a customer would get it, were it owed today. Nothing comes to be owed, or is kept.

Whatever is looked at has links for nobody: who follows one changes nothing for the customer.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import msgspec

from config.errors import Actionable
from config.links import Survey
from health.as_if import Fact, Supposed, supposed
from health.letters import LETTERS
from health.nouns import Notice
from health.nudges import Known
from health.surveys import Due as Asking
from store import features, nudges, outbox, subjects, verdicts
from store.contacts import Recipient, recipient
from store.database import Connection
from store.installation import business_day
from templates.examples import LETTERS as EXAMPLES
from templates.letters import LetterContent, SurveyLetter
from templates.payload import decode
from worker import letters, surveys
from worker.deployment import Deployment
from worker.letters import Envelope, Verdict
from worker.nudge_words import worded
from worker.nudges import Nudging, known_of
from worker.pulse import last_pulse
from worker.support import solved

NOBODY = "nobody"
_ADDRESS = Fact("an address that its links lead to", "SEATSIGNAL_PUBLIC_URL")
_COLLEAGUE = Fact("a colleague whom a reply reaches", "`csm_email` of accounts.csv, or the owner in a CRM")


class NoPreview(Actionable):
    """A letter cannot be shown; the text says what is missing, and where it would come from."""


class Preview(NamedTuple):
    """What a letter says, and the name of its reader, if known; ``owed`` if it is and has yet to leave."""

    account: str
    payload: str
    person_name: str = ""
    owed: bool = False


def preview(deployment: Deployment, connection: Connection, template: str, account: str) -> Preview:
    """Return a letter that an account is owed, else the one that it would get were it owed today.

    Without an account it is one to an invented account. Of any other template it is what was planned last.
    Raises `NoPreview`.
    """
    if template not in LETTERS:
        return _latest(connection, template, account)
    if not account:
        example = EXAMPLES[template]
        return Preview(example.account_name, msgspec.json.encode(example).decode())
    found = verdicts.verdict(connection, account)
    row = features.held(connection, [found.assessment.account] if found else [])
    if found is None or not row:
        raise NoPreview(
            f"No account {account!r} has been judged; `seatsignal accounts` lists those that are."
        )
    (theirs,) = row.values()
    owed = outbox.open_letter(connection, template, theirs.account)
    if owed:
        name = subjects.name_told(connection, owed.owner)
        return Preview(account, _for_nobody(deployment, connection, owed), name, owed=True)
    served = solved(connection, theirs, found.shown) if template == letters.RENEWAL else None
    verdict = Verdict(found.run, theirs, found.shown, None, solved=served)
    return _as_if(deployment, connection, template, verdict)


def _latest(connection: Connection, template: str, account: str) -> Preview:
    if not account:
        raise NoPreview(f"Only of letters there are examples: {', '.join(LETTERS)}.")
    payload = outbox.latest_payload(connection, template, account)
    if payload is None:
        raise NoPreview(f"No {template!r} was ever planned for {account!r}; `seatsignal plan` lists what is.")
    return Preview(account, payload, owed=True)


def _for_nobody(deployment: Deployment, connection: Connection, owed: Notice) -> str:
    """Return what a letter says with links for nobody in place of the customer's."""
    content, links = decode(owed.template, owed.payload), letters.links(deployment, NOBODY, owed.template)
    if not isinstance(content, LetterContent) or links is None or deployment.links is None:
        return owed.payload
    content = msgspec.structs.replace(content, links=links)
    if isinstance(content, SurveyLetter):
        asked = Survey(NOBODY, owed.account, content.kind, business_day(connection))
        content = msgspec.structs.replace(content, answer=deployment.links.survey(asked))
    return msgspec.json.encode(content).decode()


# -- as if it were owed ------------------------------------------------------------------------------


def _as_if(deployment: Deployment, connection: Connection, template: str, verdict: Verdict) -> Preview:
    person = recipient(connection, verdict.features.account, deployment.routes.letters.get(template, ()))
    found = supposed(template, _known(deployment, connection, verdict), deployment.nudges)
    missing = list(_missing(deployment, template, verdict, person))
    missing += [found] if isinstance(found, Fact) else []
    if missing or person is None or isinstance(found, Fact):
        raise NoPreview(_told(template, verdict.features.key, missing))
    nobody = replace(person, subject=NOBODY)
    around = letters.envelope(deployment, verdict, nobody, template)
    content = _worded(deployment, verdict, found, around) if around else None
    if content is None:
        raise NoPreview(f"{verdict.features.key!r} has nothing that {template!r} could say; try `--example`.")
    name = subjects.name_told(connection, person.subject)
    return Preview(verdict.features.key, msgspec.json.encode(content).decode(), name)


def _known(deployment: Deployment, connection: Connection, verdict: Verdict) -> Known:
    account, as_of = verdict.features.account, verdict.assessment.as_of
    found = Nudging(
        {},
        {},
        nudges.attempts(connection, account, account, as_of),
        nudges.licences(connection, account, account),
        nudges.purchases(connection, account, account),
    )
    return known_of(deployment, verdict, found, last_pulse(connection))


def _missing(
    deployment: Deployment, template: str, verdict: Verdict, person: Recipient | None
) -> Iterator[Fact]:
    """Yield what any letter lacks."""
    if deployment.links is None:
        yield _ADDRESS
    if not verdict.features.csm_email:
        yield _COLLEAGUE
    if person is None:
        roles = " or ".join(deployment.routes.letters.get(template, ())) or "nobody's role"
        yield Fact(f"a contact to write to ({roles})", "contacts.csv, or a CRM; routes.yaml says which roles")


def _told(template: str, account: str, missing: Sequence[Fact]) -> str:
    lacks = [f"  {fact.what}: {fact.where}" for fact in missing]
    head = f"{template!r} cannot be shown as {account!r} would get it. What is missing, and its place:"
    return "\n".join((head, *lacks, "`--example` shows it as an invented account would get it."))


def _worded(
    deployment: Deployment, verdict: Verdict, found: Supposed, around: Envelope
) -> LetterContent | None:
    letter = found.due.letter
    if letter in letters.WRITERS:
        written = letters.WRITERS[letter](replace(verdict, features=found.known.features), around)
    elif letter in surveys.KINDS:
        written = surveys.written(deployment, Asking(surveys.KINDS[letter], ""), NOBODY, verdict, around)
    else:
        return worded(found.rules, found.due, found.known, around)
    return written[0] if written else None
