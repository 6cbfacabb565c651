"""Asked: the facts of some accounts, as a reading has them, of the kinds that there are at all."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, select

from store.reading import Fact, Reading
from store.tables import source_status

UNSTATED = frozenset({"events"})
"""Kinds of which there may be some that no source states: what colleagues expect (`store.expected`)."""


class Asked:
    """What a connection is asked for by a reading.

    A kind of fact that no source has ever stated is not asked for. Whoever stores what follows from the facts
    makes this once the accounts are locked: before, a first fact of a kind may still come in between.
    """

    def __init__(self, connection: Connection, reading: Reading) -> None:
        """Find out which kinds of fact there are."""
        self.connection = connection
        self.reading = reading
        stated = connection.execute(select(source_status.c.kinds)).scalars()
        self._kinds = UNSTATED.union(*(json.loads(kinds or "[]") for kinds in stated))

    def rows(self, kind: str, query: Select[Any], ids: Sequence[int], **given: object) -> Sequence[Fact]:
        """Return what a query over the rows of a kind finds of some accounts."""
        return self.found(query, ids, **given) if kind in self._kinds else ()

    def found(self, query: Select[Any], ids: Sequence[int], **given: object) -> Sequence[Fact]:
        """Return what a query by this reading finds of some accounts."""
        parameters: Mapping[str, object] = {**self.reading.of(ids), **given}
        return self.connection.execute(query, parameters).all()
