"""Retention: what is older than the policy keeps it goes, a little at a time, day after day.

Each piece is a unit of work that also says how far the day's round has come: killed anywhere, it goes on from
there, and a piece done twice finds nothing. What something rests on stays: the verdict behind a flag, a
notice, an override, or an account's present; a notice in whose thread something newer was told, or that
waits for a person.

Verdicts are kept by whole runs, so that the book can be read as it stood: the last full run of each week and
before each month. Of the others only what something rests on is left, and they are marked as thinned.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    delete,
    exists,
    func,
    or_,
    select,
    tuple_,
    update,
)

from health.records import FACTS
from store import streams
from store.database import clock, day_of
from store.history import moment
from store.installation import business_day, set_setting
from store.reading import NOW
from store.retire import of_source
from store.runs import FULL
from store.tables import (
    accounts,
    approvals,
    assessments,
    bodies,
    facts,
    flags,
    inbox,
    installation,
    messages,
    notices,
    overrides,
    owner_columns,
    past,
    receipts,
    rescored,
    runs,
    source_accounts,
    told_days,
)
from store.upsert import insert

Days = Mapping[str, int]
"""How long each kind is kept, in days; what is not named is kept for good."""
ROWS, ACCOUNTS = 1_000, 200
"""How much one piece looks at: rows, or accounts of sources."""
_PLACE = "retention"
_DAY_MS = 86_400_000
_OVER = ("sent", "suppressed", "replaced")
_DAILY, _ALL = 1, 2
"""How far a run is thinned: to one a week, or to what something rests on."""


class Piece(NamedTuple):
    """What one unit of work did: the rows that went, and where the next begins; ``None``: none is left."""

    gone: int
    next: int | None


Work = Callable[[Connection, Days, int], Piece]


def retain(connection: Connection, days: Days) -> int | None:
    """Do the next piece of today's round; return the rows that went, ``None`` once the round is over."""
    today = day_of(clock(connection)).isoformat()
    on, _, place = _place(connection).partition(" ")
    kind, _, at = (place if on == today else f"{next(iter(KINDS))} 0").partition(" ")
    if not kind:
        return None
    piece = KINDS[kind](connection, days, int(at))
    following = f"{kind} {piece.next}" if piece.next is not None else _after(kind)
    set_setting(connection, _PLACE, f"{today} {following}")
    return piece.gone


def _place(connection: Connection) -> str:
    """Return how far the round has come, and keep others from it: two would take from a run's debts twice."""
    first = insert(connection, installation).values(name=_PLACE, value="")
    connection.execute(first.on_conflict_do_nothing())
    query = select(installation.c.value).where(installation.c.name == _PLACE).with_for_update()
    return str(connection.execute(query).scalar_one())


def _after(kind: str) -> str:
    names = list(KINDS)
    left = names[names.index(kind) + 1 :]
    return f"{left[0]} 0" if left else ""


def _before(connection: Connection, days: Days, name: str) -> date | None:
    """Return the first day that is kept, by the company's own days."""
    return business_day(connection) - timedelta(days=days[name]) if days.get(name) else None


def _before_ms(connection: Connection, days: Days, name: str) -> int:
    """Return the first instant that is kept, by the database's clock; 0 keeps all."""
    return clock(connection) - days[name] * _DAY_MS if days.get(name) else 0


# -- calls and notices -------------------------------------------------------------------------------


def _calls(connection: Connection, days: Days, _at: int) -> Piece:
    old = inbox.c.batch.is_not(None) & (inbox.c.received_ms < _before_ms(connection, days, "inbox"))
    gone = _deleted(connection, inbox, inbox.c.id.in_(select(inbox.c.id).where(old).limit(ROWS)))
    return Piece(gone, 0 if gone == ROWS else None)


def _told(connection: Connection, days: Days, _at: int) -> Piece:
    """Delete what was told event by event of days that can change no more, and of whose users none counts."""
    before = _before(connection, days, "streams")
    if before is None:
        return Piece(0, None)
    needed = min(before, business_day(connection) - streams.KEPT)
    gone = [
        _deleted(connection, table, tuple_(*table.primary_key).in_(_oldest(table, needed)))
        for table in (messages, told_days)
    ]
    return Piece(sum(gone), 0 if ROWS in gone else None)


def _oldest(table: Table, before: date) -> Select[Any]:
    return select(*table.primary_key).where(table.c.day < before).limit(ROWS)


def _notices(connection: Connection, days: Days, at: int) -> Piece:
    """Look at the next notices that were planned so long ago, and what was answered and said with them."""
    before_ms = _before_ms(connection, days, "notices")
    query = select(notices.c.id, notices.c.thread, notices.c.run, notices.c.body, notices.c.status)
    query = query.where(notices.c.id > at, notices.c.planned_ms < before_ms)
    found = connection.execute(query.order_by(notices.c.id).limit(ROWS)).all()
    lively = _lively(connection, {row.thread for row in found}, before_ms)
    over = [row for row in found if row.status in _OVER and row.thread not in lively]
    ids = [row.id for row in over]
    _deleted(connection, receipts, receipts.c.notice.in_(ids))
    _deleted(connection, approvals, approvals.c.notice.in_(ids))
    gone = _deleted(connection, notices, notices.c.id.in_(ids))
    _owe_less(connection, [row.run for row in over if row.run is not None])
    unsaid = bodies.c.hash.in_({row.body for row in over if row.body})
    _deleted(connection, bodies, unsaid & ~exists().where(notices.c.body == bodies.c.hash))
    return Piece(gone, found[-1].id if len(found) == ROWS else None)


def _lively(connection: Connection, threads: Iterable[str], before_ms: int) -> set[str]:
    """Return the threads in which something is newer, or stands open."""
    newer = or_(notices.c.settled_ms.is_(None), notices.c.settled_ms >= before_ms)
    query = select(notices.c.thread).where(notices.c.thread.in_(list(threads)), newer)
    return set(connection.execute(query.distinct()).scalars())


def _owe_less(connection: Connection, of_runs: Sequence[int]) -> None:
    """Take what went out of what each run owed, so that the rest still adds up."""
    for run in set(of_runs):
        statement = update(runs).where(runs.c.id == run, runs.c.planned.is_not(None))
        connection.execute(statement.values(planned=runs.c.planned - of_runs.count(run)))


# -- verdicts ----------------------------------------------------------------------------------------


def _verdicts(connection: Connection, days: Days, _at: int) -> Piece:
    """Thin the oldest run that is due for it, some accounts at a time."""
    run, level = _due(connection, days)
    if not run:
        return Piece(0, None)
    free = select(assessments.c.account).where(assessments.c.run == run, ~_rested_on())
    ids = connection.execute(free.limit(ROWS)).scalars().all()
    if not ids:
        connection.execute(update(runs).where(runs.c.id == run).values(thinned=level))
        return Piece(0, 0)
    _deleted(connection, rescored, and_(rescored.c.run == run, rescored.c.account.in_(ids)))
    return Piece(
        _deleted(connection, assessments, and_(assessments.c.run == run, assessments.c.account.in_(ids))), 0
    )


def _due(connection: Connection, days: Days) -> tuple[int, int]:
    """Return the oldest run of which verdicts are kept too long, and how far it is to be thinned."""
    weekly, none = (_before(connection, days, name) for name in ("assessments_daily", "assessments"))
    if not weekly and not none:
        return 0, 0
    late = [
        (runs.c.as_of < day) & (runs.c.thinned < to) for day, to in ((weekly, _DAILY), (none, _ALL)) if day
    ]
    query = select(runs.c.id, runs.c.kind, runs.c.as_of, runs.c.thinned)
    old = connection.execute(query.where(or_(*late), runs.c.chunks_left == 0).order_by(runs.c.id)).all()
    whole = [row for row in old if row.kind == FULL and not row.thinned]
    last = {(row.as_of.isocalendar()[:2], row.as_of.month): row.id for row in whole}
    kept = set(last.values())
    for row in old:
        if none and row.as_of < none:
            return row.id, _ALL
        if weekly and row.as_of < weekly and row.id not in kept and row.thinned < _DAILY:
            return row.id, _DAILY
    return 0, 0


def _rested_on() -> ColumnElement[bool]:
    """Return the condition that something rests on an assessment."""
    made = assessments.c
    said = runs.c.opened_ms.between(overrides.c.set_ms - 7 * _DAY_MS, overrides.c.set_ms)
    return or_(
        exists().where(accounts.c.id == made.account, accounts.c.judged_run == made.run),
        exists().where(flags.c.account == made.account, flags.c.run == made.run),
        exists().where(notices.c.account == made.account, notices.c.run == made.run),
        exists().where(overrides.c.account == made.account, runs.c.id == made.run, said),
    )


# -- facts -------------------------------------------------------------------------------------------


def _days_of(kind: str, connection: Connection, days: Days, at: int) -> Piece:
    """Delete what accounts did on days that are not kept."""
    before = _before(connection, days, kind)
    last = _range_end(connection, at) if before else None
    if last is None:
        return Piece(0, None)
    gone = (
        _deleted(connection, table, and_(table.c.source_account.between(at + 1, last), table.c.day < before))
        for table in (facts[kind], past[kind])
    )
    return Piece(sum(gone), last)


def _past(connection: Connection, days: Days, at: int) -> Piece:
    """Delete versions that were past already when the first day that is kept began."""
    before = _before(connection, days, "past_versions")
    last = _range_end(connection, at) if before else None
    if before is None or last is None:
        return Piece(0, None)
    known = {source: batch for source, batch in moment(connection, before).known.items() if batch != NOW}
    gone = chain.from_iterable(
        _outdated(connection, source, batch, (at + 1, last)) for source, batch in known.items()
    )
    return Piece(sum(gone), last)


def _outdated(connection: Connection, source: str, batch: int, ids: tuple[int, int]) -> Iterable[int]:
    """Delete a source's versions that ended by a batch, of some accounts; rates go with the first."""
    within = source_accounts.c.id.between(*ids)
    theirs = select(source_accounts.c.id).where(within, source_accounts.c.source == source)
    for shape in FACTS.values():
        table = past[shape.name]
        if "source_account" in owner_columns(shape):
            yield _deleted(
                connection, table, and_(table.c.source_account.in_(theirs), table.c.until_batch <= batch)
            )
        elif ids[0] == 1:
            yield _deleted(connection, table, and_(of_source(table, source), table.c.until_batch <= batch))


def _range_end(connection: Connection, at: int) -> int | None:
    """Return the last of the accounts that a piece looks at."""
    following = select(source_accounts.c.id).where(source_accounts.c.id > at).order_by(source_accounts.c.id)
    return connection.execute(
        select(func.max(following.limit(ACCOUNTS).subquery().c.id))
    ).scalar_one_or_none()


def _deleted(connection: Connection, table: Table, condition: ColumnElement[bool]) -> int:
    return connection.execute(delete(table).where(condition)).rowcount


KINDS: Mapping[str, Work] = {
    "inbox": _calls,
    "streams": _told,
    "notices": _notices,
    "assessments": _verdicts,
    "usage": partial(_days_of, "usage"),
    "people": partial(_days_of, "people"),
    "past_versions": _past,
}
"""In this order: a verdict may go once no notice rests on it."""
