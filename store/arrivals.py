"""Arrivals: what the pulls of each source brought lately, and how the last one ended."""

from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, func, select

from store.tables import batches, source_status

_DAY_MS = 86_400_000


class Arrived(NamedTuple):
    """What came of a source in the day up to its last page.

    ``rejects`` are rows that could not be read, ``repeats`` those with the id of a later one on their page.
    Instants are `None` where it never happened; ``failure`` is empty where the last pull read all.
    """

    rows: int
    rejects: int
    repeats: int
    ended_ms: int | None
    failed_ms: int | None
    failure: str
    needs_a_person: bool


def arrived(connection: Connection) -> dict[str, Arrived]:
    """Return what came of each source, by its name."""
    last = select(batches.c.source, func.max(batches.c.pulled_ms).label("at_ms"))
    last_page = last.group_by(batches.c.source).subquery()
    lately = (batches.c.source == last_page.c.source) & (batches.c.pulled_ms > last_page.c.at_ms - _DAY_MS)
    sums = [func.sum(batches.c[name]).label(name) for name in ("rows", "rejects", "repeats")]
    counted = select(batches.c.source, *sums).join(last_page, lately).group_by(batches.c.source).subquery()
    c = source_status.c
    query = select(c.source, counted.c.rows, counted.c.rejects, counted.c.repeats, c.pulled_ms)
    query = query.add_columns(c.failed_ms, c.failure, c.paused)
    query = query.outerjoin(counted, counted.c.source == c.source)
    return {row.source: _of(row) for row in connection.execute(query)}


def _of(row: Row[*tuple[Any, ...]]) -> Arrived:
    rows, rejects, repeats = (int(each or 0) for each in (row.rows, row.rejects, row.repeats))
    needs_a_person = bool(row.paused)
    return Arrived(rows, rejects, repeats, row.pulled_ms, row.failed_ms, row.failure, needs_a_person)
