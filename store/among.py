"""One of many: a condition whose values travel as one parameter, however many they are."""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, any_, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from store.database import is_postgresql


def among(connection: Connection, column: Column[Any], values: Collection[int | str]) -> ColumnElement[bool]:
    """Say that a column is one of many values.

    ``IN`` has a parameter for each: it is parsed anew for every number of them, and SQLite has a limit.
    """
    if is_postgresql(connection):
        return column == any_(literal(list(values), ARRAY(column.type)))
    return column.in_(select(func.json_each(json.dumps(list(values))).table_valued("value").c.value))
