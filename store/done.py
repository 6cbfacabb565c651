"""What came of plays: appended on Done, and never changed."""

from sqlalchemy import Connection, insert, select

from health.done import Done
from health.figures.days import Span
from store.database import now_ms
from store.tables import play_outcomes


def record(connection: Connection, account: int, done: Done, *, term: str, note: str, actor: str) -> None:
    """Append what came of a play."""
    values = {**done._asdict(), "account": account, "term": term, "note": note, "actor": actor}
    connection.execute(insert(play_outcomes).values(done_ms=now_ms(), **values))


def done_within(connection: Connection, span: Span) -> list[Done]:
    """Return what was done in a span of days, in order."""
    c = play_outcomes.c
    query = select(*(c[name] for name in Done._fields)).order_by(c.id)
    query = query.where(c.done_on >= span.first, c.done_on < span.until)
    return [Done(*row) for row in connection.execute(query)]
