"""Simulate: replay days gone by under the policy in force and under another one, side by side.

Both begin with nothing standing, see the same facts as they were known then, and go on from step to step by
what they have left standing themselves. Accounts come in chunks and what stands of them waits in a file
from one day to the next: what is in memory grows with what is told alone. Nothing is stored.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice, repeat
from typing import NamedTuple

import msgspec

from config.errors import Actionable
from health.calendars import Workdays
from health.features import Features, Pulse
from health.nouns import Band
from health.policy import Policy
from health.simulation import Lens, Question, Seen, Side, Stand, step
from store import history, overrides
from store.database import Connection
from worker.past import Waiting, known

Stands = tuple[Stand, Stand]
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Stands)
_NOTHING: bytes = _encoder.encode((Stand(), Stand()))


class Refused(Actionable):
    """The facts do not reach as far as the days that are asked of."""


@dataclass
class Replayed:
    """What the two policies came to. ``moves`` are the accounts by the band that each gives on the last day.

    ``backfilled`` names the sources that were read after a day that was replayed.
    """

    question: Question
    in_force: Side = field(default_factory=Side)
    proposed: Side = field(default_factory=Side)
    moves: Counter[tuple[Band, Band]] = field(default_factory=Counter)
    backfilled: set[str] = field(default_factory=set)


class Wanted(NamedTuple):
    """What is asked for; without ``until`` the days go up to the morning after the last day of use."""

    since: date
    until: date | None
    every: int
    horizon: int


def question(connection: Connection, policy: Policy, wanted: Wanted) -> Question:
    """Return what to replay. Raises `Refused` where facts do not reach as far as the days."""
    since, until = wanted.since, wanted.until
    reach = history.extent(connection)
    if reach.first_use is None or reach.last_use is None:
        raise Refused("there is no use to judge by: pull or import some")
    end = reach.last_use + timedelta(days=1)
    if not reach.first_use < since <= end:
        raise Refused(
            f"nothing is known as of {since}: use is known from {reach.first_use} to {reach.last_use}"
        )
    if until is not None and not since <= until <= end:
        raise Refused(f"the last day {until} is not between {since} and {end}, the day after the last use")
    closed = min(reach.last_use, reach.last_outcome) if reach.last_outcome else None
    return Question(since, until or end, wanted.every, wanted.horizon, closed, policy.renewals)


def simulated(
    connection: Connection,
    policies: tuple[Policy, Policy],
    workdays: Workdays,
    asked: Question,
    begin: Callable[[date], None] = lambda _: None,
) -> Replayed:
    """Replay the days under the policy in force and the proposed one; ``begin`` hears of each day."""
    found = Replayed(asked)
    stands: Iterator[bytes] = repeat(_NOTHING)
    with ExitStack() as files:
        for day in asked.days:
            begin(day)
            then = files.enter_context(closing(Waiting()))
            for seen, pulses in _seen(connection, policies, workdays, found, day):
                lenses = [Lens(*each, workdays) for each in zip(policies, pulses, strict=True)]
                then.add(_encoder.encode(_both(found, seen, lenses, _decoder.decode(next(stands)))))
            stands = iter(then)
    return found


def _both(found: Replayed, seen: tuple[Seen, Seen], lenses: Sequence[Lens], stands: Stands) -> Stands:
    """Let both policies judge an account, count what they say, and return what stands after it."""
    question = found.question
    old, new = (step(*each) for each in zip(seen, lenses, stands, strict=True))
    found.in_force.add(seen[0], old, question)
    found.proposed.add(seen[1], new, question)
    if seen[0].day == question.last:
        found.moves[old.band, new.band] += 1
    return old.stand, new.stand


def _seen(
    connection: Connection, policies: tuple[Policy, Policy], workdays: Workdays, found: Replayed, day: date
) -> Iterator[tuple[tuple[Seen, Seen], Sequence[Pulse]]]:
    """Yield every account as each policy sees it at the start of a day, in the order of their ids."""
    pulses, rows = _known(connection, policies, workdays, found, day)
    for ids in history.chunks(connection):
        outcomes = history.outcomes(connection, ids)
        by_hand = overrides.stood(connection, day, ids[0], ids[-1])
        for old, new in islice(rows, len(ids)):
            ended, override = outcomes.get(old.account, ()), by_hand.get(old.account)
            yield (Seen(old, day, override, ended), Seen(new, day, override, ended)), pulses


def _known(
    connection: Connection, policies: tuple[Policy, Policy], workdays: Workdays, found: Replayed, day: date
) -> tuple[Sequence[Pulse], Iterator[tuple[Features, Features]]]:
    """Return the pulses and the rows of a day; facts are read twice where the policies read other metrics."""
    if policies[0].metrics == policies[1].metrics:
        both = known(connection, policies, workdays, day)
        found.backfilled |= both.backfilled
        return both.pulses, ((row, row) for row in both.rows)
    old, new = (known(connection, [policy], workdays, day) for policy in policies)
    found.backfilled |= old.backfilled
    return [*old.pulses, *new.pulses], zip(old.rows, new.rows, strict=True)
