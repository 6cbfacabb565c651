import tracemalloc
from contextlib import closing
from datetime import date
from typing import Any

from health.records import People, Subscription, Ticket, Usage
from integrations.rows.reading import PAGE
from tests.integrations.sql.conftest import Shop
from tests.integrations.sql.desk import MANY, TICKETS, add


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


def test_a_sample_of_days_that_are_added_up_is_one_of_them(shop: Shop) -> None:
    row = "SELECT 'acme' AS account_id, '2026-06-01' AS day, 'u1' AS user_id, 2 AS events"
    with closing(shop.source({"usage": {"query": row}})) as source:
        [page] = source.sample()
    assert len(list(page.records)) == 2


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


def test_of_many_rows_none_is_held_once_its_page_is_taken(sqlite_shop: Shop) -> None:
    many = MANY.format(200_000)
    query = f"{many} SELECT 'a' AS account_id, i AS user_id FROM n"  # noqa: S608 - our own numbers
    taken = 0
    with closing(sqlite_shop.source({"seats": {"query": query}})) as source:
        for page in source.pull(None):
            taken += len(list(page.records))
            assert len(list(page.records)) <= PAGE
            if taken == 100_000:
                tracemalloc.start()
        held, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert taken == 200_000
    assert held < 2_000_000, "as much as a key of each row, or more"
