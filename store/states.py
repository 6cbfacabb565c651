"""States: what a record elsewhere last said because of us, so that only what changed is written."""

from collections.abc import Iterable, Sequence
from hashlib import sha256

from sqlalchemy import Connection, select

from health.nouns import Notice
from store.among import among
from store.tables import notices, written
from store.upsert import insert

THREADS_A_QUERY = 500


def unwritten(connection: Connection, states: Sequence[Notice]) -> list[Notice]:
    """Return the states that say something else than what is owed to their thread or was last written."""
    last: dict[str, str] = {}
    for at in range(0, len(states), THREADS_A_QUERY):
        last |= _last(connection, [state.thread for state in states[at : at + THREADS_A_QUERY]])
    return [state for state in states if last.get(state.thread) != _digest(state.owner, state.payload)]


def keep_written(connection: Connection, states: Iterable[Notice]) -> None:
    """Remember what was written, in the unit of work that settles it."""
    rows = [
        {"thread": each.thread, "hash": _digest(each.owner, each.payload), "notice": each.id}
        for each in states
    ]
    if rows:
        statement = insert(connection, written)
        said = {name: statement.excluded[name] for name in ("hash", "notice")}
        newest = statement.on_conflict_do_update(index_elements=["thread"], set_=said)
        connection.execute(newest, rows)


def _digest(owner: str, payload: str) -> str:
    """Return what two states have in common that say the same to the same record."""
    return sha256(f"{owner}\n{payload}".encode()).hexdigest()


def _last(connection: Connection, threads: Sequence[str]) -> dict[str, str]:
    """Return by thread the digest of the newest state that is owed, else of the last one written."""
    said = select(written.c.thread, written.c.hash).where(among(written.c.thread, threads))
    last = {row.thread: row.hash for row in connection.execute(said)}
    c = notices.c
    owed = select(c.thread, c.owner, c.payload).where(among(c.thread, threads), c.kind == "state")
    owed = owed.where(c.status.in_(("planned", "due", "claimed", "sending"))).order_by(c.id)
    for row in connection.execute(owed):
        last[row.thread] = _digest(row.owner, row.payload)
    return last
