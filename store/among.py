"""Many values as one parameter, however many they are.

A parameter for each is parsed anew for every number of them, and SQLite has a limit.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import Column, ColumnElement, Connection, TableValuedAlias, any_, func, literal, select
from sqlalchemy import column as named
from sqlalchemy.dialects.postgresql import ARRAY

from store.database import is_postgresql

Value = int | str | date
_T = TypeVar("_T")
IDS_A_QUERY = 10_000
"""As many as a page brings at most, so that what a query returns stays small."""


def parts(items: Sequence[_T], size: int = IDS_A_QUERY) -> Iterable[Sequence[_T]]:
    """Return many values in parts that one query each may ask for."""
    return (items[at : at + size] for at in range(0, len(items), size))


def among(connection: Connection, column: Column[Any], values: Collection[Value]) -> ColumnElement[bool]:
    """Say that a column is one of many values."""
    if is_postgresql(connection):
        return column == any_(literal(list(values), ARRAY(column.type)))
    return column.in_(select(each(connection, column, values).c.value))


def each(connection: Connection, column: Column[Any], values: Collection[Value]) -> TableValuedAlias:
    """Return many values of a column's type as a table with one column, ``value``."""
    if is_postgresql(connection):
        array = literal(list(values), ARRAY(column.type))
        return func.unnest(array).table_valued(named("value", column.type)).render_derived()
    return func.json_each(json.dumps(list(values), default=str)).table_valued("value")
