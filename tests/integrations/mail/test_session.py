"""How far a mail got, at every point where a connection can break or a server can say no."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from smtplib import SMTP

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import SecretStr

from integrations.errors import IntegrationError, Misconfigured, Rejected, RetryLater
from integrations.mail import session as mail_session
from integrations.mail.session import MailSession
from integrations.mail.settings import MailSettings
from tests.integrations.mail.smtp import (
    BANNER,
    CUT,
    EHLO,
    GO,
    MAIL,
    OK,
    TO_DATA,
    hanging_up,
    server,
    settings,
    speaking,
)
from tests.integrations.wire import Script, reset, served, until

Fate = bool | type[IntegrationError]


def fate(given: MailSettings, mail: mail_session.Mail = MAIL) -> tuple[Fate, str]:
    """What `send` answers, or the error that it raises with its reason."""
    try:
        with MailSession(given) as session:
            return session.send(mail), ""
    except IntegrationError as error:
        assert_tells_nothing(error)
        return type(error), error.reason


def assert_tells_nothing(error: IntegrationError) -> None:
    assert error.__context__ is None
    addresses = ("127.0.0.1", "customer.example", "seller.example", "canary-5512")
    assert not [address for address in addresses if address in f"{error!r}{error}"]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (speaking(CUT), (RetryLater, "connect_failed")),
        (speaking(BANNER, CUT), (RetryLater, "connect_failed")),
        (speaking(BANNER, EHLO, CUT), (RetryLater, "connection_lost")),
        (speaking(BANNER, EHLO, OK, CUT), (RetryLater, "connection_lost")),
        (speaking(BANNER, EHLO, OK, OK, CUT), (RetryLater, "connection_lost")),
        (speaking(*TO_DATA, CUT), (False, "")),
        (hanging_up(*TO_DATA, b"2"), (False, "")),
        (speaking(*TO_DATA, OK, CUT), (True, "")),
    ],
    ids=["banner", "ehlo", "mail", "rcpt", "data", "final dot", "half an answer", "quit"],
)
def test_a_connection_that_breaks(script: Script, expected: tuple[Fate, str]) -> None:
    with server(script) as given:
        assert fate(given) == expected


def reading_a_little(connection: socket.socket) -> None:
    """Take the first bytes of the content and crash."""
    for reply in TO_DATA[:-1]:
        connection.sendall(reply)
        until(connection, b"\r\n")
    connection.sendall(GO)
    connection.recv(64)
    reset(connection)


def test_a_connection_that_breaks_within_the_content() -> None:
    larger_than_any_buffer = MAIL._replace(lines=b"x" * 70 + b"\r\n" + b"y" * 32_000_000 + b"\r\n")
    with server(reading_a_little) as given:
        assert fate(given, larger_than_any_buffer) == (RetryLater, "connection_lost")


def test_a_server_that_leaves_before_the_final_dot_cannot_have_the_mail(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    left = threading.Event()

    def leaving(connection: socket.socket) -> None:
        hanging_up(*TO_DATA)(connection)
        connection.close()
        left.set()

    def sent(smtp: SMTP, content: bytes | str) -> None:
        send(smtp, content)
        assert content != MAIL.lines or left.wait(10)

    send = SMTP.send
    monkeypatch.setattr(SMTP, "send", sent)
    with server(leaving) as given:
        assert fate(given) == (RetryLater, "connection_lost")


def test_whether_a_server_hung_up_is_seen_without_waiting() -> None:
    hung_up = socket.socketpair()
    with hung_up[0] as ours, hung_up[1] as theirs:
        smtp = SMTP()
        smtp.sock = ours
        assert not mail_session._speaks(smtp)
        theirs.shutdown(socket.SHUT_WR)
        assert mail_session._speaks(smtp)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"250 2.0.0 kept\r\n", (True, "")),
        (b"250-kept\r\n250 as 17\r\n", (True, "")),
        (b"251 forwarded\r\n", (True, "")),
        (b"250", (True, "")),
        (b"421 closing\r\n", (RetryLater, "dot_deferred")),
        (b"451 later\r\n", (RetryLater, "dot_deferred")),
        (b"452 full\r\n", (RetryLater, "dot_deferred")),
        (b"552 too large\r\n", (Rejected, "dot_refused")),
        (b"554 looks like spam\r\n", (Rejected, "dot_refused")),
        (b"25", (False, "")),
        (b"2", (False, "")),
        (b"250-kept\r\n", (False, "")),
        (b"hello\r\n", (False, "")),
        (b"\r\n", (False, "")),
        (b"354 again\r\n", (False, "")),
        (b"220 mail.example\r\n", (False, "")),
        (b"999 what\r\n", (False, "")),
        (b"250 " + b"x" * 20_000, (False, "")),
        (b"\xff\xfe\r\n", (False, "")),
    ],
)
def test_answers_to_the_final_dot(answer: bytes, expected: tuple[Fate, str]) -> None:
    with server(hanging_up(*TO_DATA, answer)) as given:
        assert fate(given) == expected


@pytest.mark.parametrize(
    ("replies", "expected"),
    [
        ((b"554 go away\r\n",), (RetryLater, "connect_failed")),
        ((b"421 busy\r\n",), (RetryLater, "connect_failed")),
        ((BANNER, b"502 what\r\n", b"550 no\r\n"), (RetryLater, "connect_failed")),
        ((BANNER, EHLO, b"451 later\r\n", OK), (RetryLater, "mail_deferred")),
        ((BANNER, EHLO, b"550 not you\r\n", OK), (Rejected, "mail_refused")),
        ((BANNER, EHLO, b"530 sign in\r\n", OK), (Misconfigured, "auth_failed")),
        ((BANNER, EHLO, OK, b"450 greylisted\r\n", OK), (RetryLater, "rcpt_deferred")),
        ((BANNER, EHLO, OK, b"550 nobody here\r\n", OK), (Rejected, "recipient_refused")),
        ((BANNER, EHLO, OK, b"553 no such domain\r\n", OK), (Rejected, "recipient_refused")),
        ((BANNER, EHLO, OK, b"999 what\r\n"), (RetryLater, "connection_lost")),
        ((BANNER, EHLO, OK, b"251 moved\r\n", GO, OK), (True, "")),
        ((BANNER, EHLO, OK, b"252 will try\r\n", GO, OK), (True, "")),
        ((BANNER, EHLO, OK, OK, b"451 later\r\n", OK), (RetryLater, "data_deferred")),
        ((BANNER, EHLO, OK, OK, b"554 no\r\n", OK), (Rejected, "data_refused")),
        ((BANNER, EHLO, OK, OK, b"250 what\r\n"), (RetryLater, "connection_lost")),
        ((BANNER, b"502 what\r\n", OK, OK, OK, GO, OK), (True, "")),
    ],
)
def test_a_server_that_says_no(replies: tuple[bytes, ...], expected: tuple[Fate, str]) -> None:
    with server(speaking(*replies)) as given:
        assert fate(given) == expected


def test_after_a_refusal_the_same_connection_takes_the_next_mail() -> None:
    replies = (BANNER, EHLO, OK, b"550 nobody\r\n", OK, OK, OK, GO, OK)
    with server(speaking(*replies), speaking(CUT)) as given, MailSession(given) as session:
        with pytest.raises(Rejected):
            session.send(MAIL)
        assert session.send(MAIL)


@pytest.mark.parametrize(
    "first",
    [
        speaking(BANNER, EHLO, CUT),
        speaking(*TO_DATA, CUT),
        speaking(BANNER, EHLO, OK, b"421 closing\r\n"),
        speaking(BANNER, EHLO, OK, b"550 nobody\r\n", b"500 no reset here\r\n"),
        speaking(BANNER, EHLO, OK, b"550 nobody\r\n", CUT),
    ],
)
def test_after_a_break_the_next_mail_gets_a_new_connection(first: Script) -> None:
    with server(first, speaking(*TO_DATA, OK)) as given, MailSession(given) as session:
        try:
            confirmed = session.send(MAIL)
        except IntegrationError:
            confirmed = False
        assert not confirmed
        assert session.send(MAIL)


@pytest.mark.parametrize("host", ["mail..example", "x" * 64 + ".example"])
def test_a_name_that_no_server_can_have_sends_nothing(host: str) -> None:
    assert fate(settings(25).model_copy(update={"host": host})) == (RetryLater, "connect_failed")


def signing_in(*replies: bytes) -> Script:
    return speaking(BANNER, b"250-mail.example\r\n250 AUTH PLAIN\r\n", *replies)


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (signing_in(b"535 wrong\r\n"), (Misconfigured, "auth_failed")),
        (signing_in(b"534 too weak\r\n"), (Misconfigured, "auth_failed")),
        (signing_in(b"454 try later\r\n"), (RetryLater, "connect_failed")),
        (signing_in(CUT), (RetryLater, "connect_failed")),
        (signing_in(b"235 welcome\r\n", OK, OK, GO, OK), (True, "")),
        (speaking(BANNER, EHLO), (Misconfigured, "not_offered")),
        (speaking(BANNER, b"250-x\r\n250 AUTH MAGIC\r\n"), (Misconfigured, "not_offered")),
    ],
)
def test_signing_in(script: Script, expected: tuple[Fate, str]) -> None:
    with served(script) as port:
        given = settings(port, username="seatsignal", password=SecretStr("canary-5512"))
        assert fate(given) == expected


@pytest.mark.parametrize(("user", "password"), [("seatsignal", "canäry"), ("canäry", "5512")])
def test_what_smtp_cannot_sign_in_with_is_told_without_it(user: str, password: str) -> None:
    with served(signing_in(b"235 welcome\r\n")) as port:
        given = settings(port, username=user, password=SecretStr(password))
        with pytest.raises(Misconfigured) as caught, MailSession(given) as session:
            session.opened()
    assert caught.value.reason == "auth_failed"
    assert "SEATSIGNAL_MAIL_PASSWORD" in str(caught.value)
    assert "can" not in f"{caught.value!r}{caught.value.__cause__!r}{caught.value.__context__!r}"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1, signed by itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail.example")])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    file.write_bytes(made.public_bytes(pem) + secret)
    return file


COMMANDS = (b"ehlo", b"FROM", b"TO", b"data", b"\r\n.\r\n")


def in_private(certificate: Path, *, at_once: bool) -> Script:
    """Take a mail over TLS: offered by STARTTLS, or spoken from the first byte."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def script(connection: socket.socket) -> None:
        if not at_once:
            for reply in (BANNER, b"250-mail.example\r\n250 STARTTLS\r\n"):
                connection.sendall(reply)
                until(connection, b"\r\n")
            connection.sendall(b"220 go\r\n")
        with context.wrap_socket(connection, server_side=True) as private:
            if at_once:
                private.sendall(BANNER)
            for mark, reply in zip(COMMANDS, (EHLO, OK, OK, GO, OK), strict=True):
                until(private, mark)
                private.sendall(reply)
            until(private, b"quit")

    return script


@contextmanager
def private_server(certificate: Path, *, at_once: bool) -> Iterator[MailSettings]:
    with served(in_private(certificate, at_once=at_once)) as port:
        yield settings(port, starttls=not at_once, tls=at_once)


@pytest.mark.parametrize("at_once", [False, True], ids=["STARTTLS", "TLS"])
def test_a_certificate_that_nobody_vouches_for_is_refused(certificate: Path, at_once: bool) -> None:
    with private_server(certificate, at_once=at_once) as given:
        assert fate(given) == (Misconfigured, "tls_failed")


@pytest.mark.parametrize("at_once", [False, True], ids=["STARTTLS", "TLS"])
def test_a_mail_goes_over_tls(certificate: Path, monkeypatch: pytest.MonkeyPatch, at_once: bool) -> None:
    trusting = ssl.create_default_context(cafile=str(certificate))
    monkeypatch.setattr(mail_session, "create_default_context", lambda: trusting)
    with private_server(certificate, at_once=at_once) as given:
        assert fate(given) == (True, "")


def test_tls_towards_a_server_that_speaks_none_is_no_mail() -> None:
    with served(speaking(BANNER)) as port:
        assert fate(settings(port, tls=True)) == (RetryLater, "connect_failed")


def test_a_server_without_starttls_gets_no_mail() -> None:
    with served(speaking(BANNER, EHLO)) as port:
        assert fate(settings(port, starttls=True)) == (Misconfigured, "not_offered")
