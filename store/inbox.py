"""What vendors called in: raw bodies, kept until a pull has stored what they say."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select, update

from store.database import now_ms
from store.tables import inbox
from store.upsert import insert


@dataclass(frozen=True, slots=True)
class Call:
    """One call that was verified and is not stored yet."""

    id: int
    body: bytes
    received_ms: int = 0


def append(connection: Connection, source: str, event: str, body: bytes) -> bool:
    """Keep a call; false if the source has called with this event before."""
    call = insert(connection, inbox).values(source=source, event=event, body=body, received_ms=now_ms())
    kept = call.on_conflict_do_nothing().returning(inbox.c.id)
    return connection.execute(kept).first() is not None


NOTHING_TO_STORE = 0
"""The batch of a call that tells of no fact."""


def is_first(connection: Connection, source: str, event: str) -> bool:
    """Remember a call that tells of no fact, without its body; false if it has come before."""
    seen = {"source": source, "event": event, "body": b"", "received_ms": now_ms()}
    call = insert(connection, inbox).values(batch=NOTHING_TO_STORE, **seen)
    return connection.execute(call.on_conflict_do_nothing().returning(inbox.c.id)).first() is not None


BYTES = 1 << 20
"""Of the bodies that are read at once: one of them more, so that each is read at some time."""


def waiting(connection: Connection, source: str, limit: int) -> list[Call]:
    """Return the oldest calls of a source that are not stored yet, no more than one unit of work takes."""
    rows = connection.execute(_OLDEST, {"source": source, "limit": limit})
    return [Call(row.id, row.body, row.received_ms) for row in rows]


def _oldest() -> Select[Any]:
    whole = func.sum(func.length(inbox.c.body)).over(order_by=inbox.c.id) - func.length(inbox.c.body)
    waits = (inbox.c.source == bindparam("source")) & inbox.c.batch.is_(None)
    query = select(inbox.c.id, whole.label("before")).where(waits)
    oldest = query.order_by(inbox.c.id).limit(bindparam("limit")).subquery()
    within = select(oldest.c.id).where(oldest.c.before < BYTES)
    read = select(inbox.c.id, inbox.c.body, inbox.c.received_ms).where(inbox.c.id.in_(within))
    return read.order_by(inbox.c.id)


_OLDEST = _oldest()


def called(connection: Connection) -> list[str]:
    """Return the sources with calls that are not stored yet."""
    query = select(inbox.c.source).where(inbox.c.batch.is_(None)).distinct()
    return sorted(connection.execute(query).scalars())


def stored(connection: Connection, ids: Sequence[int], batch: int) -> None:
    """Say which batch holds what some calls said, in the unit of work that stores it."""
    if ids:
        connection.execute(update(inbox).where(inbox.c.id.in_(ids)).values(batch=batch))
