"""Notices to test with, and time that passes when a test says so."""

from collections.abc import Iterable
from pathlib import Path

import msgspec
from sqlalchemy import Row, select, update

from health.nouns import Notice
from store import outbox
from store.database import Database
from store.installation import set_setting
from store.tables import notices, receipts
from templates.content import OperatorContent

AUTOMATIC = Path(__file__).parent / "automatic.yaml"
"""Modes by which every letter leaves by itself."""
PAYLOAD = msgspec.json.encode(
    OperatorContent(title="A source is stale", what_happened="Nothing came from files for 3 hours.")
).decode()


def notice(  # noqa: PLR0917 - in the order in which tests care
    key: str,
    thread: str = "",
    destination: str = "sink",
    kind: str = "message",
    template: str = "operator",
    owner: str = "#ops",
    payload: str = PAYLOAD,
) -> Notice:
    """A notice for operators; `thread` is its key unless said, so that it waits for nobody."""
    return Notice(key, destination, kind, thread or key, 0, template, owner, payload)


def go_live(database: Database) -> None:
    """Leave dry-run, as a person would."""
    with database.write() as connection:
        set_setting(connection, "live_since_ms", "1")


def owe(database: Database, *owed: Notice) -> None:
    """Plan notices outside any run and make them due, live."""
    go_live(database)
    with database.write() as connection:
        outbox.plan(connection, None, owed)
        outbox.make_due(connection, None)


def rows(database: Database) -> list[Row[tuple[object, ...]]]:
    """Every notice as stored, in the order planned."""
    with database.read() as connection:
        return list(connection.execute(select(notices).order_by(notices.c.id)))


def standing(database: Database) -> dict[str, str]:
    """Where each notice stands, by key."""
    return {row.key: row.status for row in rows(database)}


def pass_time(database: Database, seconds: float, keys: Iterable[str] | None = None) -> None:
    """Let time pass for notices (all, or some): every instant of theirs moves into the past."""
    moved = ("due_ms", "planned_ms", "rank_ms", "lease_ms", "settled_ms")
    statement = update(notices).values({name: notices.c[name] - int(seconds * 1000) for name in moved})
    answered = update(receipts).values(at_ms=receipts.c.at_ms - int(seconds * 1000))
    if keys is not None:
        whose = notices.c.key.in_(list(keys))
        statement = statement.where(whose)
        answered = answered.where(receipts.c.notice.in_(select(notices.c.id).where(whose)))
    with database.write() as connection:
        connection.execute(statement)
        connection.execute(answered)
