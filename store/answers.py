"""Answers: what people said to alerts, the flags that changed by it, and the message that shows them."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, insert, select, update

from health.answers import Answer
from health.nouns import Flag
from store.database import now_ms
from store.tables import accounts, answers, flags, notices, threads

ALERT, EXPANSION = "alert", "expansion"
"""What an answer is about: all that may cost the account, or its room to grow."""
TEMPLATES = {ALERT: ("alert", "recovered"), EXPANSION: ("expansion",)}
"""By which templates people see it."""


class Shown(NamedTuple):
    """The last notice of the thread in which people see an alert."""

    thread: str
    destination: str
    owner: str
    template: str
    payload: str


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


def shown(connection: Connection, account: int, templates: Collection[str]) -> Shown | None:
    """Return where people see an account's alert, by its newest notice with one of some templates.

    `None` where nobody was ever shown one.
    """
    c = notices.c
    query = select(c.thread, c.destination, c.owner, c.template, c.payload).join(
        threads, threads.c.thread == c.thread
    )
    query = query.where(c.account == account, c.kind == "message", c.template.in_(templates))
    row = connection.execute(query.order_by(c.id.desc()).limit(1)).first()
    return Shown(*row) if row else None


def pointed_at(connection: Connection, destination: str, remote: str) -> tuple[str, str] | None:
    """Return the key of the account that a message is about, by its id at its destination, and the matter.

    `None` where it is no alert of ours, or no longer the one that people are shown.
    """
    c = notices.c
    query = select(accounts.c.key, accounts.c.id, c.template, c.thread).join(
        accounts, accounts.c.id == c.account
    )
    of_thread = c.thread.in_(select(threads.c.thread).where(threads.c.remote == remote))
    query = query.where(of_thread, c.kind == "message", c.destination == destination)
    row = connection.execute(query.order_by(c.id.desc()).limit(1)).first()
    for matter, templates in TEMPLATES.items():
        if row and row.template in templates:
            now = shown(connection, row.id, templates)
            return (str(row.key), matter) if now and now.thread == row.thread else None
    return None
