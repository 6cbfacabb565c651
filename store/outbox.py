"""What is owed to the world: plan → release → claim → mark → send → settle.

A notice is sent only by whoever holds its claim, a fresh uuid; each later write names the claim and
its row count is checked, so that a sender that lost its lease can change nothing. Just before the
first byte a notice becomes ``sending`` in a commit of its own. What a dead sender left ``claimed`` may
be claimed again; what it left ``sending`` goes again only where the destination honours keys, and is
``unknown`` otherwise: for a mail, once too few beats once too many.
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
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy import insert as plain_insert

from health.nouns import Notice, Receipt
from store.database import clock, now_ms
from store.installation import is_live, paused, set_setting, setting
from store.states import keep_written
from store.tables import accounts, bodies, notices, receipts, threads
from store.upsert import insert

OPEN = ("planned", "due", "claimed", "sending")
MAX_STRIKES = 5
"""A notice whose sender died or broke this often while sending it is quarantined."""
KEEP_TRYING_MS = 3 * 24 * 3_600_000
"""A notice that could not be sent for this long is quarantined as expired."""


def standing(table: FromClause, *statuses: str) -> ColumnElement[bool]:
    """Return a condition on the status, written out rather than bound, so that partial indexes serve."""
    words: list[ColumnElement[str]] = [literal_column(f"'{status}'") for status in statuses]
    column: ColumnElement[str] = table.c.status
    return column == words[0] if len(words) == 1 else column.in_(words)


@dataclass(frozen=True, slots=True)
class Claim:
    """Notices that one sender may send until the lease ends. ``fragile`` ones are to be sent alone."""

    token: str
    notices: tuple[Notice, ...]
    fragile: frozenset[int]


def plan(connection: Connection, run: int | None, owed: Iterable[Notice]) -> int:
    """Store notices as planned under a run and return how many were new; a known key changes nothing.

    An older state notice to the same thread that nobody has claimed is replaced: only the newest state
    is owed.
    """
    owed = tuple(owed)
    if not owed:
        return 0
    statement = insert(connection, notices).values(planned_ms=now_ms(), due_ms=now_ms())
    statement = statement.on_conflict_do_nothing(index_elements=["key"])
    statement = statement.execution_options(preserve_rowcount=True)
    new = connection.execute(statement, [_planned(notice, run) for notice in owed]).rowcount
    _replace_older(connection, [notice.thread for notice in owed if notice.kind == "state"])
    return new


def _replace_older(connection: Connection, states: Sequence[str]) -> None:
    if not states:
        return
    newer = notices.alias("newer")
    overtaken = exists().where(
        newer.c.thread == notices.c.thread,
        newer.c.kind == "state",
        newer.c.id > notices.c.id,
        standing(newer, *OPEN),
    )
    connection.execute(
        update(notices)
        .where(notices.c.thread.in_(states), notices.c.kind == "state", standing(notices, "planned", "due"))
        .where(overtaken)
        .values(status="replaced", settled_ms=now_ms())
    )


def _planned(notice: Notice, run: int | None) -> dict[str, object]:
    return {
        "key": notice.key,
        "destination": notice.destination,
        "kind": notice.kind,
        "thread": notice.thread or notice.key,
        "account": notice.account or None,
        "run": run,
        "template": notice.template,
        "owner": notice.owner,
        "payload": notice.payload,
    }


def make_due(connection: Connection, run: int | None) -> int:
    """Owe what a run planned (or, with no run, what was planned outside any) and return how many.

    In dry-run nothing becomes due.
    """
    if not is_live(connection):
        return 0
    of_run = notices.c.run.is_(None) if run is None else notices.c.run == run
    statement = update(notices).where(of_run, standing(notices, "planned"))
    return connection.execute(statement.values(status="due", due_ms=now_ms())).rowcount


def suppress_planned(connection: Connection, reason: str, run: int | None = None) -> int:
    """Close what is planned (of one run, or of all) without sending it, and return how many."""
    statement = update(notices).where(standing(notices, "planned"))
    if run is not None:
        statement = statement.where(notices.c.run == run)
    return connection.execute(
        statement.values(status="suppressed", reason=reason, settled_ms=now_ms())
    ).rowcount


def claim(connection: Connection, destination: str, limit: int, lease_s: float) -> Claim:
    """Claim up to ``limit`` due notices of a destination, oldest first, for ``lease_s`` seconds.

    All are of the oldest one's kind: messages among states would cut short what can be written at once.
    Of a thread only the oldest open notice can be claimed, and none while another is in hand (a replayed
    one is older than some that went before it), so that a thread is read in its order. While the
    installation is paused there is nothing to claim.
    """
    if paused(connection) or _paused_until(connection, destination):
        return Claim("", (), frozenset())
    token = str(uuid4())
    claimable = _claimable(destination)
    kind = claimable.with_only_columns(notices.c.kind).limit(1).correlate(None).scalar_subquery()
    due = claimable.where(notices.c.kind == kind).limit(limit).with_for_update(skip_locked=True).cte("d")
    statement = (
        update(notices)
        .where(notices.c.id == due.c.id)
        .values(status="claimed", claim=token, lease_ms=now_ms() + int(lease_s * 1000))
        .returning(notices)
    )
    rows = sorted(connection.execute(statement), key=lambda row: row.id)
    remotes = _remotes(connection, [row.thread for row in rows])
    stored = _stored_bodies(connection, [row.body for row in rows if row.body])
    claimed = tuple(_notice(row, remotes.get(row.thread, ""), stored.get(row.body, b"")) for row in rows)
    return Claim(token, claimed, frozenset(row.id for row in rows if row.strikes))


def pause(connection: Connection, destination: str, seconds: float) -> None:
    """Let nobody claim for a destination for a while; it goes on by itself after that."""
    set_setting(connection, f"pause:{destination}", str(clock(connection) + int(seconds * 1000)))


def _paused_until(connection: Connection, destination: str) -> bool:
    until = setting(connection, f"pause:{destination}")
    return bool(until) and int(until) > clock(connection)


def _claimable(destination: str) -> Select[tuple[int]]:
    older, held = notices.alias("older"), notices.alias("held")
    waits = exists().where(
        older.c.thread == notices.c.thread, older.c.id < notices.c.id, standing(older, *OPEN)
    )
    in_hand = select(held.c.thread).where(standing(held, "claimed", "sending"))
    return (
        select(notices.c.id)
        .where(notices.c.destination == destination, standing(notices, "due"))
        .where(notices.c.due_ms <= now_ms(), ~waits, notices.c.thread.not_in(in_hand))
        .order_by(notices.c.due_ms, notices.c.id)
    )


def _remotes(connection: Connection, names: Sequence[str]) -> dict[str, str]:
    rows = connection.execute(select(threads.c.thread, threads.c.remote).where(threads.c.thread.in_(names)))
    return {row.thread: row.remote for row in rows}


def _stored_bodies(connection: Connection, hashes: Sequence[str]) -> dict[str, bytes]:
    rows = connection.execute(select(bodies.c.hash, bodies.c.body).where(bodies.c.hash.in_(hashes)))
    return {row.hash: row.body for row in rows}


def _notice(row: Row[tuple[object, ...]], remote: str, body: bytes) -> Notice:
    return Notice(
        key=row.key,
        destination=row.destination,
        kind=row.kind,
        thread=row.thread,
        account=row.account or 0,
        template=row.template,
        owner=row.owner,
        payload=row.payload,
        body=body,
        attempt=row.attempt,
        id=row.id,
        remote=remote,
    )


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
    """Mark claimed notices as ``sending`` and return those that are still ours to send.

    ``keyed`` says that the destination honours keys: should we die now, they may be sent again.
    """
    statement = (
        update(notices)
        .where(notices.c.claim == token, notices.c.id.in_(ids))
        .where(standing(notices, "claimed"), notices.c.lease_ms > now_ms())
        .values(status="sending", attempt=notices.c.attempt + 1, keyed=keyed)
        .returning(notices.c.id)
    )
    return frozenset(connection.execute(statement).scalars())


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
    for notice, receipt in kept:
        if receipt.outcome != "sent":
            _settle_unsent(connection, notice, receipt)
    _keep_receipts(connection, kept)
    _keep_remotes(connection, kept)
    return len(kept)


def _fenced(connection: Connection, token: str, ids: Sequence[int]) -> frozenset[int]:
    statement = (
        select(notices.c.id)
        .where(notices.c.claim == token, notices.c.id.in_(ids))
        .where(standing(notices, "claimed", "sending", "unknown"))
        .with_for_update()
    )
    return frozenset(connection.execute(statement).scalars())


def _settle_sent(connection: Connection, ids: Sequence[int]) -> None:
    if ids:
        statement = update(notices).where(notices.c.id.in_(ids))
        connection.execute(statement.values(status="sent", reason="", settled_ms=now_ms(), lease_ms=None))


def _settle_unsent(connection: Connection, notice: Notice, receipt: Receipt) -> None:
    statement = update(notices).where(notices.c.id == notice.id)
    if receipt.outcome == "retry":
        statement = statement.values(**_retried(notice.attempt, receipt))
    else:
        status = "quarantined" if receipt.outcome == "rejected" else receipt.outcome
        statement = statement.values(status=status, reason=receipt.reason, settled_ms=now_ms(), lease_ms=None)
    connection.execute(statement)


def _retried(attempt: int, receipt: Receipt) -> dict[str, object]:
    wait_ms = int(max(receipt.after_s, backoff_s(attempt)) * 1000)
    expired = notices.c.planned_ms < now_ms() - KEEP_TRYING_MS
    struck = notices.c.strikes + (1 if receipt.reason == "broken" else 0)
    over = or_(expired, struck >= MAX_STRIKES)
    return {
        "status": case((over, "quarantined"), else_="due"),
        "reason": receipt.reason,
        "strikes": struck,
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
    """Settle what dead or frozen senders left behind and return how many notices that touched."""
    late = and_(notices.c.lease_ms < now_ms(), standing(notices, "claimed", "sending"))
    started = standing(notices, "sending")
    struck = notices.c.strikes + case((started, 1), else_=0)
    lost = and_(started, ~notices.c.keyed)
    poison = and_(started, struck >= MAX_STRIKES)
    statement = (
        update(notices)
        .where(late)
        .values(
            status=case((lost, "unknown"), (poison, "quarantined"), else_="due"),
            reason=case((lost, "sender_lost"), (poison, "poison"), else_=notices.c.reason),
            strikes=struck,
            claim=case((lost, notices.c.claim), else_=None),
            lease_ms=None,
            settled_ms=case((or_(lost, poison), now_ms()), else_=None),
        )
    )
    return connection.execute(statement).rowcount


def waiting(connection: Connection) -> list[str]:
    """Return the destinations that have something due now and are not paused."""
    query = select(notices.c.destination).where(standing(notices, "due"), notices.c.due_ms <= now_ms())
    if paused(connection):
        return []
    names = sorted(connection.execute(query.distinct()).scalars())
    return [name for name in names if not _paused_until(connection, name)]


def resting(connection: Connection) -> list[str]:
    """Return the destinations that are owed something and are left alone for a while: they need a person."""
    names = connection.execute(select(notices.c.destination).where(standing(notices, "due")).distinct())
    return [name for name in sorted(names.scalars()) if _paused_until(connection, name)]


def owed(connection: Connection) -> list[Row[tuple[object, ...]]]:
    """Return what is planned, due or under way: run, status, destination, template, account, key."""
    c = notices.c
    query = (
        select(c.run, c.status, c.destination, c.template, accounts.c.key.label("account"), c.key)
        .outerjoin(accounts, accounts.c.id == c.account)
        .where(standing(notices, *OPEN))
        .order_by(c.id)
    )
    return list(connection.execute(query))


def owed_notices(connection: Connection) -> list[Notice]:
    """Return the notices that are planned or due, without bodies."""
    query = select(notices).where(standing(notices, "planned", "due")).order_by(notices.c.id)
    return [_notice(row, "", b"") for row in connection.execute(query)]


def latest_payload(connection: Connection, template: str, account: str) -> str | None:
    """Return the payload of an account's latest notice from a template."""
    query = (
        select(notices.c.payload)
        .join(accounts, accounts.c.id == notices.c.account)
        .where(notices.c.template == template, accounts.c.key == account)
        .order_by(notices.c.id.desc())
        .limit(1)
    )
    return connection.execute(query).scalar_one_or_none()


def most_letters(connection: Connection, days: int = 7) -> int:
    """Return the largest number of letters that one person has had, or is owed, within some days."""
    since = now_ms() - days * 86_400_000
    counted = (
        select(func.count().label("letters"))
        .where(notices.c.destination == "mail", notices.c.planned_ms > since)
        .where(standing(notices, *OPEN, "sent", "unknown"))
        .group_by(notices.c.owner)
        .subquery()
    )
    return int(connection.execute(select(func.coalesce(func.max(counted.c.letters), 0))).scalar_one())


def account_of(connection: Connection) -> dict[str, int]:
    """Return how many notices stand where: owed = the sum, nothing is in two places or in none."""
    query = select(notices.c.status, func.count(literal(1))).group_by(notices.c.status)
    return {row[0]: row[1] for row in connection.execute(query)}
