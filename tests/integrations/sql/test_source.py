import traceback
import tracemalloc
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from health.records import People, Subscription, Ticket, Usage
from integrations.errors import IntegrationError, Misconfigured, RetryLater
from integrations.rows.reading import PAGE
from integrations.sql.place import Place
from tests.integrations.sql.conftest import Shop

ACCOUNTS = {"accounts": {"query": "SELECT id AS account_id, name FROM customer"}}
TICKETS = {
    "tickets": {
        "query": "SELECT id AS ticket_id, customer AS account_id, opened AS opened_at, changed "
        "FROM ticket WHERE changed >= :since",
        "watermark": "changed",
        "since": 0,
        "overlap": 0,
    }
}
MANY = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) "


@pytest.fixture
def tickets(shop: Shop) -> Shop:
    shop.run("CREATE TABLE ticket (id integer, customer text, opened text, changed bigint)")
    return shop


def add(shop: Shop, first: int, last: int, changed: str = "i") -> None:
    rows = f"SELECT i, 'acme', '2026-06-01', {changed} FROM n WHERE i >= {first}"  # noqa: S608 - our own numbers
    shop.run(f"INSERT INTO ticket {MANY.format(last)} {rows}")


def ids(shop: Shop) -> list[int]:
    return [int(each.ticket_id) for each in shop.records if isinstance(each, Ticket)]


def test_rows_become_records_by_the_rules_of_the_import_format(shop: Shop) -> None:
    shop.run(
        "CREATE TABLE term (id text, customer text, since date, price numeric(10, 2), renews boolean)",
        "INSERT INTO term VALUES ('s1', 'acme', '2026-01-01', 1234.5, true)",
        "INSERT INTO term VALUES ('s2', NULL, '2026-01-01', 10, false)",
        "INSERT INTO term VALUES ('s3', 'acme', '2026-01-01', 10.001, false)",
    )
    queries = {
        "subscriptions": {
            "query": 'SELECT id AS subscription_id, customer AS "Account ID", since AS term_start, '
            "price AS mrr, 'EUR' AS currency, renews AS auto_renew FROM term ORDER BY id"
        }
    }
    with closing(shop.source(queries)) as source:
        source.check()
        [page] = [page for page in source.pull(None) if page.records]
    [first, *_] = page.records
    assert first == Subscription(
        "s1", "acme", date(2026, 1, 1), mrr_minor=123_450, currency="EUR", auto_renew=True
    )
    assert page.rejects == (1 if shop.name == "postgresql" else 2)
    assert page.reasons[0] == "the query subscriptions, line 2: account_id is missing"


def test_the_watermark_moves_on_and_is_bound(tickets: Shop) -> None:
    add(tickets, 1, 3)
    cursor = tickets.pull(TICKETS)
    assert ids(tickets) == [1, 2, 3]
    add(tickets, 4, 5)
    cursor = tickets.pull(TICKETS, cursor)
    assert ids(tickets) == [3, 4, 5]
    assert tickets.pull(TICKETS, cursor) == cursor


@pytest.mark.parametrize(
    "evil",
    ["0 OR 1=1", "'; DROP TABLE ticket; --", "\\'; DROP TABLE ticket", "%s %(since)s :since", "\u2028"],
)
def test_no_watermark_becomes_part_of_the_statement(shop: Shop, evil: str) -> None:
    shop.run("CREATE TABLE ticket (id integer, customer text, opened text, changed text)")
    shop.run("INSERT INTO ticket VALUES (1, 'acme', '2026-06-01', :evil)", evil=evil)
    queries = {"tickets": {**TICKETS["tickets"], "since": ""}}
    cursor = shop.pull(queries)
    assert ids(shop) == [1]
    shop.run("INSERT INTO ticket VALUES (2, 'acme', '2026-06-01', '!')")  # sorts before any of them
    shop.pull(queries, cursor)
    assert ids(shop) == [1]
    assert shop.value("SELECT count(*) FROM ticket") == 2


def test_equal_watermarks_at_the_edge_of_a_page_lose_nothing(tickets: Shop) -> None:
    add(tickets, 1, PAGE + 500, changed="CASE WHEN i < 1000 THEN i ELSE 7000 END")
    with closing(tickets.source(TICKETS)) as source:
        first = next(pages := source.pull(None))
        pages.close()  # as if the process died here
    assert len(list(first.records)) == PAGE
    assert '"7000"' in str(first.cursor)
    add(tickets, 4_000, 4_000, changed="7000")  # one more of the very instant
    tickets.pull(TICKETS, first.cursor)
    seen = {int(each.ticket_id) for each in first.records if isinstance(each, Ticket)} | set(ids(tickets))
    assert seen == {*range(1, PAGE + 501), 4_000}


def test_a_row_deleted_between_pages_hides_no_other(tickets: Shop) -> None:
    add(tickets, 1, PAGE * 2 + 10)
    queries = {"tickets": {"query": TICKETS["tickets"]["query"].partition("WHERE")[0], "complete": True}}
    queries["tickets"]["query"] = queries["tickets"]["query"].replace(", changed", "")
    found: set[str] = set()
    with closing(tickets.source(queries)) as source:
        for page in source.pull(None):
            if not found:
                tickets.run("DELETE FROM ticket WHERE id <= 5")
            found |= {each.ticket_id for each in page.records if isinstance(each, Ticket)}
    assert len(found) == PAGE * 2 + 10
    tickets.pull(queries)
    assert len(tickets.records) == PAGE * 2 + 5


def test_only_the_last_page_of_a_whole_listing_is_complete(tickets: Shop) -> None:
    add(tickets, 1, PAGE + 1)
    query = "SELECT id AS ticket_id, customer AS account_id, opened AS opened_at FROM ticket ORDER BY id"
    with closing(tickets.source({"tickets": {"query": query, "complete": True}})) as source:
        pages = list(source.pull(None))
        assert [page.complete for page in pages] == [False, False, True]
        assert {page.listing for page in pages} == {"tickets"}
        tickets.run("UPDATE ticket SET opened = 'soon' WHERE id = 1")
        pages = list(source.pull(None))
    assert [page.complete for page in pages] == [False, False, False]
    assert [page.rejects for page in pages] == [1, 0, 0]


def test_an_empty_table_is_an_empty_listing(tickets: Shop) -> None:
    query = "SELECT id AS ticket_id, customer AS account_id, opened AS opened_at FROM ticket"
    with closing(tickets.source({"tickets": {"query": query}})) as source:
        assert [(list(page.records), page.complete) for page in source.pull(None)] == [([], False)]


def test_numbers_look_back_by_so_much(tickets: Shop) -> None:
    add(tickets, 1, 10)
    queries = {"tickets": {**TICKETS["tickets"], "overlap": 3}}
    cursor = tickets.pull(queries)
    tickets.pull(queries, cursor)
    assert ids(tickets) == [7, 8, 9, 10]


@pytest.mark.parametrize("kind", ["timestamptz", "timestamp", "date"])
def test_a_row_of_the_year_2099_hides_no_other(postgresql_shop: Shop, kind: str) -> None:
    shop = postgresql_shop
    shop.run(f"CREATE TABLE ticket (id integer, customer text, opened text, changed {kind})")
    shop.run("INSERT INTO ticket VALUES (1, 'acme', '2026-06-01', '2099-01-01')")
    queries = {"tickets": {**TICKETS["tickets"], "since": "2026-01-01"}}
    cursor = shop.pull(queries)
    assert ids(shop) == [1]
    shop.run("INSERT INTO ticket VALUES (2, 'acme', '2026-06-01', '2026-06-11')")
    shop.pull(queries, cursor)
    assert ids(shop) == [2, 1]


def test_another_query_begins_anew(tickets: Shop) -> None:
    add(tickets, 1, 3)
    cursor = tickets.pull(TICKETS)
    other = {"tickets": {**TICKETS["tickets"], "query": TICKETS["tickets"]["query"] + " AND id <> 2"}}
    tickets.pull(other, cursor)
    assert ids(tickets) == [1, 3]


def test_times_look_back_and_keep_their_zone(postgresql_shop: Shop) -> None:
    shop = postgresql_shop
    shop.run("CREATE TABLE ticket (id integer, changed timestamptz)")
    shop.run("INSERT INTO ticket VALUES (1, '2026-03-29T00:30:00Z'), (2, '2026-03-29T01:30:00Z')")
    shop.run(f"ALTER DATABASE {shop.url.rpartition('/')[2]} SET timezone = 'Europe/Berlin'")
    queries = {
        "tickets": {
            "query": "SELECT id AS ticket_id, 'acme' AS account_id, changed AS opened_at, changed "
            "FROM ticket WHERE changed >= :since",
            "watermark": "changed",
            "since": "2026-01-01T00:00:00Z",
            "overlap": 60,
        }
    }
    cursor = shop.pull(queries)
    assert ids(shop) == [1, 2]
    shop.run("INSERT INTO ticket VALUES (3, '2026-03-29T01:29:30Z'), (4, '2026-03-29T01:28:30Z')")
    shop.pull(queries, cursor)
    assert ids(shop) == [3, 2]


def test_dates_look_back_by_whole_days(shop: Shop) -> None:
    shop.run("CREATE TABLE used (customer text, day date, logins integer)")
    shop.run("INSERT INTO used VALUES ('acme', '2026-06-06', 1), ('acme', '2026-06-07', 2)")
    queries: dict[str, Any] = {
        "usage": {
            "query": "SELECT customer AS account_id, day, logins AS sign_ins FROM used WHERE day >= :since",
            "watermark": "day",
            "since": "2026-01-01",
        }
    }
    cursor = shop.pull(queries)
    shop.run("UPDATE used SET logins = 9")
    shop.pull(queries, cursor)
    expected = 1 if shop.name == "sqlite" else 2  # whose dates are text, of which nothing can be taken away
    assert [each.sign_ins for each in shop.records if isinstance(each, Usage)] == [9] * expected


def test_a_day_that_is_not_over_is_neither_told_nor_passed(shop: Shop) -> None:
    shop.run(
        "CREATE TABLE used (customer text, day date, logins integer, changed integer)",
        "INSERT INTO used VALUES ('acme', '2026-06-08', 4, 1), ('acme', '2026-06-09', 1, 2)",
        "INSERT INTO used VALUES ('zeta', '2026-06-08', 5, 3)",
    )
    queries = {
        "usage": {
            "query": "SELECT customer AS account_id, day, logins AS sign_ins, changed FROM used "
            "WHERE changed >= :since",
            "watermark": "changed",
            "since": 0,
            "overlap": 0,
        }
    }
    cursor = shop.pull(queries)
    assert [(each.account_id, each.sign_ins) for each in shop.records if isinstance(each, Usage)] == [
        ("acme", 4),
        ("zeta", 5),
    ]
    assert all(each.metrics is None for each in shop.records if isinstance(each, Usage))
    mark = Place.of(cursor).marks["usage"]
    assert mark.value == "2"


def test_users_are_added_up_day_by_day(shop: Shop) -> None:
    shop.run(
        "CREATE TABLE did (customer text, day date, person text, sent integer)",
        "INSERT INTO did VALUES ('acme', '2026-06-02', 'u1', 2), ('acme', '2026-06-01', 'u2', 1)",
        "INSERT INTO did VALUES ('acme', '2026-06-01', 'u1', 3), ('acme', '2026-06-01', 'u2', 1)",
    )
    query = 'SELECT customer AS account_id, day, person AS user_id, sent AS "core:send" FROM did'
    with closing(shop.source({"usage": {"query": query}})) as source:
        source.check()
        pages = list(source.pull(None))
    records = [record for page in pages for record in page.records]
    usage = [(each.day.day, each.active_users, each.metrics) for each in records if isinstance(each, Usage)]
    assert usage == [(1, 2, '{"core:send":4}'), (2, 1, '{"core:send":2}')]
    assert len([each for each in records if isinstance(each, People)]) == 2
    assert sum(page.rejects for page in pages) == 1


def test_a_day_of_several_pages_is_read_again_if_the_pull_dies_within(sqlite_shop: Shop) -> None:
    shop = sqlite_shop
    shop.run(
        "CREATE TABLE did (customer text, day text, sent integer)",
        f"INSERT INTO did {MANY.format(PAGE)} SELECT 'a' || i, '2026-06-01', 1 FROM n",  # noqa: S608 - numbers
        f"INSERT INTO did {MANY.format(PAGE)} SELECT 'a' || i, '2026-06-02', 1 FROM n",  # noqa: S608 - numbers
    )
    queries = {
        "usage": {
            "query": "SELECT customer AS account_id, day, 'u' AS user_id, sent AS events FROM did "
            "WHERE day >= :since",
            "watermark": "day",
            "since": "",
        }
    }
    with closing(shop.source(queries)) as source:
        whole = [(set(page.records), page.cursor) for page in source.pull(None)]
    wanted = set[Any]().union(*(records for records, _ in whole))
    assert len(wanted) == PAGE * 4
    assert len(whole) > 4
    for stored in range(1, len(whole)):
        before = set[Any]().union(*(records for records, _ in whole[:stored]))
        shop.pull(queries, whole[stored - 1][1])
        assert before | set(shop.records) == wanted


def test_postgresql_hands_rows_out_by_a_cursor_of_its_own(postgresql_shop: Shop) -> None:
    shop = postgresql_shop
    shop.run("CREATE TABLE ticket (id integer, customer text, opened text, changed bigint)")
    add(shop, 1, PAGE * 3)
    with closing(shop.source(TICKETS)) as source:
        pages = source.pull(None)
        next(pages)
        other = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        assert shop.value(f"SELECT query {other}").startswith("FETCH FORWARD")
        pages.close()


def test_of_rows_with_one_key_none_is_refused(sqlite_shop: Shop) -> None:
    row = "SELECT 'acme' AS account_id, '2026-06-01' AS day, 2 AS events"
    account = "SELECT 'acme' AS account_id UNION ALL SELECT 'acme'"
    queries = {"usage": {"query": f"{row} UNION ALL {row}"}, "accounts": {"query": account}}
    with closing(sqlite_shop.source(queries)) as source:
        pages = list(source.pull(None))
    assert sum(page.rejects for page in pages) == 0
    assert sum(len(list(page.records)) for page in pages) == 4


def test_money_is_in_the_accounts_currency(shop: Shop) -> None:
    shop.run(
        "CREATE TABLE customer (id text, money text)",
        "INSERT INTO customer VALUES ('acme', 'JPY')",
    )
    queries = {
        "accounts": {"query": "SELECT id AS account_id, money AS currency FROM customer"},
        "subscriptions": {
            "query": "SELECT id AS subscription_id, id AS account_id, '2026-01-01' AS term_start, 500 AS mrr "
            "FROM customer"
        },
    }
    shop.pull(queries)
    assert [each.mrr_minor for each in shop.records if isinstance(each, Subscription)] == [500]


def test_of_a_million_rows_none_is_held_once_its_page_is_taken(sqlite_shop: Shop) -> None:
    many = MANY.format(1_000_000)
    query = f"{many} SELECT 'a' AS account_id, i AS user_id FROM n"  # noqa: S608 - our own numbers
    taken = 0
    with closing(sqlite_shop.source({"seats": {"query": query}})) as source:
        for page in source.pull(None):
            taken += len(list(page.records))
            assert len(list(page.records)) <= PAGE
            if taken == 900_000:
                tracemalloc.start()
        held, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert taken == 1_000_000
    assert held < 2_000_000, "as much as a key of each row, or more"


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


def test_a_cursor_that_cannot_be_read_begins_anew(tickets: Shop) -> None:
    add(tickets, 1, 2)
    tickets.pull(TICKETS, '{"marks": {"tickets": {"kind": "?"}}}')
    assert ids(tickets) == [1, 2]
