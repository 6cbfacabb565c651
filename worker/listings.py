"""The exhaustive listings of one pull, and what becomes of the facts that they leave out.

What is absent is retired in one unit of work, once the pull has read all there was: a pull that fails or
dies on the way retires nothing.
"""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import msgspec

from config.failpoints import failpoint
from health.records import SHAPES, Shape
from integrations.roles import Page
from store import audit, retire, sources
from store.database import Connection, Database
from store.sources import Batch, Landed

REJECTS, UNFINISHED, TOO_MANY = "rejects", "unfinished", "too_many"
"""Why absent facts stay: a row could not be read, the end was not reached, a person should look first."""


class Retired(msgspec.Struct, frozen=True):
    """What a listing of a kind left out: ``absent`` of the ``stood`` facts that there were before it.

    They are retired, or ``held`` says why not. Without a whole listing nobody knows what is absent: 0.
    """

    kind: str
    stood: int = 0
    absent: int = 0
    held: str = ""


@dataclass(slots=True)
class _Listing:
    shape: Shape
    rejects: int = 0
    complete: bool = False


class Listings:
    """Gathers what a pull lists; use it in a ``with``. A pull without listings costs nothing."""

    def __init__(self, database: Database, source: str) -> None:
        """Open no connection yet."""
        self._database = database
        self._source = source
        self._cursor: str | None = None
        self._open: dict[str, _Listing] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Forget what was gathered."""
        self._stack.close()

    @cached_property
    def _connection(self) -> Connection:
        return self._stack.enter_context(self._database.kept())

    def begin(self, page: Page) -> None:
        """Open the listing that a page is the first of, before the page is stored.

        Raises `ValueError` for a kind that is counted by day: a source may not vouch for it.
        """
        if not page.listing or page.listing in self._open:
            return
        shape = SHAPES[page.listing]
        if shape.by_day:
            raise ValueError(f"{shape.name} is counted by day and has no exhaustive listing")
        with self._connection.begin():
            retire.open_listing(self._connection, self._source, shape)
        self._open[page.listing] = _Listing(shape)

    def add(self, page: Page, ids: Mapping[str, int]) -> None:
        """Gather the keys of a page's records, once they are stored."""
        self._cursor = page.cursor
        if not page.listing:
            return
        listing = self._open[page.listing]
        listing.rejects += page.rejects
        listing.complete = page.complete
        named = [record for record in page.records if type(record) is listing.shape.record]
        with self._connection.begin():
            retire.gather(self._connection, self._source, ids, listing.shape, named)

    def settle(self, *, retire_all: bool) -> tuple[Retired, ...]:
        """Retire what the listings leave out, or say why it stays. Raises `store.sources.Overtaken`.

        ``retire_all`` says that a person has looked: however much is absent, it is retired.
        """
        if not self._open:
            return ()
        with self._connection.begin():
            batch = sources.begin_batch(self._connection, self._source, self._cursor)
            found = tuple(self._settle(batch, one, retire_all=retire_all) for one in self._open.values())
            gone = sum(one.absent for one in found if not one.held)
            if gone:
                landed = Landed(frozenset(), 0, None, complete=True)
                sources.end_batch(self._connection, batch, self._cursor, landed)
                failpoint("retired")
        return found

    def _settle(self, batch: Batch, listing: _Listing, *, retire_all: bool) -> Retired:
        connection, shape = self._connection, listing.shape
        if not listing.complete:
            return Retired(shape.name, held=REJECTS if listing.rejects else UNFINISHED)
        found = retire.absence(connection, self._source, shape)
        if found.too_large and not retire_all:
            return Retired(shape.name, found.stood, found.absent, TOO_MANY)
        if found.absent:
            retire.retire(connection, batch, shape)
            told = f"{found.absent} of {found.stood}"
            actor = "operator" if found.too_large else "system"
            audit.record(connection, "facts_retired", f"{self._source}/{shape.name}", told, actor)
        retire.settled(connection, self._source, shape)
        return Retired(shape.name, found.stood, found.absent)
