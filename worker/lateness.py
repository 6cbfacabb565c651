"""Lateness: a source whose turns come and go, and nobody reads it to its end."""

from collections.abc import Sequence
from typing import NamedTuple

from health.held import STALE
from store import incidents, slots, sources
from store.database import Connection, clock
from store.installation import is_live
from store.sources import UNREAD, Reading
from worker import incident_words
from worker.deployment import Deployment
from worker.incidents import Incidents

TURNS = 3
"""A source that could not be read for so many of its turns is stale."""


class Turns(NamedTuple):
    """How often a source is to be pulled, and the job whose slots say so."""

    source: str
    job: str
    interval_s: int


class _Late(NamedTuple):
    source: str
    since_ms: int
    failure: str


def look(deployment: Deployment, schedule: Sequence[Turns]) -> None:
    """Tell of sources that have become stale. While all is well nothing is written."""
    with deployment.database.read() as connection:
        if not is_live(connection):
            return
        found = _late(connection, schedule)
    for source, since_ms, failure in found:
        with deployment.database.write() as connection:
            seen = Incidents(deployment, connection)
            seen.begin(STALE, source, incident_words.late(source, since_ms, failure))


def _late(connection: Connection, schedule: Sequence[Turns]) -> list[_Late]:
    """Return the sources that are late and that nobody was told of."""
    readings, standing = sources.readings(connection), incidents.standing(connection)
    now = clock(connection)
    found = []
    for turns in schedule:
        read = readings.get(turns.source, UNREAD)
        oldest_ms = now - TURNS * turns.interval_s * 1000
        if (STALE, turns.source) in standing or (read.ended_ms or 0) > oldest_ms:
            continue
        since_ms = _missed_since(connection, turns.job, read, oldest_ms)
        if since_ms:
            found.append(_Late(turns.source, since_ms, read.failure))
    return found


def _missed_since(connection: Connection, job: str, read: Reading, oldest_ms: int) -> int | None:
    """Return since when a source was not read to its end, if that is too long.

    Turns count, not hours alone: while nothing ran, none was missed. Who reads page after page is at it.
    """
    missed, first_ms = slots.rung_after(connection, job, read.ended_ms or 0)
    since_ms = read.ended_ms or first_ms
    if missed < TURNS or since_ms is None or since_ms > oldest_ms:
        return None
    at_it = not read.failure and (read.page_ms or 0) > oldest_ms
    return None if at_it else since_ms
