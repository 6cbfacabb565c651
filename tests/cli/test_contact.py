"""``seatsignal contact``: an account that is sent no nudge until somebody says otherwise."""

from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from store.tables import contact_stops, facts, source_accounts
from tests import book
from tests.cli.conftest import Seatsignal

WHY = ("--reason", "their new  manager\nasked us to")


def stopped(seatsignal: Seatsignal) -> list[dict[str, str]]:
    found: list[dict[str, str]] = seatsignal("contact", "--json").document["stopped"]
    return found


def test_who_is_stopped_is_listed_with_the_reason(eve: Seatsignal):
    assert stopped(eve) == []
    done = eve("contact", "a7", "--stop", *WHY)
    assert done.out == "No nudge leaves to a7 until it is resumed; notices do, such as a failed payment.\n"
    eve("contact", "a8", "--stop", *WHY, "--until", str(book.DAY))
    said = "their new manager asked us to"
    assert stopped(eve) == [
        {"account": "a7", "until": "", "reason": said, "source": ""},
        {"account": "a8", "until": str(book.DAY), "reason": said, "source": ""},
    ]
    assert f"a8 {book.DAY} {said}" in " ".join(eve("contact").out.split())


def test_it_ends_by_itself_after_its_last_day(eve: Seatsignal):
    eve("contact", "a8", "--stop", *WHY, "--until", str(book.DAY))
    with closing(eve.database()) as database:
        book.set_day(database, book.DAY + timedelta(days=1))
    assert stopped(eve) == []


def test_what_is_resumed_or_said_anew_is_kept(eve: Seatsignal):
    for words in (("--stop", *WHY), ("--stop", "--reason", "for a while"), ("--resume",)):
        assert eve("contact", "a7", *words).status == 0
    assert stopped(eve) == []
    again = eve("contact", "a7", "--resume")
    assert (again.status, again.complaint) == (1, ["Nobody stopped nudges to 'a7'."])
    c = contact_stops.c
    with closing(eve.database()) as database, database.read() as connection:
        rows = connection.execute(select(c.reason, c.lifted_ms.is_not(None)).order_by(c.id)).all()
        audit = connection.exec_driver_sql(
            "SELECT action, about, detail FROM audit WHERE action LIKE 'contact_%' ORDER BY id"
        ).all()
    assert [tuple(row) for row in rows] == [("their new manager asked us to", True), ("for a while", True)]
    assert [tuple(line) for line in audit] == [
        ("contact_stopped", "a7", "until it is resumed"),
        ("contact_stopped", "a7", "until it is resumed"),
        ("contact_resumed", "a7", ""),
    ]


@pytest.mark.parametrize(
    ("words", "status", "complaint"),
    [
        (["a7"], 2, "--stop, --resume"),
        (["--stop", *WHY], 2, "--stop, --resume"),
        (["a7", "--stop", "--resume", *WHY], 2, "--resume"),
        (["a7", "--resume", *WHY], 2, "--reason"),
        (["a7", "--resume", "--until", "2026-07-01"], 2, "--until"),
        (["a7", "--stop"], 2, "--reason"),
        (["a7", "--stop", "--reason", "x" * 201], 2, "--reason"),
        (["a7", "--stop", *WHY, "--until", "2026-05-30"], 2, "--until"),
        (["nobody", "--stop", *WHY], 1, "There is no account 'nobody'."),
    ],
)
def test_what_cannot_be_said_is_refused(eve: Seatsignal, words, status, complaint):
    done = eve("contact", *words)
    assert (done.status, done.out) == (status, "")
    assert complaint in done.err
    assert stopped(eve) == []


def test_what_a_source_states_is_listed_explained_and_not_resumed_here(eve: Seatsignal):
    with closing(eve.database()) as database, database.write() as connection:
        named = select(source_accounts.c.id).where(source_accounts.c.external_id == "a7").scalar_subquery()
        fact = facts["accounts"]
        connection.execute(update(fact).where(fact.c.source_account == named).values(do_not_contact=True))
    marked = {"account": "a7", "until": "", "reason": "marked in files", "source": "files"}
    assert stopped(eve) == [marked]
    refused = eve("contact", "a7", "--resume")
    clear = "It is marked in files: clear it there."
    assert (refused.status, refused.complaint) == (1, [f"Nobody stopped nudges to 'a7'. {clear}"])
    eve("contact", "a7", "--stop", *WHY)
    assert "No nudge leaves to it, a person said: their new manager asked us to." in eve("explain", "a7").out
    assert eve("contact", "a7", "--resume").out == f"No nudge leaves to a7 yet. {clear}\n"
    assert stopped(eve) == [marked]
    assert "No nudge leaves to it, as it is: marked in files." in eve("explain", "a7").out
    assert eve("explain", "a8", "--json").document["do_not_contact"] is None
