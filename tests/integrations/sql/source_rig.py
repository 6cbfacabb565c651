"""A database of a company's own, with several pages of accounts and tickets."""

import shutil
import tempfile
import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import NullPool, create_engine, text

from health.records import Account, Record, Ticket
from integrations.rows.reading import PAGE
from tests.integrations.source_rig import SourceRig
from tests.rehearsal import Rehearsal

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)
OPENED_MS = 1_780_000_000_000
COUNT = PAGE * 2 + 5
QUERIES = """
accounts:
  query: SELECT id AS account_id, name FROM customer ORDER BY id
  complete: true
tickets:
  query: >
    SELECT id AS ticket_id, customer AS account_id, opened AS opened_at, changed
    FROM ticket WHERE changed >= :since
  watermark: changed
  since: 0
"""


@dataclass(frozen=True)
class SqlRig(SourceRig):
    """One whose book is a SQLite file: no stand-in is asked."""

    def open_book(self) -> None:
        """Fill the database."""
        opened = datetime.fromtimestamp(OPENED_MS / 1_000, UTC).isoformat()
        tickets = [{"id": n, "customer": f"a{n}", "opened": opened, "changed": n // 7} for n in range(COUNT)]
        with create_engine(self.good[self.base_url_variable], poolclass=NullPool).begin() as connection:
            connection.execute(text("CREATE TABLE customer (id text, name text)"))
            connection.execute(
                text("CREATE TABLE ticket (id integer, customer text, opened text, changed int)")
            )
            connection.execute(
                text("INSERT INTO customer VALUES (:customer, 'Customer ' || :customer)"), tickets
            )
            connection.execute(text("INSERT INTO ticket VALUES (:id, :customer, :opened, :changed)"), tickets)


def records() -> Iterator[Record]:
    for n in range(COUNT):
        yield Account(f"a{n}", f"Customer a{n}")
        yield Ticket(str(n), f"a{n}", OPENED_MS)


def rig(sandbox: Rehearsal) -> SourceRig:
    """A SQLite file in a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="seatsignal-shop-"))
    queries = folder / "queries.yaml"
    queries.write_text(QUERIES, encoding="utf-8")
    url = f"sqlite:///{folder / 'shop.sqlite3'}"
    made = SqlRig(
        sandbox=sandbox,
        vendor="sql",
        good={"SEATSIGNAL_SQL_URL": url, "SEATSIGNAL_SQL_QUERIES": str(queries)},
        bad={"SEATSIGNAL_SQL_URL": "sqlite:////nowhere/canary7731"},
        bad_reason="not_let_in",
        secret="canary7731",
        base_url_variable="SEATSIGNAL_SQL_URL",
        book=None,
        records=frozenset(records()),
        clock_s=NOW.timestamp(),
        listings=("accounts", "tickets"),
        troubles=(),
        happens=lambda _at_s: None,
    )
    weakref.finalize(made, shutil.rmtree, folder)
    return made
