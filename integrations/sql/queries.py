"""The file of queries: for each kind of record what to ask, and how a next pull asks for less."""

import hashlib
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, RootModel, field_validator, model_validator

from config.files import ConfigError, read
from health.records import SHAPES, Shape
from integrations.errors import Misconfigured
from integrations.rows.columns import nearest, plain_name
from integrations.sql.statement import SINCE, Statement

Instant = datetime | date | int | str
"""What a watermark may be. The exact type is kept: it is compared with the database's own."""


class Query(BaseModel):
    """A query whose columns are those of the import file of its name.

    ``watermark`` names the column whose largest value is the next ``:since``; ``since`` is the first one.
    ``overlap`` is how far a next pull looks back: in seconds of times, whole days of dates, as it is of
    numbers. ``complete`` vouches that what a query without ``:since`` leaves out is gone.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    query: str = Field(min_length=1)
    watermark: str = ""
    since: Instant | None = None
    overlap: int = Field(default=900, ge=0, le=31 * 86_400)
    complete: bool = False

    @field_validator("watermark")
    @classmethod
    def _named_plainly(cls, name: str) -> str:
        return plain_name(name)

    @model_validator(mode="after")
    def _asks_for_less(self) -> Self:
        if problem := self.statement.problem:
            raise ValueError(problem)
        asks = SINCE in self.statement.parameters
        if asks and (self.since is None or not self.watermark):
            raise ValueError("a query with :since needs `since`, its first value, and `watermark`, a column")
        if not asks and (self.since is not None or self.watermark):
            raise ValueError("`since` and `watermark` need a query that says … >= :since")
        if asks and self.complete:
            raise ValueError("a query with :since leaves out what is old: it cannot be complete")
        return self

    @property
    def statement(self) -> Statement:
        """The query's text, read."""
        return Statement(self.query)

    @property
    def fingerprint(self) -> str:
        """Identifies what is asked: the watermark of another query says nothing of this one."""
        said = f"{self.query}\0{self.watermark}\0{self.since!r}"
        return hashlib.sha256(said.encode()).hexdigest()[:16]


class Queries(RootModel[dict[str, Query]]):
    """By the name of the import file."""

    @field_validator("root")
    @classmethod
    def _known(cls, queries: dict[str, Query]) -> dict[str, Query]:
        for name, query in queries.items():
            if name not in SHAPES:
                hint = f", did you mean {near}?" if (near := nearest(name, SHAPES)) else ""
                raise ValueError(f"{name} is no file of the import format{hint}")
            if query.complete and SHAPES[name].by_day:
                raise ValueError(f"{name} holds days: a day that is absent is not gone, so not `complete`")
        if not queries:
            raise ValueError("has no query")
        return queries


class Asked(NamedTuple):
    """A query and the kind of record that its rows are."""

    shape: Shape
    query: Query

    @property
    def file(self) -> str:
        """What its rows are called in messages."""
        return f"the query {self.shape.name}"


def asked(path: Path) -> tuple[Asked, ...]:
    """Return the queries of a file, accounts first. Raises `Misconfigured` with every problem."""
    return tuple(_ordered(_read(path).root))


def _ordered(queries: dict[str, Query]) -> Iterator[Asked]:
    return (Asked(shape, queries[name]) for name, shape in SHAPES.items() if name in queries)


def _read(path: Path) -> Queries:
    try:
        return read(Queries, path)
    except ConfigError as error:
        wrong = str(error)
    raise Misconfigured("queries_invalid", f"sql: SEATSIGNAL_SQL_QUERIES: {wrong}")
