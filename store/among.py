"""Many values as one parameter, however many they are.

A parameter for each is parsed anew for every number of them, and SQLite has a limit.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any, Self, TypeVar

from sqlalchemy import (
    BindParameter,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Dialect,
    TableValuedAlias,
    Text,
    bindparam,
    func,
    literal,
)
from sqlalchemy import column as named
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import TypeDecorator, TypeEngine

from store.database import is_postgresql

Value = int | str | date
_T = TypeVar("_T")
IDS_A_QUERY = 10_000
"""As many as a page brings at most, so that what a query returns stays small."""


def parts(items: Sequence[_T], size: int = IDS_A_QUERY) -> Iterable[Sequence[_T]]:
    """Return many values in parts that one query each may ask for."""
    return (items[at : at + size] for at in range(0, len(items), size))


class _Many(TypeDecorator[Collection[Value]]):
    """Values of one type: an array where there are arrays, else a text of JSON."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: TypeEngine[Any]) -> None:
        super().__init__()
        self.kind = kind

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return ARRAY(self.kind) if dialect.name == "postgresql" else Text()

    def process_bind_param(self, value: Collection[Value] | None, dialect: Dialect) -> object:
        values = list(value or ())
        return values if dialect.name == "postgresql" else json.dumps(values, default=str)


class among(FunctionElement[bool]):  # noqa: N801 - an SQL function
    """Say that a column is one of many values."""

    type = Boolean()
    inherit_cache = True
    name = "among"

    def __init__(self, column: ColumnElement[Any], values: Collection[Value] | BindParameter[Any]) -> None:
        """Take the values, or a parameter (`many`) for them."""
        of_them = values if isinstance(values, BindParameter) else literal(values, _Many(column.type))
        super().__init__(column, of_them)

    def self_group(self, against: OperatorType | None = None) -> Self:  # noqa: ARG002 - as its base has it
        """Stand as it is within a condition: with ``= 1`` behind it, SQLite would use no index."""
        return self


def many(name: str, column: ColumnElement[Any]) -> BindParameter[Any]:
    """Return a parameter for many values of a column's type, for a statement that is built once."""
    return bindparam(name, type_=_Many(column.type))


@compiles(among, "sqlite")
def _sqlite_among(element: among, compiler: SQLCompiler, **kw: object) -> str:
    column, values = (compiler.process(part, **kw) for part in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - names and a parameter


@compiles(among, "postgresql")
def _postgresql_among(element: among, compiler: SQLCompiler, **kw: object) -> str:
    column, values = (compiler.process(part, **kw) for part in element.clauses)
    return f"{column} = ANY({values})"


def each(connection: Connection, column: Column[Any], values: Collection[Value]) -> TableValuedAlias:
    """Return many values of a column's type as a table with one column, ``value``."""
    many = literal(values, _Many(column.type))
    if is_postgresql(connection):
        return func.unnest(many).table_valued(named("value", column.type)).render_derived()
    return func.json_each(many).table_valued("value")
