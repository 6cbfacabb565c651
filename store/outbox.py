"""What is owed to the world: plan → release → claim → mark → send → settle.

A notice is sent only by whoever holds its claim, a fresh uuid; each later write names the claim and
its row count is checked, so that a sender that lost its lease can change nothing. Just before the
first byte a notice becomes ``sending`` in a commit of its own. What a dead sender left ``claimed`` may
be claimed again; what it left ``sending`` goes again only where the destination honours keys, and is
``unknown`` otherwise: for a mail, once too few beats once too many.

Here what is owed is planned, made due and told; `store.claims` has who sends it, `store.settlement` what
becomes of it.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    Row,
    bindparam,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    update,
)

from config.routes import SENDERS
from health.nouns import Notice
from health.precedence import head_start_ms
from store import runs
from store.database import now_ms
from store.installation import add_to_setting, is_live, setting
from store.tables import accounts, notices, threads
from store.upsert import insert

OPEN = ("planned", "due", "claimed", "sending")
HELD = "held"
"""Held for a person, who approves it or sends it by hand; what follows in its thread does not wait for it."""
PENDING = (*OPEN, HELD)
BY_HAND = "sent_by_hand"
"""Why a letter is not sent by us that a person has sent."""
OUTSIDE = "planned_outside"
"""The setting that counts the notices planned outside any run."""


def standing(table: FromClause, *statuses: str) -> ColumnElement[bool]:
    """Return a condition on the status, written out rather than bound, so that partial indexes serve."""
    words: list[ColumnElement[str]] = [literal_column(f"'{status}'") for status in statuses]
    column: ColumnElement[str] = table.c.status
    return column == words[0] if len(words) == 1 else column.in_(words)


def plan(connection: Connection, run: int | None, owed: Iterable[Notice]) -> int:
    """Store notices as planned under a run and return how many were new; a known key changes nothing.

    An older state notice to the same thread that nobody has claimed is replaced: only the newest state
    is owed. What is withheld is stored as suppressed, with the reason.
    """
    owed = tuple(owed)
    if not owed:
        return 0
    new = _stored(connection, run, [each for each in owed if not each.withheld])
    new += _stored(connection, run, [each for each in owed if each.withheld])
    _replace_older(connection, [notice.thread for notice in owed if notice.kind == "state"])
    if run is not None and new:
        runs.planned(connection, run, new)
    elif new:
        _count_outside(connection, new)
    return new


def _stored(connection: Connection, run: int | None, owed: Sequence[Notice]) -> int:
    """Store notices, all of which are withheld or none, and return how many were new."""
    if not owed:
        return 0
    since = now_ms() - bindparam("head_start_ms", type_=BigInteger)
    statement = insert(connection, notices).values(planned_ms=now_ms(), due_ms=now_ms(), rank_ms=since)
    if owed[0].withheld:
        statement = statement.values(status="suppressed", settled_ms=now_ms())
    statement = statement.on_conflict_do_nothing(index_elements=["key"])
    statement = statement.execution_options(preserve_rowcount=True)
    return connection.execute(statement, [_planned(notice, run) for notice in owed]).rowcount


def _count_outside(connection: Connection, new: int) -> None:
    """Count what was planned outside any run, as runs count theirs; the first time with all there is."""
    begun = setting(connection, OUTSIDE)
    there = select(func.count()).where(notices.c.run.is_(None))
    first = new if begun else int(connection.execute(there).scalar_one())
    add_to_setting(connection, OUTSIDE, new, first)


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
        "reason": notice.withheld,
        "head_start_ms": head_start_ms(notice.stake),
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


def owed_notices(connection: Connection) -> list[Notice]:
    """Return the notices that are planned or due, without bodies."""
    query = select(notices).where(standing(notices, "planned", "due")).order_by(notices.c.id)
    return [notice_of(row, "", b"") for row in connection.execute(query)]


def is_known(connection: Connection, key: str) -> bool:
    """Tell whether a notice has ever been planned under a key."""
    return connection.execute(select(notices.c.id).where(notices.c.key == key)).first() is not None


def open_payloads(connection: Connection, thread: str) -> list[str]:
    """Return the payloads of a thread's notices that are still to be sent."""
    query = select(notices.c.payload).where(notices.c.thread == thread, standing(notices, *OPEN))
    return list(connection.execute(query).scalars())


def payloads_at(connection: Connection, template: str, destination: str, remote: str) -> list[str]:
    """Return what was told from a template in a thread, by the id of its first message at a destination."""
    of_thread = notices.c.thread.in_(select(threads.c.thread).where(threads.c.remote == remote))
    query = select(notices.c.payload).where(of_thread, notices.c.kind == "message")
    query = query.where(notices.c.template == template, notices.c.destination == destination)
    return list(connection.execute(query).scalars())


def latest_payload(connection: Connection, template: str, account: str) -> str | None:
    """Return the payload of an account's latest notice from a template.

    One that was withheld for want of a reader is passed over.
    """
    query = (
        select(notices.c.payload)
        .join(accounts, accounts.c.id == notices.c.account)
        .where(notices.c.template == template, accounts.c.key == account)
        .where(or_(notices.c.owner != "", ~standing(notices, "suppressed")))
        .order_by(notices.c.id.desc())
        .limit(1)
    )
    return connection.execute(query).scalar_one_or_none()


def open_letter(connection: Connection, template: str, account: int) -> Notice | None:
    """Return the newest letter from a template that is owed to an account, or held, and has not left."""
    query = select(notices).where(notices.c.account == account, notices.c.template == template)
    query = query.where(standing(notices, *PENDING)).order_by(notices.c.id.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    return notice_of(row, "", b"") if row else None


def most_letters(connection: Connection, days: int = 7) -> int:
    """Return the largest number of letters that one person has had, or is owed, within some days."""
    since = now_ms() - days * 86_400_000
    counted = (
        select(func.count().label("letters"))
        .where(notices.c.destination.in_(SENDERS), notices.c.planned_ms > since)
        .where(or_(standing(notices, *PENDING, "sent", "unknown"), notices.c.reason == BY_HAND))
        .group_by(notices.c.owner)
        .subquery()
    )
    return int(connection.execute(select(func.coalesce(func.max(counted.c.letters), 0))).scalar_one())


def account_of(connection: Connection) -> dict[str, int]:
    """Return how many notices stand where: owed = the sum, nothing is in two places or in none."""
    query = select(notices.c.status, func.count(literal(1))).group_by(notices.c.status)
    return {row[0]: row[1] for row in connection.execute(query)}


def notice_of(row: Row[tuple[object, ...]], remote: str, body: bytes) -> Notice:
    """Return a stored notice, with the destination's id of its thread and what was rendered."""
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
