"""Nudges at work: which letter would help an account today, and what it says."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial

from health.features import Pulse
from health.figures.standing import ENDED_LICENCES
from health.letters import LETTERS, NUDGE, SURVEY_LETTERS, SURVEYS
from health.nouns import Notice
from health.nudge_rules import (
    ACTIVATION,
    EXPIRED,
    WELCOME,
    NudgeRules,
)
from health.nudges import (
    DONE,
    FAILED,
    Due,
    Known,
    Licence,
    Owed,
    due,
    has_begun,
    may_nudge,
)
from health.purchases import Purchase
from store import nudges, surveys
from store.database import Connection
from store.runs import Chunk, Run
from store.surveys import Letter
from worker import experiments, letters
from worker.deployment import Deployment
from worker.letters import Envelope, Verdict, Written
from worker.nudge_words import worded

EXPIRED_STATUS = "expired"
BY_CALENDAR = SURVEY_LETTERS | {letter for letter, kind in LETTERS.items() if kind == NUDGE} - {letters.LIMIT}
"""The letters whose keys end with the day on which they were owed."""


@dataclass(frozen=True, slots=True)
class Nudging:
    """What letters that the calendar owes go by, of a chunk of accounts.

    ``before`` are those that were owed before, by account, ``begun`` since when each is sent.
    """

    before: Mapping[int, Sequence[Letter]]
    begun: Mapping[str, date]
    attempts: Mapping[int, Sequence[nudges.Attempt]] = field(default_factory=dict)
    licences: Mapping[int, Sequence[nudges.Licence]] = field(default_factory=dict)
    purchases: Mapping[int, Sequence[nudges.Purchase]] = field(default_factory=dict)
    cadences: Mapping[int, Mapping[str, int]] = field(default_factory=dict)

    def has_begun(self, deployment: Deployment, verdict: Verdict, letter: str) -> bool:
        """Tell whether a letter that was switched on has come to an account: all are reached in turn.

        But for a welcome, which is owed to nobody who bought before.
        """
        account, as_of = verdict.features.key, verdict.assessment.as_of
        days = 1 if letter == WELCOME else deployment.nudges.spread_days
        return has_begun(account, letter, self.begun.get(letter), as_of, days)


def sent(deployment: Deployment) -> frozenset[str]:
    """Return the letters of which a company says whether they are sent."""
    return deployment.nudges.sent | {SURVEYS[kind] for kind in deployment.policy.surveys.kinds}


def nudging(deployment: Deployment, connection: Connection, run: Run, chunk: Chunk) -> Nudging | None:
    """Return what the calendar owes a chunk's accounts goes by; `None` where nothing is sent.

    That is so on an installation's first run, too, of which customers hear nothing.
    """
    on, first, last = sent(deployment), chunk.first_account, chunk.last_account
    if run.first or not on:
        return None
    return Nudging(
        surveys.asked(connection, first, last, BY_CALENDAR),
        nudges.begun(connection),
        nudges.attempts(connection, first, last, run.as_of) if ACTIVATION in on else {},
        nudges.licences(connection, first, last) if EXPIRED in on else {},
        nudges.purchases(connection, first, last) if WELCOME in on else {},
        experiments.cadences(connection, first, last),
    )


def notices(
    deployment: Deployment, connection: Connection, verdict: Verdict, found: Nudging, pulse: Pulse
) -> Iterator[Notice]:
    """Yield what would help an account: one nudge at most, and what it must know in time."""
    of_account = found.before.get(verdict.features.account, ())
    before = [_owed(letter, verdict.features.key) for letter in of_account]
    every_days = found.cadences.get(verdict.features.account, {})
    rules, known = deployment.nudges, known_of(deployment, verdict, found, pulse, before)
    rules = replace(rules, every_days=every_days) if every_days else rules
    nudged = False
    for each in due(known, rules):
        is_nudge = LETTERS[each.letter] == NUDGE
        begun = found.has_begun(deployment, verdict, each.letter)
        may = begun and may_nudge(each, before, verdict.assessment.as_of, rules)
        if is_nudge and (nudged or not may):
            continue
        letter = _letter(deployment, connection, verdict, each, known)
        if letter:
            nudged = nudged or is_nudge
            yield letter


def known_of(
    deployment: Deployment, verdict: Verdict, found: Nudging, pulse: Pulse, before: Sequence[Owed] = ()
) -> Known:
    """Return an account as the rules see it."""
    row, as_of = verdict.features, verdict.assessment.as_of
    kinds = (pulse.freshness[name].kinds for name in row.sources if name in pulse.freshness)
    tried = sorted(found.attempts.get(row.account, ()), key=lambda each: each.done)
    ended = deployment.policy.renewals.ended | ENDED_LICENCES
    return Known(
        row,
        verdict.assessment,
        frozenset().union(*kinds),
        {each.step: DONE if each.done else FAILED for each in tried},
        [_licence(each, ended, as_of) for each in found.licences.get(row.account, ())],
        pulse.fleet_features,
        [_purchase(each) for each in found.purchases.get(row.account, ()) if each.status not in ended],
        found.begun,
        welcomed=any(each.letter == WELCOME and each.left for each in before),
    )


def _purchase(stored: nudges.Purchase) -> Purchase:
    return Purchase(stored.subscription, stored.product, stored.bought_on)


def _licence(stored: nudges.Licence, ended: frozenset[str], as_of: date) -> Licence:
    """Return a licence as the rule takes it: what is called expired ended by its date, if that is past."""
    on = stored.expires_on
    by_date = stored.status == EXPIRED_STATUS and on is not None and on <= as_of
    return Licence(stored.product, on, stored.status in ended and not by_date)


def _owed(letter: Letter, account: str) -> Owed:
    """Return what a letter's key says of it; what has no day in it was not owed by the calendar."""
    matter, _, on = letter.key.removeprefix(
        letters.key(letter.template, account, letter.subject, "")
    ).rpartition("/")
    return Owed(letter.template, matter, date.fromisoformat(on), letter.left)


def _letter(
    deployment: Deployment, connection: Connection, verdict: Verdict, each: Due, known: Known
) -> Notice | None:
    write = partial(_written, deployment.nudges, each, known)
    return letters.addressed(deployment, connection, verdict, each.letter, write)


def _written(rules: NudgeRules, each: Due, known: Known, verdict: Verdict, envelope: Envelope) -> Written:
    """Word a letter. A notice is owed once for its matter, a nudge again on another day."""
    content = worded(rules, each, known, envelope)
    if content is None:
        return None
    is_nudge = LETTERS[each.letter] == NUDGE
    return content, f"{each.matter}/{verdict.assessment.as_of}" if is_nudge else each.matter
