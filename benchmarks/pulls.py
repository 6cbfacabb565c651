"""Pages into the database, as a pull stores them."""

from collections.abc import Iterable, Sequence

from health.records import Record
from store import facts, sources
from store.database import Database
from store.sources import Landed


def store(
    database: Database, source: str, pages: Iterable[Sequence[Record]], ids: sources.Met | None = None
) -> None:
    """Store pages, each in a unit of work of its own; ``ids`` are the accounts that the pull has met."""
    met = sources.Met() if ids is None else ids
    with database.write() as connection:
        sources.register(connection, source)
        cursor = sources.cursor_of(connection, source)
    for page in pages:
        with database.write() as connection:
            batch = sources.begin_batch(connection, source, cursor, met)
            facts.store_records(connection, batch, page)
            kinds = frozenset(facts.kinds_of(page))
            landed = Landed(kinds, len(page), facts.last_day(page), complete=False)
            cursor = str(batch.number)
            sources.end_batch(connection, batch, cursor, landed)
