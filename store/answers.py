"""Answers: what people said to alerts, the flags that changed by it, and the message that shows them."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, case, func, insert, or_, select, update

from health.alerts import AT_RISK, OPEN
from health.answers import ACKNOWLEDGE, DONE, Answer
from health.nouns import Flag
from store.among import among
from store.database import now_ms
from store.tables import accounts, answers, flags, notices, threads

ALERT, EXPANSION = "alert", "expansion"
"""What an answer is about: all that may cost the account, or its room to grow."""
TEMPLATES = {ALERT: ("alert", "recovered"), EXPANSION: ("expansion",)}
"""By which templates people see it."""
CARDS = {ALERT: ("alert_card", "recovered_card"), EXPANSION: ("expansion_card",)}
"""By which they see it where nobody can answer it, and nothing moves or climbs."""
TASKS = {ALERT: ("alert_task", "recovered_task"), EXPANSION: ("expansion_task",)}
"""By which they see it as something to be done."""

MOST_NOTICES = 100
"""Of an alert's notices the last so many say where it is shown."""


class Shown(NamedTuple):
    """The last notice of the thread in which people see an alert, and where that stands (`store.outbox`)."""

    thread: str
    destination: str
    owner: str
    template: str
    payload: str
    status: str


class Pointed(NamedTuple):
    """The alert that a message is: its account by key and number, its matter, and the thread it stands in.

    On somebody's own page it stands in none.
    """

    key: str
    account: int
    matter: str
    thread: str


def locked(connection: Connection, key: str) -> int | None:
    """Return an account by its key, locked: meanwhile nobody judges it, and nobody else answers for it."""
    query = select(accounts.c.id).where(accounts.c.key == key).with_for_update(key_share=True)
    found = connection.execute(query).scalar_one_or_none()
    return None if found is None else int(found)


def is_known(connection: Connection, call: str) -> bool:
    """Tell whether a call of a desk has been taken already."""
    return connection.execute(select(answers.c.id).where(answers.c.call == call)).first() is not None


def keep(
    connection: Connection,
    account: int,
    matter: str,
    answer: Answer,
    changed: Sequence[Flag],
    *,
    call: str | None,
) -> int:
    """Store an answer with the flags that it changed, and return its number."""
    if changed:
        c = flags.c
        same = [c[name] == bindparam(f"its_{name}") for name in ("account", "kind", "reason", "term")]
        connection.execute(
            update(flags).where(*same),
            [
                {f"its_{name}": getattr(flag, name) for name in ("account", "kind", "reason", "term")}
                | {"state": flag.state, "until": flag.until, "since": flag.since}
                for flag in changed
            ],
        )
    said = {
        "account": account,
        "matter": matter,
        "kind": answer.kind,
        "actor": answer.actor,
        "given_on": answer.on,
        "until": answer.until,
        "detail": answer.detail,
        "call": call,
    }
    query = insert(answers).values(given_ms=now_ms(), **said).returning(answers.c.id)
    return int(connection.execute(query).scalar_one())


def last(connection: Connection, account: int, matter: str, kinds: Collection[str]) -> Answer | None:
    """Return the newest answer of some kinds to an account's alert."""
    c = answers.c
    query = select(c.kind, c.actor, c.given_on, c.until, c.detail).order_by(c.id.desc()).limit(1)
    row = connection.execute(query.where(c.account == account, c.matter == matter, c.kind.in_(kinds))).first()
    return Answer(*row) if row else None


def taken_since(connection: Connection, ids: Collection[int], since_ms: int) -> set[int]:
    """Return which of some accounts somebody has taken on the risk of since an instant."""
    c = answers.c
    taken = among(c.account, ids) & (c.matter == ALERT) & c.kind.in_((ACKNOWLEDGE, DONE))
    return set(connection.execute(select(c.account).where(taken, c.given_ms > since_ms)).scalars())


def shown(
    connection: Connection,
    account: int,
    matter: str,
    *,
    unseen: bool = False,
    templates: Mapping[str, tuple[str, ...]] = TEMPLATES,
) -> list[Shown]:
    """Return where people see an account's alert: the newest notice of each of its threads, the newest first.

    Those are the threads of one term: with each person that it was told to. Without ``unseen`` only those of
    which a message is there.
    """
    c = notices.c
    query = select(c.thread, c.destination, c.owner, c.template, c.payload, c.status)
    query = query.join(threads, threads.c.thread == c.thread, isouter=unseen)
    query = query.where(c.account == account, c.kind == "message", c.template.in_(templates[matter]))
    rows = connection.execute(query.order_by(c.id.desc()).limit(MOST_NOTICES)).all()
    found: dict[str, Shown] = {}
    for row in rows:
        if tail(row.thread) == tail(rows[0].thread):
            found.setdefault(row.thread, Shown(*row))
    return list(found.values())


def last_in(connection: Connection, thread: str) -> Shown | None:
    """Return what people see in a thread: its newest message, if one of them is there at its destination."""
    c = notices.c
    query = select(c.thread, c.destination, c.owner, c.template, c.payload, c.status)
    query = query.join(threads, threads.c.thread == c.thread).where(c.thread == thread, c.kind == "message")
    row = connection.execute(query.order_by(c.id.desc()).limit(1)).first()
    return Shown(*row) if row else None


def tail(thread: str) -> str:
    """Return which alert a thread is of, whoever it is told to: its audience, account and term."""
    _destination, _owner, alert = thread.split("/", 2)
    return alert


def pointed_at(connection: Connection, destination: str, remote: str) -> Pointed | None:
    """Return which alert a message is, by its id at its destination; `None` where it is none of ours."""
    c = notices.c
    query = select(accounts.c.key, accounts.c.id, c.template, c.thread).join(
        accounts, accounts.c.id == c.account
    )
    of_thread = c.thread.in_(select(threads.c.thread).where(threads.c.remote == remote))
    query = query.where(of_thread, c.kind == "message", c.destination == destination)
    row = connection.execute(query.order_by(c.id.desc()).limit(1)).first()
    matters = [matter for matter, templates in TEMPLATES.items() if row and row.template in templates]
    return Pointed(row.key, row.id, matters[0], row.thread) if row and matters else None


def risk_of(connection: Connection, account: int) -> Pointed | None:
    """Return the alert at risk of an account by its number; `None` where there is no such account."""
    key = connection.execute(select(accounts.c.key).where(accounts.c.id == account)).scalar_one_or_none()
    return None if key is None else Pointed(key, account, ALERT, "")


def unanswered(connection: Connection, before_ms: int, only: int | None = None) -> list[int]:
    """Return the accounts (or one) of which a risk fires, and whose alert was told last before an instant.

    Or of which the newest news reached nobody. Not while something is still to be sent.
    """
    c = notices.c
    fires = select(flags.c.account).where(flags.c.kind == AT_RISK, flags.c.state == "firing")
    fires = fires if only is None else fires.where(flags.c.account == only)
    told = c.template.in_(TEMPLATES[ALERT]) & (c.kind == "message")
    query = select(c.account).where(c.account.in_(fires), told, c.status != "suppressed").group_by(c.account)
    newest = func.max(c.id)
    reached = func.max(case((c.status == "sent", c.id), else_=0))
    waits = func.sum(case((c.status.in_(("sent", "quarantined")), 0), else_=1))
    late = or_(func.max(c.settled_ms) < before_ms, reached < newest)
    return list(connection.execute(query.having(late, waits == 0)).scalars())


def told_to(connection: Connection, owners: Collection[str]) -> list[tuple[int, str]]:
    """Return the accounts of which a risk is open, each with those of some people who were told of it."""
    c = notices.c
    held = select(flags.c.account).where(flags.c.kind == AT_RISK, flags.c.state.in_(OPEN))
    told = c.template.in_(TEMPLATES[ALERT]) & (c.kind == "message") & (c.status == "sent")
    query = select(c.account, c.owner).where(c.owner.in_(owners), c.account.in_(held), told).distinct()
    return [(row.account, row.owner) for row in connection.execute(query.order_by(c.account, c.owner))]
