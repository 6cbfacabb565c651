"""Edits: fields of ours elsewhere that people changed. They are left alone, told, and can be given back."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    delete,
    exists,
    literal_column,
    select,
    tuple_,
    update,
)

from health.nouns import Edit, Notice, Receipt
from store.among import among
from store.database import clock, now_ms
from store.outbox import OPEN, make_due, notice_of, plan, standing
from store.tables import accounts, bodies, edits, notices, written
from store.upsert import insert

TRIED: ColumnElement[bool] = literal_column("kind = 'state' AND attempt > 0 AND status <> 'sent'")
"""Written out as its partial index is."""


class Drifted(NamedTuple):
    """A field that a person changed: whose, where, what we would have it say, what it says, since when."""

    account: str | None
    destination: str
    field: str
    ours: str
    theirs: str
    since_ms: int
    given_back: bool


def remembered(connection: Connection, claimed: Sequence[Notice]) -> tuple[Notice, ...]:
    """Return notices with what the record of each state has from us, or may have, and what was given back."""
    threads = [notice.thread for notice in claimed if notice.kind == "state"]
    if not threads:
        return tuple(claimed)
    before: dict[str, list[bytes]] = {}
    for query in (_last(threads), _tried(threads)):
        for thread, body in connection.execute(query):
            before.setdefault(thread, []).append(body)
    taken: dict[str, set[str]] = {}
    given = select(edits.c.thread, edits.c.field).where(among(edits.c.thread, threads), edits.c.taken_ms > 0)
    for thread, field in connection.execute(given):
        taken.setdefault(thread, set()).add(field)
    return tuple(
        replace(each, before=tuple(before.get(each.thread, ())), taken=frozenset(taken.get(each.thread, ())))
        for each in claimed
    )


def _last(threads: Sequence[str]) -> Select[str, bytes]:
    """Select what was written last to each thread's record."""
    query = select(written.c.thread, bodies.c.body).join(notices, notices.c.id == written.c.notice)
    return query.join(bodies, bodies.c.hash == notices.c.body).where(among(written.c.thread, threads))


def _tried(threads: Sequence[str]) -> Select[str, bytes]:
    """Select what was tried since, and never answered or overtaken: it may stand there all the same."""
    query = select(notices.c.thread, bodies.c.body).join(bodies, bodies.c.hash == notices.c.body)
    query = query.join(written, written.c.thread == notices.c.thread)
    return query.where(among(notices.c.thread, threads), TRIED, notices.c.id > written.c.notice)


def keep(connection: Connection, answers: Sequence[tuple[Notice, Receipt]]) -> None:
    """Remember what states left alone, in the unit of work that settles them; forget what agrees again."""
    sent = [(notice, receipt.edits) for notice, receipt in answers if _is_sent_state(notice, receipt)]
    _keep(connection, sent, edits.c.thread.is_not(None))


def keep_seen(connection: Connection, seen: Sequence[tuple[Notice, Sequence[Edit]]]) -> int:
    """Remember what was seen of records, where nothing has been written or is owed since; return how much.

    What is given back stays so until it is written.
    """
    ids = [notice.id for notice, _ in seen]
    still = select(written.c.notice).where(among(written.c.notice, ids), ~_owed_to_it())
    quiet = frozenset(connection.execute(still).scalars())
    kept = [(notice, found) for notice, found in seen if notice.id in quiet]
    _keep(connection, kept, edits.c.taken_ms.is_(None))
    return sum(len(found) for _, found in kept)


def _keep(
    connection: Connection, told: Sequence[tuple[Notice, Sequence[Edit]]], may_go: ColumnElement[bool]
) -> None:
    """Let edits of the records be these, and of others only such as may not go."""
    if not told:
        return
    rows = [
        {"thread": notice.thread, "destination": notice.destination, "account": notice.account or None}
        | each._asdict()
        for notice, found in told
        for each in found
    ]
    stays = [(row["thread"], row["field"]) for row in rows]
    gone = delete(edits).where(edits.c.thread.in_([notice.thread for notice, _ in told]), may_go)
    connection.execute(gone.where(tuple_(edits.c.thread, edits.c.field).not_in(stays)) if stays else gone)
    if rows:
        statement = insert(connection, edits).values(since_ms=now_ms())
        said = {name: statement.excluded[name] for name in ("ours", "theirs")}
        newest = statement.on_conflict_do_update(index_elements=["thread", "field"], set_=said)
        connection.execute(newest, rows)


def written_to(connection: Connection) -> list[str]:
    """Return the destinations whose records say something because of us."""
    query = select(notices.c.destination).join(written, written.c.notice == notices.c.id).distinct()
    return sorted(connection.execute(query).scalars())


def last_said(connection: Connection, destination: str, after: str, limit: int) -> tuple[Notice, ...]:
    """Return what records were told last, and may have been since, by thread from behind one on.

    Left out are those to which something is owed: whoever writes it looks at them.
    """
    query = select(notices, bodies.c.body.label("said")).join(written, written.c.notice == notices.c.id)
    query = query.join(bodies, bodies.c.hash == notices.c.body).where(written.c.thread > after)
    query = query.where(notices.c.destination == destination, ~_owed_to_it())
    rows = connection.execute(query.order_by(written.c.thread).limit(limit))
    return remembered(connection, [notice_of(row, "", row.said) for row in rows])


def _owed_to_it() -> ColumnElement[bool]:
    owed = notices.alias("owed")
    return exists().where(owed.c.thread == written.c.thread, standing(owed, *OPEN))


def _is_sent_state(notice: Notice, receipt: Receipt) -> bool:
    return notice.kind == "state" and receipt.outcome == "sent"


def drifted(connection: Connection, account: str = "", field: str = "") -> list[Drifted]:
    """Return the fields that people changed (all, or of an account, or of that name), the oldest first."""
    said = (edits.c[name] for name in ("destination", "field", "ours", "theirs", "since_ms"))
    query = select(accounts.c.key).add_columns(*said, edits.c.taken_ms.is_not(None))
    query = query.outerjoin(accounts, accounts.c.id == edits.c.account).where(_chosen(account, field))
    query = query.order_by(edits.c.since_ms, edits.c.thread, edits.c.field)
    return [Drifted(*row) for row in connection.execute(query)]


def take(connection: Connection, account: str = "", field: str = "") -> int:
    """Give fields back to us and return how many: what their records were told last is written again."""
    chosen = and_(_chosen(account, field), edits.c.taken_ms.is_(None))
    threads = list(connection.execute(select(edits.c.thread).where(chosen).distinct()).scalars())
    given = connection.execute(update(edits).where(chosen).values(taken_ms=now_ms())).rowcount
    now = clock(connection)
    again = [replace(each, key=f"{each.thread}/taken/{now}") for each in _again(connection, threads)]
    plan(connection, None, again)
    make_due(connection, None)
    return given


def _again(connection: Connection, threads: Sequence[str]) -> list[Notice]:
    """Return the last state of each record that no newer one is owed to."""
    owed = select(notices.c.thread).where(among(notices.c.thread, threads), standing(notices, *OPEN))
    query = select(notices).join(written, written.c.notice == notices.c.id)
    query = query.where(among(written.c.thread, threads), written.c.thread.not_in(owed))
    return [notice_of(row, "", b"") for row in connection.execute(query)]


def _chosen(account: str, field: str) -> ColumnElement[bool]:
    whose = edits.c.account.in_(select(accounts.c.id).where(accounts.c.key == account))
    every = edits.c.thread.is_not(None)
    return and_(whose if account else every, edits.c.field == field if field else every)
