"""The whole job on one page: pull → assess → release → deliver.

Each step is a unit of work on the database that can be begun again at any point: what is not committed
did not happen, and what is committed is found by the sweep, whoever rang or did not ring for it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

import msgspec
import structlog

from config.failpoints import failpoint
from health.judge import ENGINE_VERSION
from integrations.errors import IntegrationError, Misconfigured
from integrations.registry import BY_HAND
from integrations.roles import Page
from store import (
    doubt,
    facts,
    features,
    flags,
    identity,
    inbox,
    matches,
    merges,
    nudges,
    overrides,
    policies,
    pulses,
    reviews,
    runs,
    sources,
    tickets,
    verdicts,
)
from store.database import Connection
from store.inbox import Call
from store.installation import business_day
from store.runs import Basis, Chunk, Tally
from store.sources import Landed
from worker import calls_in, incident_words, incidents
from worker.corrections import rescore
from worker.deliver import deliver
from worker.demoted import demoted_rules
from worker.deployment import Deployment
from worker.found import Found
from worker.listings import Listings, Retired
from worker.nudges import nudging, sent
from worker.pulse import pulse_at_hand, read_pulse, take_pulse, trust_changed, written
from worker.release import release
from worker.stakes import Stakes

__all__ = ["Pulled", "assess", "deliver", "open_run", "pull", "release"]

log = structlog.get_logger()
CALLS_A_PAGE = 500
"""Calls of a vendor that one unit of work stores."""
ON_THE_SPOT = 20
"""So few accounts are judged by who has stored their facts: to ring for somebody takes longer."""


class Pulled(msgspec.Struct, frozen=True):
    """What a pull brought, or why it ended early."""

    source: str
    rows: int
    rejects: int
    failure: str = ""
    retired: tuple[Retired, ...] = ()


# -- pull --------------------------------------------------------------------------------------------


def pull(deployment: Deployment, name: str, *, retire_all: bool = False, believed: bool = False) -> Pulled:
    """Store what a source has new, page by page, and ring for the accounts it touched.

    What its exhaustive listings leave out is retired; with ``retire_all`` however much that is. A page that
    changes everything at once is not stored, unless the source is ``believed``, as people's own files are.
    """
    rows = rejects = 0
    failure = ""
    retired: tuple[Retired, ...] = ()
    begun = _begin_pull(deployment, name)
    reached = begun.reached
    try:
        with Listings(deployment.database, name) as listings:
            for page in _pages(deployment, name, begun, listings, believed=believed or name == BY_HAND):
                rows += page.rows
                rejects += page.rejects
                reached = max(filter(None, (reached, page.through)), default=None)
            retired = listings.settle(retire_all=retire_all)
            _remember_listings(deployment, name, retired)
    except sources.Overtaken:
        failure = "overtaken"
    except doubt.Implausible as error:
        failure = "implausible"
        _remember_failure(deployment, name, incident_words.implausible(name, error))
    except IntegrationError as error:
        failure = error.reason
        _remember_failure(deployment, name, error)
    pulled = Pulled(name, rows, rejects, failure, retired)
    log.info("pulled", **msgspec.to_builtins(pulled))
    if not failure:
        _end_pull(deployment, name, reached)
    return pulled


class Begun(NamedTuple):
    """Where a source goes on, how far it had come, and what it has called in, before anything is read."""

    cursor: str | None
    reached: date | None
    calls: Sequence[Call]


def _begin_pull(deployment: Deployment, name: str) -> Begun:
    with deployment.database.write() as connection:
        return Begun(*sources.place(connection, name), inbox.waiting(connection, name, CALLS_A_PAGE))


def _end_pull(deployment: Deployment, name: str, reached: date | None = date.max) -> None:
    """Judge what was touched, by this pull or by one that died before it could ask for that.

    Where more days are complete than before, every account is judged: a run that was under way has
    judged some of them by the days before. So it is where a source came under its floor, or above it again,
    and where alerts wait for this source: if it is well, those come out of which nothing changed.
    """
    with deployment.database.write() as connection:
        identity.link_waiting(connection)
        merges.follow(connection, name)
        advanced = sources.ended(connection, name, reached)
        touched = runs.touched(connection, ON_THE_SPOT + 1)
        all_change = advanced or trust_changed(deployment, connection)
        waited_for = incidents.review(deployment, connection)
    if all_change or (touched and name in waited_for):
        open_run(deployment, runs.FULL)
    elif touched:
        open_run(deployment, runs.TOUCHED, assess if touched <= ON_THE_SPOT else None)


def _pages(
    deployment: Deployment, name: str, begun: Begun, listings: Listings, *, believed: bool
) -> Iterator[Landed]:
    """Store the pages of a source and yield what each has brought."""
    ids, cursor = sources.Met(), begun.cursor
    yield from _called(deployment, name, begun, ids)
    for read in deployment.source(name).pull(cursor):
        failpoint("pulled")
        page = replace(read, records=list(read.records))
        listings.begin(page)
        landed = _store_page(deployment, name, cursor, page, ids, believed=believed)
        listings.add(page, ids)
        failpoint("stored")
        cursor = page.cursor
        yield landed


def _called(deployment: Deployment, name: str, begun: Begun, ids: sources.Met) -> Iterator[Landed]:
    """Store what the vendor called in, first: the pull that follows knows what is newest.

    What it calls in meanwhile rings for a pull of its own, or is found by the next tick.
    """
    calls = begun.calls
    while calls:
        heard = calls_in.heard(name, deployment.webhook(name), calls)
        page = Page(heard.records, begun.cursor, rejects=heard.rejects)
        yield _store_page(deployment, name, begun.cursor, page, ids, heard)
        more = len(calls) == CALLS_A_PAGE or heard.size >= inbox.BYTES
        calls = _still_waiting(deployment, name) if more else ()
    for days in calls_in.over(deployment, name):
        yield _store_page(deployment, name, begun.cursor, Page((), begun.cursor), ids, days)


def _still_waiting(deployment: Deployment, name: str) -> Sequence[Call]:
    with deployment.database.read() as connection:
        return inbox.waiting(connection, name, CALLS_A_PAGE)


def _store_page(  # noqa: PLR0917 - one page and all that belongs to it
    deployment: Deployment,
    name: str,
    cursor: str | None,
    page: Page,
    ids: sources.Met,
    heard: calls_in.Heard = calls_in.NOTHING,
    *,
    believed: bool = True,
) -> Landed:
    with deployment.database.write() as connection:
        founding = name in deployment.settings.founding
        batch = sources.begin_batch(connection, name, cursor, ids, founding=founding, believed=believed)
        records = [*page.records, *heard.more(connection)]
        repeats = facts.store_records(connection, batch, records)
        through = facts.last_day(records, business_day(connection))
        kinds = frozenset(facts.kinds_of(records))
        landed = Landed(kinds, len(records), through, complete=page.complete, rejects=page.rejects)
        if not heard.calls:  # they tell of one thing again and again
            landed = replace(landed, repeats=repeats)
        sources.end_batch(connection, batch, page.cursor, landed)
        inbox.stored(connection, heard.calls, batch.number)
    return landed


def _remember_listings(deployment: Deployment, name: str, retired: Sequence[Retired]) -> None:
    if retired:
        with deployment.database.write() as connection:
            incidents.listed(deployment, connection, name, retired)


def _remember_failure(deployment: Deployment, name: str, error: IntegrationError) -> None:
    with deployment.database.write() as connection:
        sources.failed(connection, name, error.reason, pause=isinstance(error, Misconfigured))
        incidents.failed(deployment, connection, name, error)


# -- assess ------------------------------------------------------------------------------------------


def open_run(
    deployment: Deployment, kind: str, judged_by: Callable[[Deployment, Chunk], None] | None = None
) -> int:
    """Take the fleet's pulse, start a run and ring for its chunks; return the run's id.

    A run over few touched accounts goes by the pulse that is there: so few do not move it. With ``judged_by``
    nobody is rung for: its chunks are judged here and now, and what a death leaves is rung for by the sweep.
    """
    policy = deployment.policy
    with deployment.beats.while_it_lasts(), deployment.database.write() as connection:
        at_hand = pulse_at_hand(deployment, connection) if kind == runs.TOUCHED else None
        as_of = business_day(connection)
        if at_hand is None:  # else the run that took it has kept the policy, and rows hold what it asks for
            policies.keep(connection, policy)
            features.hold(connection, policy.metrics)
        if kind == runs.FULL:
            reviews.keep_currency(connection)
            nudges.begin(connection, sent(deployment), as_of)
        basis = Basis(
            pulse=at_hand or written(take_pulse(deployment, connection, as_of)),
            known=msgspec.json.encode(sources.known(connection)).decode(),
            policy_hash=policy.hash,
            engine_version=ENGINE_VERSION,
            demoted=demoted_rules(connection, policy),
            drivers=policy.model.drivers if policy.model else (),
        )
        run, chunks = runs.open_run(connection, kind, as_of, basis, deployment.settings.chunk_size)
        if at_hand is None:
            pulses.took(connection, run)
    for chunk in chunks:
        (judged_by or _ring)(deployment, chunk)
    return run


def _ring(deployment: Deployment, chunk: Chunk) -> None:
    deployment.bell.assess(chunk)


def assess(deployment: Deployment, chunk: Chunk) -> None:
    """Judge one chunk of accounts; whichever chunk of a run ends last releases it."""
    with deployment.database.write() as connection:
        if not runs.take(connection, chunk):
            return
        tally = _judge_chunk(deployment, connection, chunk)
        left = runs.finish(connection, chunk.run, tally)
    failpoint("assessed")
    if left == 0:
        release(deployment, chunk.run)


def _judge_chunk(deployment: Deployment, connection: Connection, chunk: Chunk) -> Tally:
    """Judge the accounts of a chunk, decide what changed, and store all of it."""
    run = runs.load(connection, chunk.run)
    first, last = chunk.first_account, chunk.last_account
    fresh = features.refresh(connection, first, last, deployment.policy.metrics)
    records = {crm: matches.record_ids(connection, crm, first, last) for crm in deployment.routes.crms()}
    set_by_hand = overrides.in_force(connection, run.as_of, first, last)
    touched = run.kind == runs.TOUCHED
    again = rescore(deployment, connection, run, chunk)
    stakes = Stakes(connection, run.as_of)
    pulse, due = read_pulse(run.pulse), nudging(deployment, connection, run, chunk)
    asked = tickets.open_tickets(connection, deployment.routes.helpdesk, first, last)
    found = Found(
        deployment, run, pulse, records, set_by_hand, stakes=stakes, again=again, nudging=due, tickets=asked
    )
    before = verdicts.previous(connection, first, last, stale_only=touched)
    standing = flags.standing(connection, first, last, stale_only=touched)
    for row in features.stored(connection, first, last, fresh, run=run.id, stale_only=touched):
        found.add(connection, row, before.get(row.account), standing.get(row.account, ()))
    failpoint("judged")
    return found.keep(connection, chunk)
