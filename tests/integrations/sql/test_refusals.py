import traceback
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from integrations.errors import IntegrationError, Misconfigured, RetryLater
from integrations.rows.reading import PAGE
from tests.integrations.sql.conftest import Shop
from tests.integrations.sql.desk import ACCOUNTS, TICKETS, add

SECRET = "canary-9231"  # what no error may tell


@pytest.mark.parametrize(
    ("url", "kind", "reason"),
    [
        (f"postgresql+psycopg://user:{SECRET}@127.0.0.1:1/shop", RetryLater, "connect_failed"),
        (f"nosuch://user:{SECRET}@127.0.0.1/shop", Misconfigured, "driver_missing"),
        (f"oracle+oracledb://user:{SECRET}@127.0.0.1/shop", Misconfigured, "driver_missing"),
        (f"not a url {SECRET}", Misconfigured, "url"),
        (f"postgresql+psycopg://user:{SECRET}@127.0.0.1:port/shop", Misconfigured, "url"),
        (f"sqlite:////nowhere/{SECRET}.sqlite3", Misconfigured, "not_let_in"),
    ],
)
def test_a_database_that_cannot_be_reached_is_told_without_its_url(
    tmp_path: Path, url: str, kind: type[IntegrationError], reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    with pytest.raises(kind) as met, closing(Shop(url, tmp_path, "none").source(ACCOUNTS)) as source:
        source.check()
    assert met.value.reason == reason
    told = "".join(traceback.format_exception(met.value)) + repr(met.value) + caplog.text
    assert SECRET not in told.replace(repr(url), "")


@pytest.mark.parametrize(
    ("query", "reason", "says"),
    [
        ("SELECT id AS account_id, nme FROM customer", "query_refused", "nme"),
        ("SELECT id AS account_id, name AS nane FROM customer", "column_unknown", "did you mean name"),
        ("SELECT id AS acount_id FROM customer", "column_missing", "account_id; its column acount_id may"),
        ("SELECT id AS account_id, name FROM custmer", "query_refused", "custmer"),
        ("SELECT id AS account_id name, FROM customer", "query_refused", "the query accounts"),
        ("WITH a AS (SELECT 1) SELECT 1) AS x", "query_refused", "the query accounts"),
    ],
)
def test_what_is_wrong_with_a_query_is_told_before_it_is_asked(
    shop: Shop, query: str, reason: str, says: str
) -> None:
    shop.run("CREATE TABLE customer (id text, name text)")
    with closing(shop.source({"accounts": {"query": query}})) as source, pytest.raises(Misconfigured) as met:
        source.check()
    assert met.value.reason == reason
    assert says in str(met.value)
    assert "the query accounts" in str(met.value)


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ({"watermark": "chnged", "since": ""}, "watermark_unknown"),
        ({"watermark": "opened_at", "since": "2026-01-01"}, ""),
    ],
)
def test_a_watermark_is_a_column(tickets: Shop, query: dict[str, Any], reason: str) -> None:
    asked = {**TICKETS["tickets"], "query": TICKETS["tickets"]["query"].replace(", changed FROM", " FROM")}
    asked["query"] = asked["query"].replace("changed >=", "opened >=")
    with closing(tickets.source({"tickets": {**asked, **query}})) as source:
        if not reason:
            source.check()
            return
        with pytest.raises(Misconfigured) as met:
            source.check()
    assert (met.value.reason, "opened_at" in str(met.value) or "chnged" in str(met.value)) == (reason, True)


def test_days_in_pieces_need_the_day_as_their_watermark(shop: Shop) -> None:
    shop.run("CREATE TABLE did (customer text, day date, person text, sent integer, changed integer)")
    query = (
        "SELECT customer AS account_id, day, person AS user_id, sent AS events, changed FROM did "
        "WHERE changed >= :since"
    )
    queries = {"usage": {"query": query, "watermark": "changed", "since": 0}}
    with (
        closing(shop.source(queries)) as source,
        pytest.raises(Misconfigured, match="let its watermark be day"),
    ):
        source.check()


def test_a_query_may_not_write_by_a_function(postgresql_shop: Shop) -> None:
    postgresql_shop.run("CREATE SEQUENCE numbers")
    queries = {"accounts": {"query": "SELECT nextval('numbers')::text AS account_id"}}
    with closing(postgresql_shop.source(queries)) as source, pytest.raises(Misconfigured) as met:
        list(source.pull(None))
    assert met.value.reason == "writes"
    assert postgresql_shop.value("SELECT is_called FROM numbers") is False


@pytest.mark.parametrize("value", ["'infinity'::timestamp", "1 / (1 - 1)", "'canary-9231'::int"])
def test_a_value_that_cannot_be_is_told_without_it(postgresql_shop: Shop, value: str) -> None:
    queries = {"accounts": {"query": f"SELECT 'a' AS account_id, {value} AS created_on"}}
    with closing(postgresql_shop.source(queries)) as source, pytest.raises(Misconfigured) as met:
        list(source.pull(None))
    assert met.value.reason == "unreadable_value"
    assert SECRET not in str(met.value)


ENDLESS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
    "SELECT count(*) AS account_id FROM n",
    "postgresql": "SELECT pg_sleep(60)::text AS account_id",
}


def test_a_statement_that_takes_too_long_is_given_up(shop: Shop) -> None:
    queries = {"accounts": {"query": ENDLESS[shop.name]}}
    with closing(shop.source(queries, timeout_s=0.2)) as source, pytest.raises(RetryLater) as met:
        list(source.pull(None))
    assert met.value.reason == "timeout"
    assert "SEATSIGNAL_SQL_TIMEOUT_S" in str(met.value)


def test_a_connection_that_breaks_is_made_again_by_the_next_pull(postgresql_shop: Shop) -> None:
    shop = postgresql_shop
    shop.run("CREATE TABLE ticket (id integer, customer text, opened text, changed bigint)")
    add(shop, 1, PAGE * 3)
    with closing(shop.source(TICKETS)) as source:
        pages = source.pull(None)
        first = next(pages)
        shop.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        with pytest.raises(RetryLater) as met:
            next(pages)
        rest = [record for page in source.pull(first.cursor) for record in page.records]
    assert met.value.reason == "connection_lost"
    assert len({*first.records, *rest}) == PAGE * 3


def test_a_user_that_is_none_is_for_a_person_to_mend(postgresql_shop: Shop) -> None:
    shop = postgresql_shop
    shop.url = shop.url.replace("//", f"//nobody:{SECRET}@", 1).replace("postgres@", "", 1)
    with closing(shop.source(ACCOUNTS)) as source, pytest.raises(Misconfigured) as met:
        source.check()
    assert met.value.reason == "not_let_in"
    assert SECRET not in str(met.value)


def test_a_missing_file_is_not_made(sqlite_shop: Shop, tmp_path: Path) -> None:
    sqlite_shop.url = f"sqlite:///{tmp_path / 'absent?#%.sqlite3'}"
    with closing(sqlite_shop.source(ACCOUNTS)) as source, pytest.raises(Misconfigured):
        source.check()
    assert list(tmp_path.glob("absent*")) == []
