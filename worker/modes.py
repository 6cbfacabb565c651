"""Modes at work: whether a letter leaves by itself, is held for a person, or is one that they have approved.

That is asked as it is to leave, so that nobody is asked about one that may not: what was said no to, what
came back, what its run's brake holds. The words are kept with it: what is approved is what is sent.
"""

from dataclasses import replace
from datetime import date

import structlog

from config.modes import APPROVAL, AUTOMATIC, DRAFT, UNTIL_CLEAN, Chosen
from health.nouns import Notice
from store import approvals, features, outbox, subjects, verdicts
from store.approvals import APPROVAL_EXPIRED, APPROVED
from store.database import Connection, clock
from store.installation import business_day
from templates.content import OperatorContent
from templates.letters import LetterContent
from templates.payload import decode
from templates.render import render
from worker import operators
from worker.deployment import Deployment
from worker.messages import message
from worker.plays import segment
from worker.renewal_rules import last_day

log = structlog.get_logger()
_DAY_MS = 86_400_000


class Withheld(Exception):  # noqa: N818 - named by what happened
    """A notice must not be sent any more: no consent, nobody there, letters came back, too much, too late."""


class Kept(Exception):  # noqa: N818 - named by what happened
    """A letter waits for a person; ``mode`` says for what, ``notice`` has its words."""

    def __init__(self, notice: Notice, mode: str) -> None:
        """Say which."""
        super().__init__()
        self.notice = notice
        self.mode = mode


def approved(deployment: Deployment, connection: Connection, notice: Notice) -> Notice:
    """Return a letter that may leave, as far as its mode goes.

    Raises `Kept`, `Withheld` where it was approved and would come too late by now, or
    `templates.content.Unrenderable`.
    """
    chosen = chosen_for(deployment, connection, notice.template, notice.account)
    if chosen.mode == AUTOMATIC:
        return notice
    notice = replace(notice, body=worded(connection, notice))
    said = approvals.word(connection, notice, notice.body)
    if said.decision == APPROVED and chosen.mode != DRAFT:
        if not said.in_time:
            raise Withheld(APPROVAL_EXPIRED)
        return notice
    if chosen.mode == UNTIL_CLEAN and _is_trusted(deployment, connection, notice.template):
        return notice
    _hold(deployment, connection, notice, chosen)
    raise Kept(notice, DRAFT if chosen.mode == DRAFT else APPROVAL)


def worded(connection: Connection, notice: Notice) -> bytes:
    """Return a letter's words, as they are kept or made now: what is owed has the reader's token, no name."""
    if notice.body:
        return notice.body
    name = subjects.name_told(connection, notice.owner)
    return render(notice.template, notice.payload, person_name=name)


def chosen_for(deployment: Deployment, connection: Connection, template: str, account: int) -> Chosen:
    """Return the mode of a template for an account, and the rule that says so."""
    modes = deployment.modes
    if not modes.needs_segment(template):
        return modes.of(template, {})
    found = verdicts.current(connection, [account])
    return modes.of(template, segment(connection, found[0].assessment) if found else {})


def _is_trusted(deployment: Deployment, connection: Connection, template: str) -> bool:
    """Tell whether a template leaves by itself; with enough clean ones it does from then on."""
    if approvals.is_trusted(connection, template):
        return True
    count = approvals.clean(connection, template)
    if count < deployment.modes.clean:
        return False
    approvals.trust(connection, template)
    outbox.plan(connection, None, [_told(deployment, template, count, clock(connection))])
    outbox.make_due(connection, None)
    log.info("leaves_by_itself", template=template, clean=count)
    return True


def _told(deployment: Deployment, template: str, clean: int, now_ms: int) -> Notice:
    """Tell that letters of a template leave by themselves from now on."""
    content = OperatorContent(
        title=f"Mails of the template {template} leave by themselves from now on",
        what_happened=f"{clean:,} of them were approved and sent, and nothing came back: so modes.yaml says.",
        what_to_do=("To go on approving each, name it in a rule of modes.yaml with the mode approval.",),
    )
    thread = f"operator/modes/{template}"
    return message(
        deployment.routes.ops, operators.TEMPLATE, key=f"{thread}/{now_ms}", thread=thread, content=content
    )


def _hold(deployment: Deployment, connection: Connection, notice: Notice, chosen: Chosen) -> None:
    mode = DRAFT if chosen.mode == DRAFT else APPROVAL
    by_ms = _leaves_by_ms(deployment, connection, notice)
    approvals.hold(connection, notice, mode, chosen.rule, deployment.modes.expires_hours, by_ms)
    log.info("letter_held", template=notice.template, mode=mode, rule=chosen.rule)


def _leaves_by_ms(deployment: Deployment, connection: Connection, notice: Notice) -> int | None:
    """Return the end of the last day of use of a letter, in ms since 1970; `None` if it has none."""
    content = decode(notice.template, notice.payload)
    row = features.held(connection, [notice.account]).get(notice.account)
    found = verdicts.current(connection, [notice.account])
    if row is None or not found or not isinstance(content, LetterContent):
        return None
    last = last_day(deployment.letter_rules, row, found[0].assessment, content)
    return _end_ms(connection, last) if last else None


def _end_ms(connection: Connection, day: date) -> int:
    """Return when a day of the company is over, by the clock of the database."""
    now_ms = clock(connection)
    ahead = max(0, (day - business_day(connection)).days + 1)
    return now_ms - now_ms % _DAY_MS + ahead * _DAY_MS
