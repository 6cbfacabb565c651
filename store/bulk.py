"""Many rows at once, by the driver's own means: COPY on PostgreSQL, ``executemany`` on SQLite."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Column, Connection, Select, Table

from store.database import is_postgresql

Row = tuple[Any, ...]
_COPIED = {int: "int8", float: "float8", str: "text", bool: "bool", date: "date", bytes: "bytea"}
"""PostgreSQL's types, for its binary format."""


def load(connection: Connection, table: Table, columns: Sequence[Column[Any]], rows: Iterable[Row]) -> None:
    """Insert rows of plain values, one for each of the columns; what is left out is NULL or its default."""
    names = ", ".join(f'"{column.name}"' for column in columns)
    if is_postgresql(connection):
        _copy(connection, f"COPY {table.name} ({names}) FROM STDIN (FORMAT binary)", columns, rows)
        return
    marks = ", ".join("?" * len(columns))
    into = f"INSERT INTO {table.name} ({names}) VALUES ({marks})"  # noqa: S608 - our own names
    connection.exec_driver_sql(into, list(rows))


def _copy(connection: Connection, into: str, columns: Sequence[Column[Any]], rows: Iterable[Row]) -> None:
    driver: Any = connection.connection.dbapi_connection
    with driver.cursor() as cursor, cursor.copy(into) as copy:
        copy.set_types([_COPIED[column.type.python_type] for column in columns])
        for row in rows:
            copy.write_row(row)


def blobs(connection: Connection, query: Select[bytes]) -> Sequence[bytes]:
    """Return a column of bytes, which PostgreSQL sends in hexadecimal unless asked for its binary format."""
    if not is_postgresql(connection):
        return connection.execute(query).scalars().all()
    asked = query.compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True})
    driver: Any = connection.connection.dbapi_connection
    with driver.cursor(binary=True) as cursor:
        return [blob for (blob,) in cursor.execute(str(asked), asked.params)]
