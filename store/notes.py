"""Notes: what colleagues say to each other about an account. None is changed; one's own can be taken back."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select

from store.database import now_ms
from store.tables import notes

MOST = 50


class Note(NamedTuple):
    """A note: who said it when, and what."""

    id: int
    actor: str
    words: str
    made_ms: int


def of(connection: Connection, account: int) -> Sequence[Note]:
    """Return the newest notes on an account, the newest first."""
    query = select(*(notes.c[name] for name in Note._fields)).where(notes.c.account == account)
    return [Note._make(row) for row in connection.execute(query.order_by(notes.c.id.desc()).limit(MOST))]


def add(connection: Connection, account: int, actor: str, words: str) -> None:
    """Keep a note."""
    values = {"account": account, "actor": actor, "words": words, "made_ms": now_ms()}
    connection.execute(insert(notes).values(**values))


def take_back(connection: Connection, account: int, note: int, actor: str) -> bool:
    """Delete a note of one's own; false if it is none."""
    c = notes.c
    gone = delete(notes).where(c.id == note, c.account == account, c.actor == actor)
    return connection.execute(gone).rowcount > 0
