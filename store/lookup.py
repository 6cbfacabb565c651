"""Looking up: the one row of a large table that belongs to each of a few others."""

from sqlalchemy import ColumnElement, FromClause, Table, select, true


def one_each(
    dialect: str, table: Table, condition: ColumnElement[bool]
) -> tuple[FromClause, ColumnElement[bool]]:
    """Return what to join for the row that meets a condition, and on what; there is one at most.

    SQLite looks each one up by itself. PostgreSQL would rather read the whole table, unless told that
    there is one: it has no statistics of a page just loaded, and old ones of what each run adds.
    """
    if dialect != "postgresql":
        return table, condition
    return select(table).where(condition).limit(1).lateral(), true()
