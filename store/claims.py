"""Claims: who may send what, until the lease ends, and which destinations are left alone.

What a claim and each step after it means is in `store.outbox`.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import uuid4

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    bindparam,
    exists,
    false,
    func,
    or_,
    select,
    update,
)

from health.nouns import Notice
from store import edits, jobs
from store.among import among
from store.database import is_postgresql, now_ms
from store.deferral import NEEDS_A_PERSON, due_to, is_paused, why_not
from store.outbox import OPEN, notice_of, standing
from store.settlement import BROKEN_TOGETHER
from store.tables import bodies, notices, threads
from store.upsert import insert

_HOLDING_FRAGILE = 7_283_002  # one claim at a time takes what is fragile


@dataclass(frozen=True, slots=True)
class Claim:
    """Notices that one sender may send until the lease ends. ``fragile`` ones are to be sent alone."""

    token: str
    notices: tuple[Notice, ...]
    fragile: frozenset[int]


def claim(connection: Connection, destination: str, limit: int, lease_s: float) -> Claim:
    """Claim up to ``limit`` due notices of a destination for ``lease_s`` seconds, in order of precedence.

    That is by what is at stake and how long they have waited (`health.precedence`). All are of the first
    one's kind: messages among states would cut short what can be written at once. Of a thread only the
    oldest open notice can be claimed, and none while another is in hand (a replayed one is older than some
    that went before it), so that a thread is read in its order. What senders have died over one sender at a
    time can claim, wherever it goes: side by side in a process one would be struck by the deaths of another.
    While the installation is paused, or the destination deferred, there is nothing to claim.
    """
    if why_not(connection, [destination]):
        return Claim("", (), frozenset())
    token = str(uuid4())
    claimable = _claimable(destination, fragile=_may_hold_fragile(connection))
    kind = claimable.with_only_columns(notices.c.kind).limit(1).correlate(None).scalar_subquery()
    due = claimable.where(notices.c.kind == kind).limit(limit).with_for_update(skip_locked=True).cte("d")
    statement = (
        update(notices)
        .where(notices.c.id == due.c.id)
        .values(status="claimed", claim=token, lease_ms=now_ms() + int(lease_s * 1000))
        .returning(notices)
    )
    rows = sorted(connection.execute(statement), key=lambda row: (row.rank_ms, row.id))
    remotes = _remotes(connection, [row.thread for row in rows])
    stored = _stored_bodies(connection, [row.body for row in rows if row.body])
    claimed = tuple(notice_of(row, remotes.get(row.thread, ""), stored.get(row.body, b"")) for row in rows)
    claimed = jobs.remembered(connection, edits.remembered(connection, claimed))
    return Claim(token, claimed, frozenset(row.id for row in rows if _is_fragile(row)))


def _is_fragile(row: Row[tuple[object, ...]]) -> bool:
    return bool(row.strikes) or row.reason == BROKEN_TOGETHER


def _fragile(table: FromClause) -> ColumnElement[bool]:
    return or_(table.c.strikes > 0, table.c.reason == BROKEN_TOGETHER)


def _may_hold_fragile(connection: Connection) -> bool:
    """Tell whether no other claim of this moment may take what is fragile: each would miss the other's."""
    if not is_postgresql(connection):
        return True  # one writes at a time
    locked = select(func.pg_try_advisory_xact_lock(_HOLDING_FRAGILE))
    return bool(connection.execute(locked).scalar_one())


def _claimable(destination: str, *, fragile: bool) -> Select[tuple[int]]:
    older, held = notices.alias("older"), notices.alias("held")
    waits = exists().where(
        older.c.thread == notices.c.thread, older.c.id < notices.c.id, standing(older, *OPEN)
    )
    in_hand = select(held.c.thread).where(standing(held, "claimed", "sending"))
    alone = ~exists(in_hand.where(_fragile(held))) if fragile else false()
    return (
        select(notices.c.id)
        .where(notices.c.destination == destination, standing(notices, "due"))
        .where(notices.c.due_ms <= now_ms(), ~waits, notices.c.thread.not_in(in_hand))
        .where(or_(~_fragile(notices), alone))
        .order_by(notices.c.rank_ms, notices.c.id)
    )


def _remotes(connection: Connection, names: Sequence[str]) -> dict[str, str]:
    query = select(threads.c.thread, threads.c.remote).where(among(threads.c.thread, names))
    return {row.thread: row.remote for row in connection.execute(query)}


def _stored_bodies(connection: Connection, hashes: Sequence[str]) -> dict[str, bytes]:
    rows = connection.execute(select(bodies.c.hash, bodies.c.body).where(among(bodies.c.hash, hashes)))
    return {row.hash: row.body for row in rows}


def keep_bodies(connection: Connection, token: str, rendered: Iterable[Notice]) -> None:
    """Store what was rendered, once by its hash: retries, approval and archive use the same bytes."""
    rows = [{"notice": n.id, "hash": sha256(n.body).hexdigest(), "body": n.body} for n in rendered]
    if not rows:
        return
    kept = insert(connection, bodies).values(hash=bindparam("hash"), body=bindparam("body"))
    connection.execute(kept.on_conflict_do_nothing(), rows)
    ours = update(notices).where(notices.c.id == bindparam("notice"), notices.c.claim == token)
    connection.execute(ours.values(body=bindparam("hash")), rows)


def mark(connection: Connection, token: str, ids: Collection[int], *, keyed: bool) -> frozenset[int]:
    """Mark claimed notices as ``sending`` and return those that are still ours to send: none while paused.

    ``keyed`` says that they may be sent again, should we die now: they are seen once, or state their keys.
    """
    statement = (
        update(notices)
        .where(notices.c.claim == token, among(notices.c.id, ids))
        .where(standing(notices, "claimed"), notices.c.lease_ms > now_ms(), ~exists().where(is_paused()))
        .values(status="sending", attempt=notices.c.attempt + 1, keyed=keyed)
        .returning(notices.c.id)
    )
    return frozenset(connection.execute(statement).scalars())


def waiting(connection: Connection) -> list[str]:
    """Return the destinations that have something due now, and to which it may leave."""
    names = due_to(connection)
    rest = why_not(connection, names) if names else {}
    return [name for name in names if name not in rest]


def resting(connection: Connection) -> list[str]:
    """Return the destinations that are owed something and are left alone for a while: they need a person."""
    rest = why_not(connection, due_to(connection, now=False))
    return [name for name, why in rest.items() if why == NEEDS_A_PERSON]
