"""Surveys at work: the letter that asks, as it comes to be owed, and who was asked of late."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial

import msgspec

from config.links import Survey
from health.letters import SURVEY_LETTERS, SURVEYS
from health.nouns import Notice
from health.surveys import ASKED_LATELY, NPS, REST_DAYS, Asked, Due, due, may_ask, scores
from store import surveys
from store.contacts import recipient
from store.database import Connection
from store.surveys import Letter
from templates.letters import SurveyKind, SurveyLetter
from worker import letters
from worker.deployment import Deployment
from worker.letters import Envelope, Verdict, Written
from worker.nudges import Nudging

KINDS: Mapping[str, str] = {letter: kind for kind, letter in SURVEYS.items()}
"""What each letter asks."""


def notices(
    deployment: Deployment, connection: Connection, verdict: Verdict, nudging: Nudging
) -> Iterator[Notice]:
    """Yield the survey that an account is owed, if one is: never two at once."""
    as_of, rules = verdict.assessment.as_of, deployment.policy.surveys
    before = nudging.before.get(verdict.features.account, ())
    asked = [_asked(each, verdict.features.key) for each in before if each.template in SURVEY_LETTERS]
    for found in due(verdict.features, verdict.assessment, deployment.policy):
        template = SURVEYS[found.kind]
        begun = nudging.has_begun(deployment, verdict, template)
        if not begun or not may_ask(found, asked, as_of, rules):
            continue
        roles = deployment.routes.letters.get(template, ())
        person = recipient(connection, verdict.features.account, roles)
        if person is None:
            continue
        write = partial(written, deployment, found, person.subject)
        letter = letters.letter(deployment, verdict, person, template, write)
        if letter:
            yield letter
            return


def _asked(letter: Letter, account: str) -> Asked:
    """Return what a letter's key says of it."""
    occasion, _, on = letter.key.removeprefix(
        letters.key(letter.template, account, letter.subject, "")
    ).rpartition("/")
    return Asked(KINDS[letter.template], occasion, date.fromisoformat(on), letter.left)


def written(
    deployment: Deployment, found: Due, subject: str, verdict: Verdict, envelope: Envelope
) -> Written:
    """Word what asks a person; nothing where nobody outside reaches us."""
    row, as_of = verdict.features, verdict.assessment.as_of
    if deployment.links is None:
        return None
    link = deployment.links.survey(Survey(subject, row.account, found.kind, as_of))
    kind = msgspec.convert(found.kind, SurveyKind)
    content = SurveyLetter(**envelope, kind=kind, scores=scores(found.kind), answer=link)
    return content, f"{found.occasion}/{as_of}"


def asked_lately(deployment: Deployment, connection: Connection, notice: Notice) -> str:
    """Return why a person is not asked, or nothing: they were of late for whatever account.

    That is anything, or to recommend us.
    """
    if surveys.sent_lately(connection, notice.owner, notice.id, SURVEY_LETTERS, REST_DAYS):
        return ASKED_LATELY
    every, nps = deployment.policy.surveys.nps_every_days, SURVEYS[NPS]
    again = notice.template == nps and surveys.sent_lately(connection, notice.owner, notice.id, {nps}, every)
    return ASKED_LATELY if again else ""
