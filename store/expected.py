"""Expected: notes of colleagues that what will be seen of an account is known; facts of a source of our own.

A note is an event as an import may bring one, so that it gates signals alike. It reaches its account as any
fact does: the source calls the account by our key, which links it. The source states no kind of fact: that a
colleague says one thing of an account does not make what else happened there known.
"""

from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, select

from health.identity import OUR_ID
from health.records import SHAPES, Event, Identifier
from health.service import EXPECTED
from store import facts, retire, sources
from store.sources import Batch, Landed
from store.tables import facts as tables
from store.tables import source_accounts

SOURCE = "colleagues"
"""The source that such notes belong to."""
_EVENTS = tables["events"]


class Expectation(NamedTuple):
    """A note: the instant of which it is, which names it among those of its account, and its words."""

    at_ms: int
    words: str


def words(until: date, reason: str) -> str:
    """Return the detail of a note: the first day that it names is the last on which it holds."""
    return f"until {until}: {reason}"


def add(connection: Connection, key: str, at_ms: int, until: date, reason: str) -> None:
    """Keep a note on an account, and touch the account."""
    batch = _begun(connection)
    ours = Identifier(key, OUR_ID, key)
    facts.store_records(connection, batch, [ours, Event(key, at_ms, EXPECTED, words(until, reason))])
    sources.end_batch(connection, batch, None, _landed(1))


def of(connection: Connection, key: str, today: date) -> list[Expectation]:
    """Return the notes of colleagues on an account that hold on a day, the latest first."""
    c = _EVENTS.c
    query = select(c.at_ms, c.detail).where(_its(key)).order_by(c.at_ms.desc(), c.detail)
    found = [Expectation(*row) for row in connection.execute(query)]
    return [each for each in found if until(each) >= today]


def until(note: Expectation) -> date:
    """Return the last day on which a note of ours holds."""
    return date.fromisoformat(note.words.removeprefix("until ")[:10])


def take_back(connection: Connection, key: str, at_ms: int) -> bool:
    """Let a note hold no more, and touch the account; false if there is none. What was known stays known."""
    batch = _begun(connection)
    gone = retire.withdraw(connection, batch, SHAPES["events"], _its(key) & (_EVENTS.c.at_ms == at_ms))
    if gone:
        sources.end_batch(connection, batch, None, _landed(0))
    return gone > 0


def _begun(connection: Connection) -> Batch:
    sources.register(connection, SOURCE)
    return sources.begin_batch(connection, SOURCE, None, founding=False)


def _landed(rows: int) -> Landed:
    return Landed(frozenset(), rows=rows, through=None, complete=False)


def _its(key: str) -> ColumnElement[bool]:
    c = source_accounts.c
    account = select(c.id).where(c.source == SOURCE, c.external_id == key).scalar_subquery()
    return (_EVENTS.c.source_account == account) & (_EVENTS.c.kind == EXPECTED)
