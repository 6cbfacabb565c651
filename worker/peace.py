"""Peace at work: whether a nudge may leave, asked as it comes to be owed and again as it is to leave."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property

from health.features import TicketFact
from health.letters import LETTERS, NUDGE, SURVEY_LETTERS
from health.nouns import Flag, Notice
from health.peace import ACCOUNT_CAP, CONTACT_CAP, DO_NOT_CONTACT, left_in_peace
from store import features, flags, nudges, stops
from store.database import Connection
from store.installation import business_day
from worker import experiments, surveys
from worker.deployment import Deployment
from worker.letters import Verdict


def owed(deployment: Deployment, connection: Connection, verdict: Verdict, letter: Notice) -> Notice:
    """Return a letter as it comes to be owed: withheld where its account is left in peace, or held out.

    Who is left in peace is drawn into no arm of an experiment.
    """
    if LETTERS[letter.template] != NUDGE:
        return letter
    tickets, as_of = verdict.features.tickets, verdict.assessment.as_of
    why = _why(deployment, connection, letter.account, (tickets, verdict.flags), as_of)
    return replace(letter, withheld=why) if why else experiments.drawn(connection, verdict, letter)


class Caps:
    """How many letters the people and the accounts of claimed nudges were sent of late.

    It is asked once for all of them, and only where one of them comes as far as that.
    """

    def __init__(self, deployment: Deployment, connection: Connection, claimed: Sequence[Notice]) -> None:
        """Ask nothing yet."""
        self._caps = deployment.nudges.caps
        self._connection = connection
        self._claimed = claimed

    def over(self, letter: Notice) -> str:
        """Return which cap a nudge would be over, or nothing: letters of any kind count, of any account."""
        lately = self._lately[letter.id]
        if lately.to_contact >= self._caps.per_contact:
            return CONTACT_CAP
        return ACCOUNT_CAP if lately.to_account >= self._caps.per_account else ""

    @cached_property
    def _lately(self) -> Mapping[int, nudges.Lately]:
        some = [each for each in self._claimed if LETTERS.get(each.template) == NUDGE]
        return nudges.lately(self._connection, some, LETTERS, self._caps.days)


def kept_back(deployment: Deployment, connection: Connection, letter: Notice, caps: Caps) -> str:
    """Return why a letter must not leave now, or nothing: of notices there is nothing."""
    if LETTERS[letter.template] != NUDGE:
        return ""
    account, today = letter.account, business_day(connection)
    row = features.held(connection, [account]).get(account)
    standing = flags.standing(connection, account, account).get(account, ())
    found = (row.tickets if row else (), standing)
    why = _why(deployment, connection, account, found, today)
    if not why and letter.template in SURVEY_LETTERS:
        why = surveys.asked_lately(deployment, connection, letter)
    return why or caps.over(letter)


def _why(
    deployment: Deployment,
    connection: Connection,
    account: int,
    found: tuple[Sequence[TicketFact], Sequence[Flag]],
    today: date,
) -> str:
    """Return why an account is sent no nudge today, or nothing."""
    if stop := stops.of(connection, account, today):
        return f"{DO_NOT_CONTACT}/{stop.source}" if stop.source else DO_NOT_CONTACT
    return left_in_peace(*found, today, deployment.policy.urgent)
