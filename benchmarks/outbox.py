"""Claim, mark and settle: in batches against row by row."""

from collections.abc import Iterator
from itertools import count

from benchmarks import databases
from benchmarks.measure import Result, rates
from health.nouns import Notice, Receipt
from store import claims, outbox, settlement
from store.database import Database
from store.installation import set_setting

BATCHED = 10_000
SINGLE = 300
BATCH = 500

_keys = count(1)


def results() -> Iterator[Result]:
    """Yield the figures of this group."""
    for name, opened in (("sqlite", databases.sqlite), ("postgresql", databases.postgresql)):
        with opened() as database:
            with database.write() as connection:
                set_setting(connection, "live_since_ms", "1")
            yield _batches(name, database)


def _batches(name: str, database: Database) -> Result:
    _owe(database, (BATCHED + SINGLE) * 3)
    many, single = rates(
        (lambda: _send(database, BATCHED, BATCH), BATCHED), (lambda: _send(database, SINGLE, 1), SINGLE)
    )
    return Result(f"outbox_{name}", many, "notices/s", "row by row", many / single, 30)


def _owe(database: Database, number: int) -> None:
    with database.write() as connection:
        made = (next(_keys) for _ in range(number))
        owed = [Notice(f"k{n}", "sink", "message", f"t{n}", 0, "operator", "#ops", "{}") for n in made]
        outbox.plan(connection, None, owed)
        outbox.make_due(connection, None)


def _send(database: Database, number: int, batch: int) -> None:
    sent = 0
    while sent < number:
        with database.write() as connection:
            claim = claims.claim(connection, "sink", batch, 30)
        with database.write() as connection:
            claims.mark(connection, claim.token, [notice.id for notice in claim.notices], keyed=True)
        answers = [(notice, Receipt(notice.key, "sent")) for notice in claim.notices]
        with database.write() as connection:
            sent += settlement.settle(connection, claim.token, answers)
