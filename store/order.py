"""Order: rows that are the same but for a text come in the same order on both databases."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class by_bytes(FunctionElement[str]):  # noqa: N801 - an SQL function
    """A text compared byte by byte: SQLite's own way, and not the way of PostgreSQL's locale."""

    type = Text()
    inherit_cache = True
    name = "by_bytes"


@compiles(by_bytes, "sqlite")
def _as_it_is(element: by_bytes, compiler: SQLCompiler, **kw: object) -> str:
    return compiler.process(element.clauses, **kw)


@compiles(by_bytes, "postgresql")
def _in_no_language(element: by_bytes, compiler: SQLCompiler, **kw: object) -> str:
    return f'{compiler.process(element.clauses, **kw)} COLLATE "C"'


def in_order(columns: Iterable[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    """Return what to order by for columns of any type, the texts among them byte by byte."""
    return [by_bytes(column) if isinstance(column.type, Text) else column for column in columns]
