"""Overrides by command: set with a reason and a last day, and seen beside what is computed."""

import json

import pytest

from templates.render import render
from tests import book
from tests.cli.conftest import Seatsignal
from tests.owed import rows

WHY = ("--reason", "they  signed\nagain", "--until", "2026-06-30")
SENTENCE = "set to healthy by hand until Jun 30, 2026: they signed again (computed: at risk)"


@pytest.fixture
def healthy(owing: Seatsignal) -> Seatsignal:
    """The account that wants to leave, set to healthy and judged."""
    done = owing("override", book.LEAVING, "--band", "healthy", *WHY)
    assert (
        done.out
        == f"{book.LEAVING} is healthy until 2026-06-30; alerts follow from the next assessment on.\n"
    )
    assert owing("assess").status == 0
    return owing


def test_explain_and_accounts_show_both(healthy: Seatsignal):
    told = healthy("explain", book.LEAVING)
    assert f"as of {book.DAY}: healthy" in told.out
    assert f"The band was {SENTENCE}." in told.out
    assert "Health 49 of 100" in told.out
    document = healthy("explain", book.LEAVING, "--json").document
    assert (document["band"], document["computed_band"]) == ("healthy", "at_risk")
    assert document["override"] == {"reason": "they signed again", "until": "2026-06-30"}
    assert healthy("accounts", "--band", "at_risk", "--json").document == []
    listed = {row["account"]: row for row in healthy("accounts", "--band", "healthy", "--json").document}
    assert listed[book.LEAVING]["computed_band"] == "at_risk"
    assert "computed" in healthy("accounts").out.splitlines()[0]


def test_the_next_alert_says_so_and_a_statement_states_what_was_computed(healthy: Seatsignal, tmp_path):
    file = tmp_path / "statement.json"
    file.write_text(healthy("explain", book.LEAVING, "--statement").out, encoding="utf-8")
    assert json.loads(file.read_text())["verdict"]["band"] == "at_risk"
    assert healthy("verify", str(file)).status == 0


def test_an_alert_that_is_planned_while_it_counts_says_so(eve: Seatsignal, day):
    assert eve("go-live").status == 0
    assert eve("override", book.LEAVING, "--band", "healthy", *WHY).status == 0
    assert eve("import", day).status == 0
    database = eve.database()
    alert = next(row for row in rows(database) if row.key.startswith(f"csm/{book.LEAVING}/"))
    database.close()
    told = json.loads(alert.payload)
    assert (told["band"], told["override"], told["score"]) == ("healthy", SENTENCE, 49.0)
    assert {flag["kind"] for flag in told["flags"]} == {"cancel_ticket"}  # and not the score's own
    assert f"The band was {SENTENCE}." in json.loads(render("alert_task", alert.payload))["text"]
    assert SENTENCE in render("alert", alert.payload).decode()


def test_what_is_cleared_is_computed_again(healthy: Seatsignal):
    assert healthy("override", book.LEAVING, "--clear").status == 0
    document = healthy("explain", book.LEAVING, "--json").document
    assert (document["band"], document["override"]) == ("at_risk", None)
    again = healthy("override", book.LEAVING, "--clear")
    assert (again.status, again.complaint) == (1, [f"No band of {book.LEAVING!r} is set by hand."])
    assert "computed" not in healthy("accounts").out.splitlines()[0]


def test_it_is_written_down_who_set_what_and_never_why(healthy: Seatsignal):
    healthy("override", book.LEAVING, "--clear")
    database = healthy.database()
    with database.read() as connection:
        lines = connection.exec_driver_sql(
            "SELECT action, about, detail, actor FROM audit WHERE action LIKE 'band_%' ORDER BY id"
        ).all()
    database.close()
    assert [tuple(line[:3]) for line in lines] == [
        ("band_set", book.LEAVING, "healthy until 2026-06-30"),
        ("band_cleared", book.LEAVING, ""),
    ]
    assert all(line.actor for line in lines)


@pytest.mark.parametrize(
    ("words", "status", "complaint"),
    [
        (["a0", "--band", "well", *WHY], 2, "--band"),
        (["a0", *WHY], 2, "--band"),
        (["a0", "--band", "watch", "--until", "2026-06-30"], 2, "--reason"),
        (["a0", "--band", "watch", "--reason", "x" * 201, "--until", "2026-06-30"], 2, "--reason"),
        (["a0", "--band", "watch", "--reason", "x"], 2, "--until"),
        (["a0", "--band", "watch", "--reason", "x", "--until", "2026-05-31"], 2, "--until"),
        (["a0", "--clear", "--band", "watch"], 2, "--clear"),
        (["nobody", "--band", "watch", *WHY], 1, "There is no account 'nobody'."),
    ],
)
def test_what_cannot_be_set_is_refused(owing: Seatsignal, words, status, complaint):
    done = owing("override", *words)
    assert (done.status, done.out) == (status, "")
    assert complaint in done.err
    assert owing("accounts", "--json").document[0]["computed_band"] is None
