"""Which servers and senders are allowed."""

import pytest

from config.variables import ANYWHERE, ENVIRONMENT
from integrations.errors import Misconfigured
from integrations.mail.settings import MailSettings
from integrations.settings import settings

GOOD = {"HOST": "smtp.seller.example", "SENDER": "success@seller.example"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"SENDER": "success"}, "SEATSIGNAL_MAIL_SENDER: Value error, not a mail address in ASCII"),
        ({"SENDER": "süccess@seller.example"}, "SEATSIGNAL_MAIL_SENDER: "),
        ({"SENDER": "a@seller.example\nBcc: x"}, "SEATSIGNAL_MAIL_SENDER: "),
        ({"SENDER": ""}, "SEATSIGNAL_MAIL_SENDER: "),
        ({"HOST": ""}, "SEATSIGNAL_MAIL_HOST: "),
        ({"PORT": "0"}, "SEATSIGNAL_MAIL_PORT: "),
        ({"PORT": "smtp"}, "SEATSIGNAL_MAIL_PORT: "),
        ({"STARTTLS": "false"}, "only a server on this machine may go without STARTTLS"),
        ({"TIMEOUT_S": "0"}, "SEATSIGNAL_MAIL_TIMEOUT_S: "),
        ({"SENDR": "x"}, f"SEATSIGNAL_MAIL_SENDR in {ENVIRONMENT} (did you mean SEATSIGNAL_MAIL_SENDER?)"),
    ],
)
def test_a_wrong_setting_is_named(
    changes: dict[str, str], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**GOOD, **changes}.items():
        monkeypatch.setenv(f"SEATSIGNAL_MAIL_{name}", value)
    with pytest.raises(Misconfigured) as caught:
        settings(MailSettings)
    assert words in str(caught.value)
    assert caught.value.__context__ is None


def test_what_must_be_set_is_said_with_what_it_is() -> None:
    with pytest.raises(Misconfigured) as caught:
        settings(MailSettings)
    assert str(caught.value) == (
        f"set SEATSIGNAL_MAIL_HOST in {ANYWHERE}: your SMTP server's name; "
        f"set SEATSIGNAL_MAIL_SENDER in {ANYWHERE}: the address that mail comes from; "
        "its domain must allow this server"
    )


def test_a_server_elsewhere_is_spoken_to_in_private(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in GOOD.items():
        monkeypatch.setenv(f"SEATSIGNAL_MAIL_{name}", value)
    read = settings(MailSettings)
    assert (read.port, read.starttls, read.domain) == (587, True, "seller.example")
