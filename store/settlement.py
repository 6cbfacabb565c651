"""Settlement: what follows from a destination's answer, and from a sender that gave none.

Only whoever holds a notice's claim may settle it, and `store.outbox` says what may go again.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select, update
from sqlalchemy import insert as plain_insert

from health.nouns import Notice, Receipt
from store import edits
from store.among import among
from store.database import now_ms
from store.deferral import DEFERRED, LATER
from store.outbox import HELD, standing
from store.states import keep_written
from store.tables import notices, receipts, threads
from store.upsert import insert

MAX_STRIKES = 5
"""A notice whose sender died or broke this often while sending it is quarantined."""
BEHIND_MS = 10 * 60_000
"""How much later a notice counts as owed for each strike: it may take others along when it is tried again."""
BROKEN, BROKEN_TOGETHER = "broken", "broken_together"
"""A destination broke over a notice; or over one of several, and nobody knows which."""
_STRUCK = range(1, MAX_STRIKES)

KEEP_TRYING_MS = 3 * 24 * 3_600_000
"""A notice that was tried in vain for this long is quarantined as expired."""


def settle(connection: Connection, token: str, answers: Sequence[tuple[Notice, Receipt]]) -> int:
    """Store receipts and what follows from them; return how many were still ours to settle.

    A late answer settles an ``unknown`` notice of the same claim too: it is no longer unknown.
    """
    if not answers:
        return 0
    ours = _fenced(connection, token, [notice.id for notice, _ in answers])
    kept = [(notice, receipt) for notice, receipt in answers if notice.id in ours]
    sent = [notice for notice, receipt in kept if receipt.outcome == "sent"]
    _settle_sent(connection, [notice.id for notice in sent])
    keep_written(connection, [notice for notice in sent if notice.kind == "state"])
    edits.keep(connection, kept)
    for notice, receipt in kept:
        if receipt.outcome != "sent":
            _settle_unsent(connection, notice, receipt)
    _keep_receipts(connection, kept)
    _keep_remotes(connection, kept)
    return len(kept)


def _fenced(connection: Connection, token: str, ids: Sequence[int]) -> frozenset[int]:
    statement = (
        select(notices.c.id)
        .where(notices.c.claim == token, among(notices.c.id, ids))
        .where(standing(notices, "claimed", "sending", "unknown"))
        .with_for_update()
    )
    return frozenset(connection.execute(statement).scalars())


def _settle_sent(connection: Connection, ids: Sequence[int]) -> None:
    if ids:
        statement = update(notices).where(among(notices.c.id, ids))
        connection.execute(statement.values(status="sent", reason="", settled_ms=now_ms(), lease_ms=None))


def _settle_unsent(connection: Connection, notice: Notice, receipt: Receipt) -> None:
    statement = update(notices).where(notices.c.id == notice.id)
    if receipt.outcome in {DEFERRED, LATER}:  # it was not tried, and waits in its place
        statement = statement.values(
            status="due", reason=receipt.reason, attempt=notice.attempt, claim=None, lease_ms=None
        )
        if receipt.outcome == LATER:
            statement = statement.values(due_ms=now_ms() + int(receipt.after_s * 1000))
    elif receipt.outcome == HELD:
        statement = statement.values(status=HELD, reason=receipt.reason, claim=None, lease_ms=None)
    elif receipt.outcome == "retry":
        statement = statement.values(**_retried(notice.attempt, receipt))
    else:
        status = "quarantined" if receipt.outcome == "rejected" else receipt.outcome
        statement = statement.values(status=status, reason=receipt.reason, settled_ms=now_ms(), lease_ms=None)
    connection.execute(statement)


def _retried(attempt: int, receipt: Receipt) -> dict[str, object]:
    wait_ms = int(max(receipt.after_s, backoff_s(attempt)) * 1000)
    failed = and_(receipts.c.notice == notices.c.id, receipts.c.outcome == "retry")
    first = select(func.min(receipts.c.at_ms)).where(failed, receipts.c.at_ms >= notices.c.planned_ms)
    expired = first.scalar_subquery() < now_ms() - KEEP_TRYING_MS
    strike = 1 if receipt.reason == BROKEN else 0
    struck = notices.c.strikes + strike
    over = or_(expired, struck >= MAX_STRIKES)
    return {
        "status": case((over, "quarantined"), else_="due"),
        "reason": receipt.reason,
        "strikes": struck,
        "rank_ms": notices.c.rank_ms + strike * BEHIND_MS,
        "due_ms": now_ms() + wait_ms,
        "claim": None,
        "lease_ms": None,
        "settled_ms": case((over, now_ms()), else_=None),
    }


def backoff_s(attempt: int) -> float:
    """Return how long to wait after the n-th attempt: 2, 4, 8 … seconds, 15 minutes at most."""
    return float(min(2 ** max(attempt, 1), 900))


def _keep_receipts(connection: Connection, answers: Sequence[tuple[Notice, Receipt]]) -> None:
    rows = [
        {
            "notice": notice.id,
            "attempt": notice.attempt,
            "outcome": receipt.outcome,
            "reason": receipt.reason,
            "remote": receipt.remote,
        }
        for notice, receipt in answers
    ]
    if rows:
        connection.execute(plain_insert(receipts).values(at_ms=now_ms()), rows)


def _keep_remotes(connection: Connection, answers: Sequence[tuple[Notice, Receipt]]) -> None:
    found = {n.thread: r.remote for n, r in answers if r.outcome == "sent" and r.remote}
    if found:
        rows = [{"thread": thread, "remote": remote} for thread, remote in found.items()]
        connection.execute(insert(connection, threads).values(rows).on_conflict_do_nothing())


def lapse(connection: Connection) -> int:
    """Settle what dead or frozen senders left behind and return how many notices that touched.

    What was only claimed is due at once. What was being sent may be what its sender died of: it waits, the
    longer the more often that was so, and counts as owed later than it did.
    """
    late = and_(notices.c.lease_ms < now_ms(), standing(notices, "claimed", "sending"))
    started = standing(notices, "sending")
    strike = case((started, 1), else_=0)
    struck = notices.c.strikes + strike
    lost = and_(started, ~notices.c.keyed)
    poison = and_(started, struck >= MAX_STRIKES)
    statement = (
        update(notices)
        .where(late)
        .values(
            status=case((lost, "unknown"), (poison, "quarantined"), else_="due"),
            reason=case((lost, "sender_lost"), (poison, "poison"), else_=notices.c.reason),
            strikes=struck,
            due_ms=case((started, now_ms() + _backoff_ms(struck)), else_=notices.c.due_ms),
            rank_ms=notices.c.rank_ms + strike * BEHIND_MS,
            claim=case((lost, notices.c.claim), else_=None),
            lease_ms=None,
            settled_ms=case((or_(lost, poison), now_ms()), else_=None),
        )
    )
    return connection.execute(statement).rowcount


def _backoff_ms(strikes: ColumnElement[int]) -> ColumnElement[int]:
    waits = {count: int(backoff_s(count) * 1000) for count in _STRUCK}
    return case(waits, value=strikes, else_=int(backoff_s(MAX_STRIKES) * 1000))
