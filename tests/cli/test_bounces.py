"""``seatsignal bounces``: reports as a mail server pipes them, and as mailboxes keep them."""

import io
import mailbox
import sys
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from health.nouns import Notice
from store import outbox, subjects
from tests.cli.conftest import Seatsignal
from tests.integrations.mail.reported import DANA, HARD, delivery


@pytest.fixture
def report(eve: Seatsignal) -> bytes:
    """A report of a letter that is in the database."""
    with closing(eve.database()) as database, database.write() as connection:
        subject = subjects.remember(connection, {DANA: "Dana"})[DANA]
        key = f"letter/renewal/a1/{subject}/s-1"
        outbox.plan(connection, None, [Notice(key, "mail", "message", "letter", 0, "renewal", subject, "{}")])
    return delivery(HARD, key=key)


def people(seatsignal: Seatsignal) -> list[str]:
    return [each["person"] for each in seatsignal("suppressions", "--json").document["suppressions"]]


def test_a_mail_server_pipes_one(eve: Seatsignal, report: bytes, monkeypatch):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(report)))
    done = eve("bounces", "--json")
    assert (done.status, done.document) == (0, {"bounced": 1})
    assert people(eve) == [DANA]


def test_mailboxes_are_read_whole(eve: Seatsignal, report: bytes, tmp_path: Path):
    one = tmp_path / "one.eml"
    one.write_bytes(report)
    box = mailbox.mbox(tmp_path / "box")
    folder = mailbox.Maildir(tmp_path / "maildir")
    for kept in (box, folder):
        kept.add(report)
        kept.add(b"Subject: lunch?\n\nnoon?\n")
        kept.close()
    done = eve("bounces", str(one), str(tmp_path / "box"), str(tmp_path / "maildir"))
    assert (done.status, people(eve)) == (0, [DANA])
    assert done.out.startswith("1 bounced, 2 known, 2 no_report.")


@pytest.mark.parametrize(("place", "said"), [("none", "there is no such file"), ("", "is no Maildir")])
def test_a_place_that_holds_no_mail_is_named(eve: Seatsignal, tmp_path: Path, place, said):
    done = eve("bounces", str(tmp_path / place))
    assert done.status == 2
    assert said in " ".join(done.err.split())
