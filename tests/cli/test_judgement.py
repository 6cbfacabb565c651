"""Verdicts by command: who is at risk."""

import pytest

from store.tables import runs
from tests import book
from tests.cli.conftest import Seatsignal
from worker.pipeline import open_run


def test_a_run_over_the_book_says_what_it_did(eve: Seatsignal):
    done = eve("assess", "--json").document
    assert done == {"run": 3, "as_of": book.DAY.isoformat(), "status": "dry", "assessed": len(book.ACCOUNTS)}
    assert eve("assess").out == f"Run 4 as of {book.DAY}: {len(book.ACCOUNTS)} accounts judged, dry.\n"


@pytest.mark.parametrize(
    ("band", "accounts"),
    [("at_risk", {book.LEAVING}), ("watch", {book.UNPAID}), ("unknown", set()), ("", set(book.ACCOUNTS))],
)
def test_a_band_has_its_accounts_alone(owing: Seatsignal, band, accounts):
    found = owing("accounts", "--band", band, "--json").document
    assert {row["account"] for row in found} == accounts
    assert {row["band"] for row in found} <= ({band} if band else {"at_risk", "watch", "healthy"})


def test_the_list_is_a_table_for_a_person(owing: Seatsignal):
    heading, *lines = owing("accounts").out.splitlines()
    assert heading.split("  ")[0] == "account"
    assert len(lines) == len(book.ACCOUNTS)


def test_a_sweep_finishes_what_a_process_left_that_died(eve: Seatsignal):
    eve("go-live")
    opened = book.deployment(eve.url)
    book.set_day(opened.database, book.DAY)
    open_run(opened, "full")  # and dies before it judges a chunk
    opened.database.close()
    assert eve("sweep", "--json").document == {"notices": {"due": 1}}
    database = eve.database()
    with database.read() as connection:
        last = connection.execute(runs.select().order_by(runs.c.id.desc()).limit(1)).one()
    assert (last.status, last.assessed) == ("released", len(book.ACCOUNTS))
    assert list(book.keys(database)) == [
        f"csm/{book.RENEWING}/s-{book.RENEWING}@{book.TERM_START}/renewal_window/3"
    ]
    database.close()
    assert eve("sweep").out == "Swept. Notices: 1 due.\n"
