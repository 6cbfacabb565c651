"""An SMTP server from a script: one reply after the other, or none."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import SecretStr

from integrations.mail.message import Mail
from integrations.mail.settings import MailSettings
from tests.integrations.wire import Script, reset, served, until

BANNER = b"220 mail.example\r\n"
EHLO = b"250 mail.example\r\n"
OK = b"250 ok\r\n"
GO = b"354 go on\r\n"
TO_DATA = (BANNER, EHLO, OK, OK, GO)
"""Everything goes well until the content has been sent, and with one more reply until the end."""
CUT = b""
MAIL = Mail("dana.quill@customer.example", "<id@seller.example>", b"Subject: x\r\n\r\nhello\r\n")


def speaking(*replies: bytes) -> Script:
    """A connection that says these in turn, each after a command or the content; `CUT` breaks it off."""

    def script(connection: socket.socket) -> None:
        before = b""
        for number, reply in enumerate(replies):
            if number:
                until(connection, b"\r\n.\r\n" if before.startswith(b"354") else b"\r\n")
            if reply == CUT:
                reset(connection)
                return
            connection.sendall(reply)
            before = reply
        until(connection, b"\r\n")

    return script


def hanging_up(*replies: bytes) -> Script:
    """As `speaking`, but after the last reply the server closes in good order."""

    def script(connection: socket.socket) -> None:
        for reply in replies[:-1]:
            connection.sendall(reply)
            until(connection, b"\r\n.\r\n" if reply.startswith(b"354") else b"\r\n")
        connection.sendall(replies[-1])

    return script


@contextmanager
def server(*scripts: Script) -> Iterator[MailSettings]:
    """Settings for a server that gives each connection its script."""
    with served(*scripts) as port:
        yield settings(port)


def settings(port: int, **changes: str | bool | SecretStr) -> MailSettings:
    """Settings for a server on loopback."""
    values = {"host": "127.0.0.1", "port": port, "starttls": False, "sender": "success@seller.example"}
    return MailSettings(**{**values, "timeout_s": 5.0, **changes})  # type: ignore[arg-type]  # checked by pydantic
