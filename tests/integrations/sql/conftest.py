"""A company's own database, on SQLite and on PostgreSQL, and the source that asks it."""

import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from health.records import Record
from integrations.roles import Cursor
from integrations.sql.settings import SqlSettings
from integrations.sql.source import SqlSource

NOW_S = 1_781_000_000.0
"""9 June 2026, 10:13 UTC."""
_NUMBERS = count(1)


@dataclass
class Shop:
    """A database of somebody's, and a folder for the file of queries."""

    url: str
    folder: Path
    name: str
    records: list[Record] = field(default_factory=list)

    def run(self, *statements: str, **values: Any) -> None:
        engine = create_engine(self.url, poolclass=NullPool)
        with engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement), values)

    def value(self, statement: str) -> Any:
        with create_engine(self.url, poolclass=NullPool).connect() as connection:
            return connection.execute(text(statement)).scalar_one()

    def source(self, queries: Mapping[str, Any], **settings: Any) -> SqlSource:
        path = self.folder / "queries.yaml"
        path.write_text(json.dumps(queries), encoding="utf-8")
        given = {"url": SecretStr(self.url), "queries": path, **settings}
        return SqlSource(SqlSettings(**given), clock=lambda: NOW_S)

    def pull(self, queries: Mapping[str, Any], cursor: Cursor | None = None) -> Cursor | None:
        """Pull to the end; ``records`` holds what came. Return the cursor."""
        self.records = []
        with closing(self.source(queries)) as source:
            for page in source.pull(cursor):
                self.records += page.records
                cursor = page.cursor
        return cursor


@pytest.fixture
def sqlite_shop(tmp_path: Path) -> Shop:
    shop = Shop(f"sqlite:///{tmp_path / 'shop.sqlite3'}", tmp_path, "sqlite")
    shop.run("PRAGMA journal_mode = WAL")
    return shop


@pytest.fixture
def postgresql_shop(request: pytest.FixtureRequest, tmp_path: Path) -> Shop:
    name = f"shop_{next(_NUMBERS)}"
    request.getfixturevalue("databases").create(name)
    return Shop(request.getfixturevalue("postgresql_server").url(name), tmp_path, "postgresql")


@pytest.fixture(params=["sqlite", "postgresql"])
def shop(request: pytest.FixtureRequest) -> Shop:
    made: Shop = request.getfixturevalue(f"{request.param}_shop")
    return made


@pytest.fixture
def tickets(shop: Shop) -> Shop:
    shop.run("CREATE TABLE ticket (id integer, customer text, opened text, changed bigint)")
    return shop
