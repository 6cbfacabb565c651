"""Pages that are read while rows come in: of those that were there none is missed, and none met twice."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Connection, func, insert, select

from dashboard.api.lists import COLLECTIONS
from dashboard.listing import MOST
from store import audit
from store.database import Database
from store.schema import migrate
from store.tables import accounts, book, flags
from tests.book import ACCOUNTS, LEAVING
from tests.dashboard.api.conftest import Program, Served, opened
from tests.databases import MIGRATED, Databases
from tests.services import PostgreSQL

COMING = 3
"""Pages after each of which others have come in."""
_numbers = count()
SORTS = ("name", "-name", "priority", "-priority", "health", "-mrr", "anchor", "-utilisation")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def growing(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """An API whose book grows, on either database."""
    folder = tmp_path_factory.mktemp("growing")
    url = f"sqlite:///{folder / 'seatsignal.sqlite3'}"
    if request.param == "postgresql":
        databases.create("growing", MIGRATED)
        server: PostgreSQL = request.getfixturevalue("postgresql_server")
        url = server.url("growing")
    else:
        made = Database(url)
        migrate(made)
        made.close()
    yield from opened(url, folder)


def come(connection: Connection, key: str) -> None:
    """Let an account come in that is like one there is, with its flags: it sorts right beside it."""
    like = connection.execute(select(accounts).where(accounts.c.key == LEAVING)).mappings().one()
    made = connection.execute(select(func.max(accounts.c.id))).scalar_one() + 1
    connection.execute(insert(accounts), [dict(like) | {"id": made, "key": key}])
    for table in (book, flags):
        rows = connection.execute(select(table).where(table.c.account == like["id"])).mappings()
        connection.execute(insert(table), [dict(row) | {"account": made} for row in rows])
    audit.record(connection, "noted", key, actor="a test")


def read_while_rows_come(served: Served, program: Program, path: str, **params: str) -> list[dict[str, Any]]:
    page, found = program.get(path, limit="3", **params).json(), []
    for _ in range(COMING):
        found += page["data"]
        with served.database.write() as connection:
            for begins in ("a0", "a1", "zz"):
                come(connection, f"{begins}-{next(_numbers)}")
        page = program.http.get(f"{program.url}{page['next']}", timeout=30).json()
    while page["next"]:
        found += page["data"]
        page = program.http.get(f"{program.url}{page['next']}", timeout=30).json()
    return found + page["data"]


@pytest.mark.parametrize("sort", SORTS)
def test_no_account_is_missed_or_met_twice_while_others_come(growing: Served, sort: str):
    program = growing.program()
    found = [row["account"] for row in read_while_rows_come(growing, program, "/accounts", sort=sort)]

    assert len(found) == len(set(found))
    assert set(ACCOUNTS) <= set(found)


@pytest.mark.parametrize("path", ["/signals", "/audit"])
def test_nor_is_what_is_told_of_them(growing: Served, path: str):
    program = growing.program()
    before = program.rows(path, limit=str(MOST))

    found = read_while_rows_come(growing, program, path)

    told = [tuple(row.items()) for row in found]
    assert len(before) > 3, "else the book has become too small for this test"
    assert len(told) == len(set(told))
    assert {tuple(row.items()) for row in before} <= set(told)


# -- filters -----------------------------------------------------------------------------------------

NARROWED = {
    "accounts": ("band", "owner", "plan", "customer_type"),
    "renewals": ("band", "owner", "currency"),
    "signals": ("account", "kind", "reason", "state", "severity"),
    "audit": ("actor", "action", "about"),
}
"""Filters whose column has their own name."""


@pytest.mark.parametrize(
    ("name", "filter_"), [(name, each) for name, all_ in NARROWED.items() for each in all_]
)
def test_a_filter_leaves_the_rows_of_its_value_and_all_of_them(program: Program, name: str, filter_: str):
    whole = program.rows(f"/{name}", limit=str(MOST))
    for value in sorted({str(row[filter_]) for row in whole if row[filter_] is not None})[:4]:
        expected = [row for row in whole if str(row[filter_]) == value]
        found = program.rows(f"/{name}", limit=str(MOST), **{filter_: value})
        assert found == expected


def test_whatever_narrows_down_is_known():
    for name, all_ in NARROWED.items():
        assert set(all_) <= {each.name for each in COLLECTIONS[name].filters}


# -- what is said beside -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/accounts", {}, 200),
        ("/accounts", {"If-None-Match": "*"}, 304),
        ("/accounts?limit=0", {}, 400),
        ("/accounts/nobody", {}, 404),
    ],
)
def test_what_is_left_of_the_minute_is_said_whatever_is_answered(program: Program, path, headers, status):
    answer = program.get(path, headers)

    assert answer.status_code == status
    assert answer.headers["RateLimit-Policy"].startswith('"minute";q=')
    assert answer.headers["RateLimit"].startswith('"minute";r=')
    assert answer.headers["Cache-Control"] == ("private, no-cache" if status < 400 else "no-store")
