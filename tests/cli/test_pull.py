"""`seatsignal pull SOURCE --preview`: what would be read, and nothing of it kept."""

import json
import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Seatsignal


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "accounts.csv").write_text("account_id,name\nacme,Acme\n,Nameless\nzeta,Zeta\nbeta,Beta\n")
    (tmp_path / "contacts.csv").write_text("account_id,email\nacme,kim@acme.example\n")
    return tmp_path


def test_some_records_of_each_kind_are_shown_and_reasons_beside_them(seatsignal: Seatsignal, folder: Path):
    done = seatsignal("pull", "files", "--preview", "2", "--json", SEATSIGNAL_FILES_FOLDER=str(folder))
    assert done.status == 0
    assert done.document == {
        "source": "files",
        "records": {
            "accounts": [
                "accounts: account_id=acme, name=Acme",
                "accounts: account_id=zeta, name=Zeta",
            ],
            "contacts": ["contacts: account_id=acme, email=(set)"],
        },
        "rejects": 1,
        "reasons": ["accounts.csv, line 3: account_id is missing"],
    }


def test_nothing_is_kept(seatsignal: Seatsignal, folder: Path):
    done = seatsignal("pull", "files", "--preview", "2", SEATSIGNAL_FILES_FOLDER=str(folder))
    assert "accounts.csv, line 3: account_id is missing" in done.err
    assert list(folder.glob("*.rejects.csv")) == []
    assert json.loads(seatsignal("accounts", "--json").out) == []


def test_each_query_is_shown_though_the_one_before_has_more(seatsignal: Seatsignal, tmp_path: Path):
    database, queries = tmp_path / "shop.sqlite3", tmp_path / "queries.yaml"
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE customer (id text)")
        connection.executemany("INSERT INTO customer VALUES (?)", [(f"a{n}",) for n in range(1, 5001)])
    connection.close()
    queries.write_text(
        "accounts: {query: SELECT id AS account_id FROM customer}\n"
        "seats: {query: 'SELECT id AS account_id, 1 AS user_id FROM customer'}\n"
    )
    done = seatsignal(
        *("pull", "sql", "--preview", "1"),
        SEATSIGNAL_SQL_URL=f"sqlite:///{database}",
        SEATSIGNAL_SQL_QUERIES=str(queries),
    )
    assert done.out.splitlines()[:2] == ["accounts: account_id=a1", "seats: account_id=a1, user_id=1"]


def test_what_a_whole_query_leaves_out_is_retired_and_repeats_do_no_harm(
    seatsignal: Seatsignal, tmp_path: Path
):
    database, queries = tmp_path / "shop.sqlite3", tmp_path / "queries.yaml"
    queries.write_text(
        "accounts: {query: SELECT DISTINCT account AS account_id FROM member}\n"
        "seats:\n"
        "  query: SELECT account AS account_id, person AS user_id FROM member, twice\n"
        "  complete: true\n"
    )
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE member (account text, person text)")
        connection.execute("CREATE TABLE twice AS SELECT 1 UNION ALL SELECT 2")
        connection.executemany("INSERT INTO member VALUES ('acme', ?)", [(f"u{n}",) for n in range(30)])
    connection.close()
    set_up = {
        "SEATSIGNAL_SQL_URL": f"sqlite:///{database}",
        "SEATSIGNAL_SQL_QUERIES": str(queries),
        "SEATSIGNAL_FOUNDERS": "sql",
    }
    [first] = seatsignal("pull", "sql", "--json", **set_up).document
    assert (first["rows"], first["rejects"], first["failure"]) == (61, 0, "")
    with sqlite3.connect(database) as connection:
        connection.execute("DELETE FROM member WHERE person = 'u7'")
    connection.close()
    [second] = seatsignal("pull", "sql", "--json", **set_up).document
    assert second["retired"] == [{"kind": "seats", "stood": 30, "absent": 1, "held": ""}]
    with sqlite3.connect(database) as connection:
        connection.execute("DELETE FROM member WHERE person > 'u1'")
    connection.close()
    held = seatsignal("pull", "sql", "--json", **set_up)
    assert held.status == 3
    assert held.document[0]["retired"][0]["held"] == "too_many"


def test_a_source_must_be_named(seatsignal: Seatsignal):
    done = seatsignal("pull", "--preview", "2")
    assert (done.status, "name the source" in done.err) == (2, True)


def test_what_is_wrong_is_said(seatsignal: Seatsignal):
    done = seatsignal("pull", "sql", "--preview", "2", SEATSIGNAL_SQL_URL="sqlite:///nowhere")
    assert (done.status, "SEATSIGNAL_SQL_QUERIES" in done.err) == (1, True)
