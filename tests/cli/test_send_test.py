"""A letter in one's own inbox: marked, and with links that change nothing for the customer."""

import pytest
import requests

from config.links import LinkReader
from store.installation import secret
from tests import book
from tests.cli.conftest import Seatsignal
from tests.rehearsal import Rehearsal

ME = "robin.vale@seller.example"
LETTER = ("send-test", "renewal", "--account", book.RENEWING, "--to", ME)


@pytest.fixture
def sending(owing: Seatsignal, reaching: dict[str, str]) -> Seatsignal:
    owing.variables.update(reaching)
    return owing


def inbox(sandbox: Rehearsal) -> list[dict[str, object]]:
    return [each for each in sandbox.ledger(system="email")["effects"] if each["system"] == "email"]


def test_a_letter_is_sent_to_oneself_and_to_nobody_else(sending: Seatsignal, sandbox: Rehearsal):
    sent = sending(*LETTER)
    assert sent.status == 0
    assert sent.out.startswith("Sent: [Test] Your Lumen Works subscription renews ")
    (mail,) = inbox(sandbox)
    assert mail["channel_or_to"] == ME
    assert str(mail["text"]).startswith("[Test] ")
    assert sending("plan", "--json").document["notices"], "what is owed is owed as before"


def test_a_letter_that_nobody_is_owed_is_sent_to_oneself_all_the_same(
    sending: Seatsignal, sandbox: Rehearsal
):
    before = sending("plan", "--json").document
    nudge = sending("send-test", "survey_renewal", "--account", book.LEAVING, "--to", ME)
    assert nudge.out == "Sent: [Test] How sure are you that you will go on with Lumen Works?\n"
    example = sending("send-test", "feature_spotlight", "--example", "--to", ME, "--language", "de")
    assert example.out.startswith("Sent: [Test] Einen Blick wert: ")
    assert {mail["channel_or_to"] for mail in inbox(sandbox)} == {ME}
    assert len(inbox(sandbox)) == 2
    assert sending("plan", "--json").document == before


def test_it_can_be_in_another_language(sending: Seatsignal):
    assert sending(*LETTER, "--language", "fr").out.startswith("Sent: [Test] Votre abonnement ")


def test_its_links_are_for_nobody(sending: Seatsignal, sandbox: Rehearsal):
    sending(*LETTER)
    (mail,) = requests.get(f"{sandbox.http}/mail", timeout=10).json()
    source = requests.get(f"{sandbox.http}/mail/{mail['n']}/raw", timeout=10).text
    link = source.split("List-Unsubscribe: <", 1)[1].split(">", 1)[0]
    database = sending.database()
    with database.read() as connection:
        assert LinkReader(secret(connection)).read_unsubscribe(link.rsplit("/", 1)[1]) == (
            "nobody",
            "renewal",
        )
    database.close()


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (
            ("send-test", "alert", "--account", book.LEAVING, "--to", ME),
            1,
            "'alert' is no letter",
        ),
        (
            ("send-test", "renewal", "--account", "nobody", "--to", ME),
            1,
            "No account 'nobody' has been judged",
        ),
        (("send-test", "renewal", "--to", ME), 2, "name one account, or give --example"),
        ((*LETTER, "--example"), 2, "name one account, or give --example"),
        ((*LETTER, "--language", "tlh"), 2, "no letters are written in 'tlh'"),
        ((*LETTER[:-1], "no address"), 1, "The mail server did not take it: invalid_recipient"),
    ],
)
def test_what_cannot_be_sent_is_said(sending: Seatsignal, sandbox: Rehearsal, words, status, said):
    done = sending(*words)
    assert (done.status, done.out) == (status, "")
    assert said in " ".join(done.err.replace("│", " ").split())
    assert inbox(sandbox) == []


def test_without_a_public_address_none_leaves(owing: Seatsignal):
    assert "set SEATSIGNAL_PUBLIC_URL" in owing(*LETTER).err


def test_a_server_that_is_away_is_said_to_be(sending: Seatsignal):
    sending.variables["SEATSIGNAL_MAIL_PORT"] = "1"
    done = sending(*LETTER)
    assert done.status == 1
    assert "Nothing is tried again." in done.err
