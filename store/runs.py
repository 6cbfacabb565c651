"""A run judges accounts in chunks by key range; whichever chunk ends last releases what it planned."""

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Row,
    Select,
    bindparam,
    exists,
    func,
    literal_column,
    select,
    update,
)
from sqlalchemy import insert as plain_insert

from health.rules import NUMBERS, TEXTS
from store import sources
from store.database import is_postgresql, now_ms
from store.installation import is_live
from store.tables import accounts, assessments, chunks, runs

RING_AGAIN_MS = 120_000
_HOUR_MS = 3_600_000
FULL, TOUCHED = "full", "touched"
"""The kinds of run: over every account, or over those whose facts changed."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run as stored. ``kind``: `FULL` or `TOUCHED`.

    ``inputs`` are the names of what its verdicts rest on, in the order they are packed, and ``traits``
    those of the texts. They stand with the run, so that a verdict can be read when measures have come and
    gone since. ``known`` is the last batch of each source as it was opened; see `known_by`.
    """

    id: int
    kind: str
    as_of: date
    first: bool
    live: bool
    status: str
    pulse: str
    known: str
    inputs: tuple[str, ...]
    traits: tuple[str, ...]
    demoted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Basis:
    """What a run's verdicts rest on: fleet pulse, known batch per source (JSON), policy, engine.

    ``demoted`` are the rules that it tells in a digest only.
    ``drivers`` are what the policy's model looks at beside the measures.
    """

    pulse: str
    known: str
    policy_hash: str
    engine_version: str
    demoted: tuple[str, ...] = ()
    drivers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chunk:
    """A key range of accounts, both ends included."""

    run: int
    first_account: int
    last_account: int


@dataclass(frozen=True, slots=True)
class Tally:
    """What a chunk adds to its run's totals."""

    assessed: int
    worsened: int


def open_run(
    connection: Connection, kind: str, as_of: date, basis: Basis, chunk_size: int
) -> tuple[int, list[Chunk]]:
    """Start a run over the accounts that need one and return its id and its chunks."""
    values = {
        "kind": kind,
        "as_of": as_of,
        "first": ~_ANY_DECIDED,
        "live": is_live(connection),
        "pulse": basis.pulse,
        "known": basis.known,
        "policy_hash": basis.policy_hash,
        "engine_version": basis.engine_version,
        "inputs": json.dumps((*NUMBERS, *basis.drivers)),
        "traits": json.dumps(TEXTS),
        "demoted": json.dumps(basis.demoted),
        "planned": 0,
        "opened_ms": now_ms(),
    }
    ranges = _to_judge(connection, kind, chunk_size)
    opened = plain_insert(runs).values(values | {"chunks_left": len(ranges)}).returning(runs.c.id)
    run = connection.execute(opened).scalar_one()
    made = [Chunk(run, first, last) for first, last in ranges]
    for chunk in made:
        connection.execute(plain_insert(chunks).values(**asdict(chunk), rung_ms=now_ms()))
    return run, made


_before = runs.alias("before")
_ANY_DECIDED = exists().where(_before.c.status != "open")
"""Whether the installation has ever got a run to its end, whatever was begun."""


def _to_judge(connection: Connection, kind: str, size: int) -> list[tuple[int, int]]:
    """Return the first and last account of each chunk: a million ids would not fit in flat memory."""
    bounds = connection.execute(_bounds(kind), {"size": size})
    return [(row.first, row.last) for row in bounds]


@cache
def _bounds(kind: str) -> Select[Any]:
    ids = select(accounts.c.id, (func.row_number().over(order_by=accounts.c.id) - 1).label("at"))
    if kind == TOUCHED:
        ids = ids.where(accounts.c.touched > accounts.c.judged)
    numbered = ids.subquery()
    first, last = func.min(numbered.c.id).label("first"), func.max(numbered.c.id).label("last")
    part = numbered.c.at // bindparam("size", type_=BigInteger)
    return select(first, last).group_by(part).order_by(first)


def load(connection: Connection, run: int) -> Run:
    """Return a run by its id; it is there."""
    return _run(connection.execute(select(runs).where(runs.c.id == run)).one())


def found(connection: Connection, run: int) -> Run | None:
    """Return a run by its id, if there is such a one."""
    row = connection.execute(select(runs).where(runs.c.id == run)).one_or_none()
    return _run(row) if row else None


def _run(row: Row[tuple[object, ...]]) -> Run:
    return Run(
        row.id,
        row.kind,
        row.as_of,
        row.first,
        row.live,
        row.status,
        row.pulse,
        row.known,
        tuple(json.loads(row.inputs)),
        tuple(json.loads(row.traits)),
        tuple(json.loads(row.demoted)),
    )


def take(connection: Connection, chunk: Chunk) -> bool:
    """Take a chunk for this unit of work; false if it is done, so that a second bell does nothing.

    Its accounts are locked: two runs that judge the same account do so one after the other, and the
    second sees the flags of the first. A batch touches the accounts that it changes, so none changes these
    from here on, and what is known now is what they are judged by.
    """
    if is_postgresql(connection):
        in_range = accounts.c.id.between(chunk.first_account, chunk.last_account)
        locked = select(accounts.c.id).where(in_range).order_by(accounts.c.id)
        locked = locked.with_for_update(key_share=True)
        connection.execute(select(func.count()).select_from(locked.subquery()))
    statement = update(chunks).where(
        chunks.c.run == chunk.run, chunks.c.first_account == chunk.first_account, chunks.c.done_ms.is_(None)
    )
    known = json.dumps(sources.known(connection), separators=(",", ":"))
    return connection.execute(statement.values(done_ms=now_ms(), known=known)).rowcount == 1


def known_by(connection: Connection, run: Run, ids: Sequence[int]) -> list[tuple[dict[str, int], list[int]]]:
    """Return the last batches of the sources that a run knew as it judged some accounts, with those accounts.

    Each chunk knew what had come until then. An account that is in none goes by what the run was opened with.
    """
    of_run = select(chunks).where(chunks.c.run == run.id).order_by(chunks.c.first_account)
    rows = connection.execute(of_run).all()
    starts = [row.first_account for row in rows]
    found: dict[str, list[int]] = defaultdict(list)
    for each in ids:
        at = bisect_right(starts, each) - 1
        known = rows[at].known if at >= 0 and each <= rows[at].last_account else ""
        found[known or run.known].append(each)
    return [(json.loads(known), judged) for known, judged in found.items()]


def known_of() -> ColumnElement[str]:
    """Select what was known as an assessment was made; empty where a version before this one made it."""
    known = select(chunks.c.known).where(chunks.c.run == assessments.c.run)
    known = known.where(chunks.c.first_account <= assessments.c.account)
    return known.order_by(chunks.c.first_account.desc()).limit(1).correlate(assessments).scalar_subquery()


def finish(connection: Connection, run: int, tally: Tally) -> int:
    """Add a chunk's totals to its run and return how many chunks are left."""
    statement = (
        update(runs)
        .where(runs.c.id == run)
        .values(
            chunks_left=runs.c.chunks_left - 1,
            assessed=runs.c.assessed + tally.assessed,
            worsened=runs.c.worsened + tally.worsened,
        )
        .returning(runs.c.chunks_left)
    )
    return int(connection.execute(statement).scalar_one())


def planned(connection: Connection, run: int, notices: int) -> None:
    """Count notices that a run planned: what becomes of each must add up to these."""
    counted = update(runs).where(runs.c.id == run, runs.c.planned.is_not(None))
    connection.execute(counted.values(planned=runs.c.planned + notices))


def decide_release(
    connection: Connection, run: int, status: str, reason: str = "", *, only: str = "open"
) -> bool:
    """Give an open (or held) run its status; false if somebody else has decided already."""
    statement = (
        update(runs)
        .where(runs.c.id == run, runs.c.status == only)
        .values(status=status, held_reason=reason, released_ms=now_ms())
    )
    return connection.execute(statement).rowcount == 1


def worsened_lately(connection: Connection, hours: int, run: int) -> int:
    """Return how many accounts got a worse band in a run and in those opened within the last hours.

    The run itself counts however long ago it was opened: it may have waited for a worker.
    """
    lately = runs.c.opened_ms > now_ms() - hours * _HOUR_MS
    query = select(func.coalesce(func.sum(runs.c.worsened), 0)).where(lately | (runs.c.id == run))
    return int(connection.execute(query).scalar_one())


def worsened_before(connection: Connection, hours: int, days: int) -> list[int]:
    """Return how many accounts got a worse band on each of the days before the last hours, the latest first.

    A day is 24 hours. There are as many as have passed since the first run of them all.
    """
    ago = now_ms() - hours * _HOUR_MS - runs.c.opened_ms
    query = select((ago // (24 * _HOUR_MS)).label("day"), func.sum(runs.c.worsened).label("worsened"))
    query = query.where(ago.between(0, 24 * days * _HOUR_MS - 1)).group_by(literal_column("day"))
    found = {row.day: int(row.worsened) for row in connection.execute(query)}
    return [found.get(back, 0) for back in range(max(found, default=-1) + 1)]


def unfinished(connection: Connection, after_ms: int = RING_AGAIN_MS) -> tuple[list[Chunk], list[int]]:
    """Return chunks not done ``after_ms`` after their bell, and open runs with nothing left to do.

    The chunks count as rung for now.
    """
    lost = (
        update(chunks)
        .where(chunks.c.done_ms.is_(None), chunks.c.rung_ms <= now_ms() - after_ms)
        .values(rung_ms=now_ms())
        .returning(chunks.c.run, chunks.c.first_account, chunks.c.last_account)
    )
    ready = select(runs.c.id).where(runs.c.status == "open", runs.c.chunks_left == 0)
    return [Chunk(*row) for row in connection.execute(lost)], list(connection.execute(ready).scalars())


def touched(connection: Connection, most: int | None = None) -> int:
    """Return how many accounts have facts newer than their last verdict, counted up to ``most``."""
    changed = select(accounts.c.id).where(accounts.c.touched > accounts.c.judged).limit(most).subquery()
    return connection.execute(select(func.count()).select_from(changed)).scalar_one()


def active_accounts(connection: Connection) -> int:
    """Return how many accounts are judged at all."""
    query = select(func.count()).select_from(accounts).where(accounts.c.fresh > 0)
    return connection.execute(query).scalar_one()


def held(connection: Connection) -> list[tuple[int, str]]:
    """Return runs that wait for a person, and why."""
    query = select(runs.c.id, runs.c.held_reason).where(runs.c.status == "held").order_by(runs.c.id)
    return [(row.id, row.held_reason) for row in connection.execute(query)]


def assessed(connection: Connection, run: int) -> int:
    """Return how many accounts a run has judged."""
    return int(connection.execute(select(runs.c.assessed).where(runs.c.id == run)).scalar_one())


def overdue(connection: Connection, after_s: float) -> list[int]:
    """Return the runs that have been held for so long that their approval has expired."""
    before = now_ms() - int(after_s * 1000)
    query = select(runs.c.id).where(runs.c.status == "held", runs.c.released_ms < before)
    return list(connection.execute(query.order_by(runs.c.id)).scalars())


def still_open(connection: Connection) -> bool:
    """Tell whether any run is neither released nor held yet."""
    return connection.execute(select(runs.c.id).where(runs.c.status == "open")).first() is not None
