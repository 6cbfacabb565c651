"""Verdicts by command: who is at risk."""

from contextlib import closing
from datetime import date, timedelta

import pytest

from store.tables import runs
from templates.render import render
from tests import book
from tests.cli.conftest import Seatsignal
from tests.owed import rows
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


def on(commands: Seatsignal, day: date) -> Seatsignal:
    with closing(commands.database()) as database:
        book.set_day(database, day)
    return commands


def test_a_verdict_that_rests_on_a_source_which_is_behind_says_so_until_it_has_caught_up(
    eve: Seatsignal, day
):
    words = f"files, complete through {book.DAY_BEFORE - timedelta(days=1)}"
    on(eve, book.DAY + timedelta(days=1))("assess")
    assert "stale" not in eve("accounts").out + eve("explain", "a0").out
    assert {row["stale"] for row in eve("accounts", "--json").document} == {None}
    on(eve, book.DAY + timedelta(days=2))("assess")
    heading, *lines = eve("accounts").out.splitlines()
    assert heading.endswith("  stale")
    assert all(line.endswith(f"  {words}") for line in lines)
    assert {row["stale"] for row in eve("accounts", "--json").document} == {words}
    assert f"\nstale: this rests on {words}.\n" in eve("explain", "a0").out
    assert eve("explain", "a0", "--json").document["facts"]["stale"] == words
    assert eve("import", day).status == 0
    assert "stale" not in eve("accounts").out + eve("explain", "a0").out
    assert "stale" not in eve("explain", "a0", "--json").document["facts"]


@pytest.mark.parametrize(("late", "behind"), [(2, False), (3, True)])
def test_an_alert_that_rests_on_a_source_which_is_behind_says_so(eve: Seatsignal, day, late, behind):
    eve("go-live")
    on(eve, book.DAY + timedelta(days=late))("import", day)
    with closing(eve.database()) as database:
        owed = [row for row in rows(database) if row.key.startswith(f"csm/{book.LEAVING}/")]
    (told,) = [render(row.template, row.payload).decode() for row in owed]
    words = f"*Stale:* this rests on files, complete through {book.DAY_BEFORE:%b %-d, %Y}."
    assert (words in told, "Stale" in told) == (behind, behind)
