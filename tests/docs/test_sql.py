"""The page of the SQL source: its example runs, and it explains every key."""

from contextlib import closing
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import create_engine, text

from health.records import Account, Seat, Ticket, Usage
from integrations.sql.queries import Query
from integrations.sql.settings import SqlSettings
from integrations.sql.source import SqlSource
from tests.docs.pages import page

PAGE = page("integrations/sql.md")
NOW_S = 1_781_000_000.0  # 9 June 2026
TABLES = (
    "CREATE TABLE customers (id, name, domain, country, created_at, is_test)",
    "INSERT INTO customers VALUES (7, 'Acme', 'acme.example', 'DE', '2025-01-01', 0)",
    "INSERT INTO customers VALUES (8, 'Trial', 'test.example', 'DE', '2025-01-01', 1)",
    "CREATE TABLE memberships (customer_id, user_id, role, invited_at, seen_at)",
    "INSERT INTO memberships VALUES (7, 1, 'admin', '2025-01-02', '2026-06-08 10:00:00')",
    "CREATE TABLE support_requests (id, customer_id, opened_at, solved_at, priority, subject, changed_at)",
    "INSERT INTO support_requests VALUES (1, 7, '2026-06-01', NULL, 'high', 'Help', '2026-06-02')",
    "INSERT INTO support_requests VALUES (2, 7, '2024-06-01', NULL, 'high', 'Old', '2024-06-02')",
    "CREATE TABLE daily_use (customer_id, day, active_users, logins, exports)",
    "INSERT INTO daily_use VALUES (7, '2026-06-08', 3, 4, 5), (7, '2026-06-09', 1, 1, 1)",
)


def test_the_example_reads_a_database_with_such_tables(tmp_path: Path) -> None:
    [block] = [block for block in PAGE.blocks if block.language == "yaml"]
    queries = tmp_path / "queries.yaml"
    queries.write_text(block.text, encoding="utf-8")
    url = f"sqlite:///{tmp_path / 'product.sqlite3'}"
    with create_engine(url).begin() as connection:
        for statement in TABLES:
            connection.execute(text(statement))
    settings = SqlSettings(url=SecretStr(url), queries=queries)
    with closing(SqlSource(settings, clock=lambda: NOW_S)) as source:
        source.check()
        pages = list(source.pull(None))
    assert sum(page.rejects for page in pages) == 0
    assert [type(record) for page in pages for record in page.records] == [Account, Seat, Usage, Ticket]
    assert {page.listing for page in pages if page.complete} == {"accounts", "seats"}


def test_every_key_is_explained() -> None:
    assert PAGE.table("The file of queries", "key").column("key") == list(Query.model_fields)
