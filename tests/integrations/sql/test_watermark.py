from contextlib import closing
from typing import Any

import pytest

from health.records import Ticket, Usage
from integrations.rows.reading import PAGE
from integrations.sql.place import Place
from tests.integrations.sql.conftest import Shop
from tests.integrations.sql.desk import TICKETS, add, ids


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


def test_a_cursor_that_cannot_be_read_begins_anew(tickets: Shop) -> None:
    add(tickets, 1, 2)
    tickets.pull(TICKETS, '{"marks": {"tickets": {"kind": "?"}}}')
    assert ids(tickets) == [1, 2]
