"""What the version before this one says to a schema is said to every later one: it has what it had, and room.

Its code is in no copy of this repository without a history (where there is one, `tests.chaos.upgrades` plays
it). What it relies on is: the tables as its own migrations make them.
"""

from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Inspector, inspect, text

from store.database import Database
from store.schema import CODE_SINCE, MIGRATIONS

REVISIONS = sorted(file.name[:4] for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))
STEPS = [step for step in pairwise(REVISIONS) if step[0] >= CODE_SINCE]


class Table(NamedTuple):
    """What statements rely on: columns by name, and whatever may refuse a row."""

    columns: dict[str, tuple[str, bool, str | None]]
    refusals: frozenset[str]


Schema = dict[str, Table]


def schema(connection: Connection) -> Schema:
    inspector = inspect(connection)
    return {
        name: Table(columns(inspector, name), refusals(inspector, name))
        for name in inspector.get_table_names()
    }


def columns(inspector: Inspector, table: str) -> dict[str, tuple[str, bool, str | None]]:
    """Type, whether it may be empty, and what it is where nobody says."""
    found = inspector.get_columns(table)
    return {each["name"]: (str(each["type"]), each["nullable"], each["default"]) for each in found}


WHAT = ("name", "column_names", "constrained_columns", "referred_table", "sqltext")


def refusals(inspector: Inspector, table: str) -> frozenset[str]:
    """Whatever may refuse a row, in words of the test's own."""
    found: list[Any] = [each for each in inspector.get_indexes(table) if each["unique"]]
    found += [inspector.get_pk_constraint(table), *inspector.get_unique_constraints(table)]
    found += [*inspector.get_check_constraints(table), *inspector.get_foreign_keys(table)]
    return frozenset(str([each.get(name) for name in WHAT]) for each in found)


def broken(before: Schema, after: Schema) -> Iterator[str]:
    """Name what older code would stumble over."""
    for name, table in before.items():
        if name not in after:
            yield f"{name} is gone"
            continue
        there = after[name]
        for column, said in table.columns.items():
            if there.columns.get(column) != said:
                yield f"{name}.{column} is not what it was"
        for column in there.columns.keys() - table.columns.keys():
            _, nullable, default = there.columns[column]
            if not nullable and default is None:
                yield f"{name}.{column} has no value in a row of older code's"
        if there.refusals - table.refusals:
            yield f"{name} refuses more rows"


def at(database: Database, revision: str) -> Schema:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        return schema(connection)


@pytest.fixture(scope="module")
def schemas(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Schema]:
    file = Path(tmp_path_factory.mktemp("steps"), "file.sqlite3")
    with closing(Database(f"sqlite:///{file}")) as database:
        return {revision: at(database, revision) for revision in REVISIONS if revision >= CODE_SINCE}


@pytest.mark.parametrize(("older", "newer"), STEPS)
def test_a_migration_leaves_the_version_before_it_what_it_uses(schemas, older, newer):
    assert list(broken(schemas[older], schemas[newer])) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("CREATE TABLE more (id BIGINT)", []),
        ("ALTER TABLE notices ADD COLUMN more TEXT", []),
        ("ALTER TABLE notices ADD COLUMN more BIGINT NOT NULL DEFAULT 0", []),
        ("CREATE INDEX ix_more ON notices (status)", []),
        ("DROP TABLE receipts", ["receipts is gone"]),
        ("ALTER TABLE notices RENAME COLUMN reason TO why", ["notices.reason is not what it was"]),
        ("CREATE UNIQUE INDEX ix_more ON notices (owner)", ["notices refuses more rows"]),
    ],
)
def test_what_is_only_added_is_told_from_what_is_not(sqlite_url, change, told):
    with closing(Database(sqlite_url)) as database, database.write() as connection:
        before = schema(connection)
        connection.execute(text(change))
        assert list(broken(before, schema(connection))) == told


def test_a_column_that_must_have_a_value_must_bring_one():
    old, new = (
        {"notices": Table(dict.fromkeys(names, ("TEXT", False, None)), frozenset())} for names in ("a", "ab")
    )
    assert list(broken(old, new)) == ["notices.b has no value in a row of older code's"]
