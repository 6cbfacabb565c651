import smtplib
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.rehearsal import Rehearsal, start_sandbox
from tests.sandbox.mail.conftest import connected, letter, send

CUT = r"closed(?!: timed out)"


def mails(sandbox: Rehearsal, path: str = "") -> Any:
    return requests.get(f"{sandbox.http}/mail{path}", timeout=10).json()


def keys(sandbox: Rehearsal) -> list[str]:
    return [effect["key"] for effect in sandbox.ledger(system="email")["effects"]]


def test_a_mail_is_kept_as_it_came(sandbox: Rehearsal):
    send(sandbox, letter(Subject="Grüße", X_Seatsignal_Key="n-1", X_Seatsignal_Account="acme"))
    [outline] = mails(sandbox)
    assert outline["key"] == "n-1"
    assert (outline["from"], outline["to"]) == ("robin.vale@seller.example", ["ada.brook@buyer.example"])
    mail = mails(sandbox, "/1")
    assert mail["headers"]["Subject"] == "Grüße"
    assert (mail["text"], mail["html"]) == ("Hello Ada\n", "<p>Hello <b>Ada</b></p>\n")
    raw = requests.get(f"{sandbox.http}/mail/1/raw", timeout=10).content
    assert b"\r\nMessage-ID: <1@seller.example>\r\n" in raw
    assert len(raw) == outline["size"]
    [effect] = sandbox.ledger()["effects"]
    shown = ("email", "mail", "n-1", "acme", "ada.brook@buyer.example", "Grüße")
    names = ("system", "action", "key", "account", "channel_or_to", "text")
    assert tuple(effect[name] for name in names) == shown


@pytest.mark.parametrize("number", [0, 1, 99])
def test_there_is_no_other_mail(sandbox: Rehearsal, number):
    assert requests.get(f"{sandbox.http}/mail/{number}", timeout=10).status_code == 404


def test_the_same_mail_again_is_a_duplicate(sandbox: Rehearsal):
    send(sandbox, letter())
    send(sandbox, letter())
    send(sandbox, letter(Message_ID="<2@seller.example>"))
    assert keys(sandbox) == ["<1@seller.example>", "<1@seller.example>", "<2@seller.example>"]
    assert sandbox.summary()["duplicates"] == 1


def test_a_refusal_says_why_and_leaves_nothing(sandbox: Rehearsal):
    with pytest.raises(smtplib.SMTPDataError, match="no Date header"):
        send(sandbox, letter(Date=None))
    assert mails(sandbox) == []


def test_utf8_addresses_are_understood(sandbox: Rehearsal):
    with connected(sandbox) as smtp:
        smtp.send_message(letter(To="Zoë <zoë@buyer.example>"))
    assert mails(sandbox)[0]["to"] == ["zoë@buyer.example"]


@pytest.mark.parametrize("point", range(1, 7))
def test_a_connection_cut_before_the_final_dot_leaves_no_mail(sandbox: Rehearsal, point):
    sandbox.faults("smtp", f"cut:{point}")
    with pytest.raises(smtplib.SMTPServerDisconnected, match=CUT):
        send(sandbox, letter())
    assert keys(sandbox) == []


def test_a_connection_cut_before_the_answer_leaves_the_mail(sandbox: Rehearsal):
    sandbox.faults("smtp", "cut:7")
    with pytest.raises(smtplib.SMTPServerDisconnected, match=CUT):
        send(sandbox, letter())
    assert keys(sandbox) == ["<1@seller.example>"]


def test_a_connection_cut_after_the_answer_tells_the_sender(sandbox: Rehearsal):
    sandbox.faults("smtp", "cut:8")
    with connected(sandbox) as smtp:
        assert smtp.send_message(letter()) == {}
        with pytest.raises(smtplib.SMTPServerDisconnected, match=CUT):
            smtp.noop()
    assert keys(sandbox) == ["<1@seller.example>"]


@pytest.mark.parametrize("point", [2, 3, 4, 5])
def test_a_cut_comes_at_its_own_command(sandbox: Rehearsal, point):
    sandbox.faults("smtp", f"cut:{point}")
    commands = ["EHLO localhost", "MAIL FROM:<a@seller.example>", "RCPT TO:<b@buyer.example>", "DATA"]
    *answered, struck = commands[: point - 1]
    with connected(sandbox) as smtp:
        assert [smtp.docmd(command)[0] for command in answered] == [250] * len(answered)
        with pytest.raises(smtplib.SMTPServerDisconnected, match=CUT):
            smtp.docmd(struck)


@pytest.mark.parametrize("point", [1, 5, 7])
def test_a_server_may_hang_where_it_may_cut(sandbox: Rehearsal, point):
    sandbox.faults("smtp", f"hang:{point}")
    with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
        send(sandbox, letter(), timeout=0.2)
    assert len(keys(sandbox)) == (point == 7)


def test_hang_alone_gives_not_even_a_banner(sandbox: Rehearsal):
    sandbox.faults("smtp", "hang")
    with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
        connected(sandbox, timeout=0.2)


@pytest.mark.parametrize(
    ("fault", "code", "error"),
    [
        ("421", 421, smtplib.SMTPConnectError),
        ("451", 451, smtplib.SMTPRecipientsRefused),
        ("550", 550, smtplib.SMTPRecipientsRefused),
    ],
)
def test_a_fault_may_be_an_answer(sandbox: Rehearsal, fault, code, error):
    sandbox.faults("smtp", fault)
    with pytest.raises(error, match=str(code)):
        send(sandbox, letter())
    assert keys(sandbox) == []
    send(sandbox, letter())
    assert len(keys(sandbox)) == 1


def test_a_reused_connection_meets_a_fault_queued_later(sandbox: Rehearsal):
    with connected(sandbox) as smtp:
        smtp.send_message(letter())
        sandbox.faults("smtp", "cut:7")
        with pytest.raises(smtplib.SMTPServerDisconnected):
            smtp.send_message(letter(Message_ID="<2@seller.example>"))
    assert keys(sandbox) == ["<1@seller.example>", "<2@seller.example>"]


@pytest.fixture(scope="module")
def guarded() -> Iterator[Rehearsal]:
    config = {"smtp_user": "mailer", "smtp_password": "open sesame", "mail_size_limit": 2000}
    with start_sandbox(config) as running:
        yield running


def test_a_guarded_server_wants_the_right_password(guarded: Rehearsal):
    with connected(guarded) as smtp:
        with pytest.raises(smtplib.SMTPSenderRefused, match="530"):
            smtp.send_message(letter())
        with pytest.raises(smtplib.SMTPAuthenticationError):
            smtp.login("mailer", "wrong")
        smtp.login("mailer", "open sesame")
        assert smtp.send_message(letter()) == {}


def test_an_open_server_offers_no_login(sandbox: Rehearsal):
    with connected(sandbox) as smtp, pytest.raises(smtplib.SMTPNotSupportedError):
        smtp.login("mailer", "open sesame")


def test_a_mail_over_the_size_limit_is_refused(guarded: Rehearsal):
    with connected(guarded) as smtp:
        smtp.login("mailer", "open sesame")
        with pytest.raises(smtplib.SMTPSenderRefused, match="552"):
            smtp.send_message(letter(Subject="long " * 500))
