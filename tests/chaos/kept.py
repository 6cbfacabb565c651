"""What a database knows of what vendors said, whatever numbers it gave to pages and accounts."""

from collections import Counter
from collections.abc import Collection, Iterator

from sqlalchemy import Table, func, select

from store.database import Connection, Database
from store.tables import facts, past, source_accounts

NUMBERS = frozenset({"source_account", "batch", "until_batch"})
"""Columns that count what was done here, and say nothing of a vendor."""
Facts = Counter[tuple[object, ...]]
"""Versions of facts, present and past: of which table, whose, and what they say."""


def kept(database: Database, sources: Collection[str] = ()) -> Facts:
    """Read every version of every fact, or of those of some sources."""
    query = select(source_accounts.c.id, source_accounts.c.source, source_accounts.c.external_id)
    if sources:
        query = query.where(source_accounts.c.source.in_(sources))
    with database.read() as connection:
        whose = {row.id: (row.source, row.external_id) for row in connection.execute(query)}
        tables = [table for kinds in (facts, past) for table in kinds.values()]
        return Counter(row for table in tables for row in _rows(connection, table, whose))


def of(found: Facts, sources: Collection[str]) -> Facts:
    """Those of some sources."""
    return Counter({row: count for row, count in found.items() if row[1] in sources})


def _rows(
    connection: Connection, table: Table, whose: dict[int, tuple[str, str]]
) -> Iterator[tuple[object, ...]]:
    if "source_account" not in table.c:  # rates are nobody's
        return
    named = [column for column in table.columns if column.name not in {*NUMBERS, "source"}]
    for owner, *values in connection.execute(select(table.c.source_account, *named)):
        if owner in whose:
            yield (table.name, *whose[owner], *values)


def stored(database: Database, source: str) -> Counter[int]:
    """Count a source's present facts by the batch that wrote them."""
    counted: Counter[int] = Counter()
    with database.read() as connection:
        for table in facts.values():
            if "source_account" in table.c:
                beside = table.join(source_accounts, source_accounts.c.id == table.c.source_account)
                query = select(table.c.batch, func.count()).select_from(beside)
                query = query.where(source_accounts.c.source == source).group_by(table.c.batch)
                counted.update({row[0]: row[1] for row in connection.execute(query)})
    return counted
