"""A person decides about mails on the command line."""

import pytest

from config.files import SHIPPED
from tests import book
from tests.cli.conftest import Seatsignal
from tests.rehearsal import Rehearsal


@pytest.fixture
def held(owing: Seatsignal, reaching: dict[str, str]) -> Seatsignal:
    """What the day owes is delivered, with the modes of a new installation."""
    owing.variables.update(reaching | {"SEATSIGNAL_MODES": str(SHIPPED / "modes.yaml")})
    delivered = owing("deliver")
    assert "mail: 2 held approval" in delivered.out
    assert any("seatsignal mails --waiting" in line for line in delivered.complaint)
    return owing


def keys(commands: Seatsignal) -> dict[str, str]:
    found = commands("mails", "--waiting", "--json").document
    return {mail["template"]: mail["key"] for mail in found}


def test_a_mail_is_shown_with_its_words_and_why(held: Seatsignal):
    shown = held("mails", keys(held)["renewal"]).out
    assert f"To: {book.person(book.RENEWING)} at Account {book.RENEWING} ({book.RENEWING}), in en" in shown
    assert "Why: To be approved: no rule of modes.yaml names it." in shown
    assert "Why: term_ends_on: 2026-08-30" in shown
    assert "Subject: Your Lumen Works subscription renews" in shown
    assert "Decided: undecided; until " in shown


def test_a_mail_leaves_once_it_is_approved(held: Seatsignal, sandbox: Rehearsal):
    key = keys(held)["renewal"]
    assert held("approve", key).out.strip() == "1 approved."
    again = held("approve", key)
    assert (again.status, again.complaint) == (1, [f"{key} was approved already, by operator."])
    assert "mail: 1 sent" in held("deliver").out
    mails = [each for each in sandbox.ledger(system="email")["effects"] if each["system"] == "email"]
    assert [each["channel_or_to"] for each in mails] == [book.person(book.RENEWING)]
    assert held("balance").status == 0
    assert list(keys(held)) == ["failed_payment"]
    listed = {mail["key"]: mail["decision"] for mail in held("mails", "--json").document}
    assert listed[key] == "approved"


def test_a_rejected_mail_says_why_and_never_leaves(held: Seatsignal, sandbox: Rehearsal):
    key = keys(held)["renewal"]
    assert held("reject", key).status == 2
    assert held("reject", key, "--reason", "they have left").status == 0
    held("deliver")
    assert not [each for each in sandbox.ledger(system="email")["effects"] if each["system"] == "email"]
    (mail,) = held("mails", key, "--json").document
    assert (mail["status"], mail["decision"], mail["reason"]) == ("suppressed", "rejected", "they have left")


def test_one_that_cannot_be_decided_keeps_no_other(held: Seatsignal):
    done = held("approve", "letter/nobody", keys(held)["renewal"], "--json")
    assert done.status == 1
    assert len(done.document["approved"]) == 1
    assert done.complaint[0].startswith("There is no mail 'letter/nobody'")


def test_what_is_no_draft_is_not_said_to_be_sent_by_hand(held: Seatsignal):
    refused = held("mailed", keys(held)["renewal"])
    assert refused.status == 1
    assert "is no draft: approve it, and we send it." in refused.complaint[0]
