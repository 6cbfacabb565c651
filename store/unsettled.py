"""What delivery could not settle by itself: a person sees it, owes it again, or says what became of it.

Each of these is one conditional update: of two people who do the same, one does it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    case,
    exists,
    func,
    or_,
    select,
    union_all,
    update,
)

from store import audit
from store.database import now_ms
from store.deferral import DEFERRED, shown
from store.outbox import HELD, OPEN, PENDING, standing
from store.settlement import BEHIND_MS
from store.tables import accounts, notices, receipts, runs, written

UNSETTLED = ("unknown", "quarantined", HELD)
"""What a person must look at: held is also what a held run has planned."""
STATUSES = (*UNSETTLED, *OPEN, DEFERRED, "sent", "suppressed", "replaced")


@dataclass(frozen=True, slots=True)
class Standing:
    """A notice as a person sees it; no address is in it.

    ``since_ms`` is when it came to stand so. ``remote`` is the destination's id of it, as far as one is
    known: of a letter its Message-ID.
    """

    status: str
    key: str
    destination: str
    template: str
    account: str | None
    reason: str
    attempts: int
    since_ms: int
    remote: str


def listed(connection: Connection, statuses: Collection[str], most: int | None = None) -> list[Standing]:
    """Return the notices that stand so (`STATUSES`), the oldest first, ``most`` of them."""
    held = standing(notices, "planned") & (runs.c.status == HELD)
    stands, why = shown(connection)
    status = case((held, HELD), else_=stands)
    since = case((held, runs.c.released_ms), else_=func.coalesce(notices.c.settled_ms, notices.c.planned_ms))
    remote = (
        select(receipts.c.remote)
        .where(receipts.c.notice == notices.c.id, receipts.c.remote != "")
        .order_by(receipts.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(status, notices.c.key, notices.c.destination, notices.c.template, accounts.c.key)
        .add_columns(case((held, runs.c.held_reason), else_=why), notices.c.attempt, since)
        .add_columns(func.coalesce(remote, ""))
        .outerjoin(accounts, accounts.c.id == notices.c.account)
        .outerjoin(runs, runs.c.id == notices.c.run)
        .where(_may_stand(statuses), status.in_(list(statuses)))
        .order_by(notices.c.id)
        .limit(most)
    )
    return [Standing(*row) for row in connection.execute(query)]


LEFT = ("unknown", "quarantined")
"""What is left to a person for good; an index holds these alone."""
_STORED_AS = {HELD: ("planned", HELD), DEFERRED: ("due", DEFERRED)}
"""How a notice is stored that is shown as another."""


def _may_stand(statuses: Collection[str]) -> ColumnElement[bool]:
    """Return what is stored of every notice that stands so: an index tells it before one is looked at."""
    stored = dict.fromkeys(one for each in statuses for one in _STORED_AS.get(each, (each,)))
    may = standing(notices, *stored)
    return and_(standing(notices, *LEFT), may) if set(stored) <= set(LEFT) else may


class Tallied(NamedTuple):
    """How many notices to a destination stand so, for one and the same reason."""

    status: str
    destination: str
    reason: str
    notices: int


def tallied(connection: Connection) -> list[Tallied]:
    """Return how many notices wait, for what, and how many wait for a person; the most of each first."""
    status, reason = shown(connection)
    each = select(status.label("status"), notices.c.destination, reason.label("reason"))
    waits = (OPEN, (HELD,), LEFT)  # an index of each, so that what is settled is not looked at
    of = union_all(*(each.where(standing(notices, *statuses)) for statuses in waits)).subquery().c
    query = select(*of, func.count().label("number")).group_by(*of)
    rows = connection.execute(query.order_by(of.status, func.count().desc(), of.destination, of.reason))
    return [Tallied._make(row) for row in rows]


class Planned(NamedTuple):
    """How many notices from a template would be sent to a destination, and about how many accounts."""

    destination: str
    template: str
    notices: int
    accounts: int


def planned(connection: Connection) -> list[Planned]:
    """Return what is planned and not due, the most of it first: of a dry-run all that it would have told."""
    c = notices.c
    counted = func.count()
    query = select(c.destination, c.template, counted, func.count(c.account.distinct()))
    query = query.where(standing(notices, "planned")).group_by(c.destination, c.template)
    rows = connection.execute(query.order_by(counted.desc(), c.destination, c.template))
    return [Planned(*row) for row in rows]


class PlannedMessage(NamedTuple):
    """A message that would be sent: about which of our accounts, if any, from which template and where."""

    account: str | None
    name: str | None
    template: str
    destination: str


def planned_messages(connection: Connection, most: int) -> list[PlannedMessage]:
    """Return what people would read of what is planned, in order of precedence."""
    c = notices.c
    query = select(accounts.c.key, accounts.c.name, c.template, c.destination)
    query = query.select_from(notices.outerjoin(accounts, accounts.c.id == c.account))
    query = query.where(standing(notices, "planned"), c.kind == "message")
    return [PlannedMessage(*row) for row in connection.execute(query.order_by(c.rank_ms, c.id).limit(most))]


class PlannedState(NamedTuple):
    """A state that would be written: whose record, where, what it would say, and what we wrote there last."""

    account: str | None
    name: str | None
    destination: str
    payload: str
    before: str


def planned_states(connection: Connection, most: int) -> list[PlannedState]:
    """Return what records elsewhere would say of what is planned, in order of precedence."""
    c, last = notices.c, notices.alias("last")
    query = select(
        accounts.c.key, accounts.c.name, c.destination, c.payload, func.coalesce(last.c.payload, "")
    )
    of = notices.outerjoin(accounts, accounts.c.id == c.account)
    of = of.outerjoin(written, written.c.thread == c.thread).outerjoin(last, last.c.id == written.c.notice)
    query = query.select_from(of).where(standing(notices, "planned"), c.kind == "state")
    return [PlannedState(*row) for row in connection.execute(query.order_by(c.rank_ms, c.id).limit(most))]


def owed(connection: Connection) -> list[Row[tuple[object, ...]]]:
    """Return what is planned, due, held or under way, in order of precedence, and why what must wait does.

    Run, status, destination, template, account, key, reason; what waits for a moment is ``deferred``.
    """
    c = notices.c
    status, reason = shown(connection)
    query = (
        select(
            c.run, status.label("status"), c.destination, c.template, accounts.c.key.label("account"), c.key
        )
        .add_columns(reason.label("reason"))
        .outerjoin(accounts, accounts.c.id == c.account)
        .where(standing(notices, *PENDING))
        .order_by(c.rank_ms, c.id)
    )
    return list(connection.execute(query))


def statuses(connection: Connection, keys: Sequence[str]) -> dict[str, str]:
    """Return where notices stand, by key; a key that is none is left out."""
    query = select(notices.c.key, notices.c.status).where(notices.c.key.in_(keys))
    return {row.key: row.status for row in connection.execute(query)}


def replay(
    connection: Connection, keys: Sequence[str] | None, destination: str = "", *, actor: str
) -> dict[str, str]:
    """Owe quarantined notices again (all, or by key; of one destination), and return where they stand now.

    They are worded anew: what was wrong may have been the words.
    """
    chosen = standing(notices, "quarantined")
    if keys is not None:
        chosen &= notices.c.key.in_(keys)
    if destination:
        chosen &= notices.c.destination == destination
    again = _owe_again(connection, chosen, body=None)
    audit.record_each(connection, "notice_replayed", again, actor=actor)
    return again


def settle(connection: Connection, key: str, *, sent: bool, actor: str) -> str:
    """Settle an unknown notice as a person found it, and return where it stands now.

    Sent, it is done. Not sent, it is owed again, and an answer that its sender may still bring is not
    heard. Empty if it is not unknown.
    """
    chosen = standing(notices, "unknown") & (notices.c.key == key)
    settled = _close(connection, chosen) if sent else _owe_again(connection, chosen)
    audit.record_each(connection, "notice_settled", settled, "sent" if sent else "not sent", actor)
    return settled.get(key, "")


def _close(connection: Connection, chosen: ColumnElement[bool]) -> dict[str, str]:
    statement = update(notices).where(chosen)
    statement = statement.values(status="sent", reason="", settled_ms=now_ms())
    return dict.fromkeys(connection.execute(statement.returning(notices.c.key)).scalars(), "sent")


def _owe_again(connection: Connection, chosen: ColumnElement[bool], **more: None) -> dict[str, str]:
    """Make notices due as if planned now; one that a newer one of its thread has overtaken is replaced.

    The next attempt counts as a second one, so that a destination that honours keys looks for what an
    earlier attempt may have left behind.
    """
    overtaken = _overtaken()
    # it keeps its head start, and no more; its strikes are forgotten
    waited = now_ms() - notices.c.planned_ms - notices.c.strikes * BEHIND_MS
    fresh = {"attempt": 1, "strikes": 0, "due_ms": now_ms(), "planned_ms": now_ms()}
    fresh |= {"rank_ms": notices.c.rank_ms + waited}
    statement = (
        update(notices)
        .where(chosen)
        .values(
            status=case((overtaken, "replaced"), else_="due"),
            settled_ms=case((overtaken, now_ms()), else_=None),
            reason="",
            claim=None,
            lease_ms=None,
            **fresh,
            **more,
        )
    )
    rows = connection.execute(statement.returning(notices.c.key, notices.c.status))
    return {row.key: row.status for row in rows}


def _overtaken() -> ColumnElement[bool]:
    """Return the condition that sending a notice now would put old in the place of new.

    Of a state only the newest is owed. A destination to which may be sent again shows a thread's newest
    message in the place of those before it, or below them.
    """
    newer = notices.alias("newer")
    state = (notices.c.kind == "state") & standing(newer, *OPEN, "sent", "quarantined", "unknown")
    return exists().where(
        newer.c.thread == notices.c.thread,
        newer.c.id > notices.c.id,
        or_(state, newer.c.keyed & standing(newer, "sent")),
    )
