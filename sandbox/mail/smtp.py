"""The mail sink's SMTP side, which can break off at any point of the protocol."""

import asyncio
import hmac
from enum import IntEnum
from functools import partial
from typing import cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from sandbox.faults import Fault
from sandbox.mail.rules import objection
from sandbox.state import Sandbox

ANSWERS = {
    "421": "421 4.3.2 Service not available, try again later",
    "451": "451 4.3.0 Mailbox busy, try again later",
    "550": "550 5.1.1 No such mailbox",
}
HEADERS_END = (b"\r\n", b".\r\n")


class Point(IntEnum):
    """Where `cut:N` and `hang:N` strike; at 2 to 5 the command has arrived and gets no answer."""

    BEFORE_BANNER = 1
    AT_EHLO = 2
    AT_MAIL = 3
    AT_RCPT = 4
    AT_DATA = 5
    INSIDE_DATA = 6
    BEFORE_FINAL_ANSWER = 7
    AFTER_FINAL_ANSWER = 8


class FaultySmtp(SMTP):
    """One connection. A fault is used up where it strikes, so a reused connection meets it too."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._needs_login = bool(sandbox.config.smtp_user)
        self.accepted = False
        super().__init__(
            _Acceptance(sandbox),
            data_size_limit=sandbox.config.mail_size_limit,
            enable_SMTPUTF8=True,
            hostname="localhost",
            ident="Seatsignal sandbox",
            auth_require_tls=False,
            auth_exclude_mechanism=() if self._needs_login else ("LOGIN", "PLAIN"),
            authenticator=partial(_authenticated, sandbox),
            loop=asyncio.get_running_loop(),
        )

    async def break_off(self, point: Point) -> None:
        """Play the fault waiting for this point, if any; then this never returns."""
        fault = self._take(f"cut:{point}", f"hang:{point}", *(["hang"] if point == 1 else []))
        if fault is not None:
            await self._strike(fault)

    def _take(self, *names: str) -> Fault | None:
        return self._sandbox.faults.take("smtp", lambda fault: fault.fault in names)

    async def _strike(self, fault: Fault) -> None:
        if fault.fault.startswith("cut"):
            self._wire.abort()
        await asyncio.Event().wait()  # the connection's end cancels this task

    @property
    def _wire(self) -> asyncio.Transport:
        return cast(asyncio.Transport, self.transport)

    async def _handle_client(self) -> None:
        await self.break_off(Point.BEFORE_BANNER)
        if self._take("421"):
            await self.push(ANSWERS["421"])
            self._wire.close()
        else:
            await super()._handle_client()

    async def smtp_EHLO(self, hostname: str) -> None:  # noqa: N802 - aiosmtpd finds commands by name
        await self.break_off(Point.AT_EHLO)
        await super().smtp_EHLO(hostname)

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802 - see above
        await self.break_off(Point.AT_MAIL)
        if self._needs_login and self.session and not self.session.authenticated:
            await self.push("530 5.7.0 Authentication required")
        else:
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str | None) -> None:  # noqa: N802 - see above
        await self.break_off(Point.AT_RCPT)
        fault = self._take("451", "550")
        if fault is None:
            await super().smtp_RCPT(arg)
        else:
            await self.push(ANSWERS[fault.fault])

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - see above
        await self.break_off(Point.AT_DATA)
        fault = self._take("cut:6", "hang:6")
        if fault is not None:
            await self._read_headers_only()
            await self._strike(fault)
        self.accepted = False
        await super().smtp_DATA(arg)
        if self.accepted:
            await self.break_off(Point.AFTER_FINAL_ANSWER)

    async def _read_headers_only(self) -> None:
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        while await self._reader.readuntil(b"\r\n") not in HEADERS_END:
            pass


class _Acceptance:
    """What aiosmtpd asks while it answers EHLO and once the final dot has arrived."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def handle_EHLO(  # noqa: N802 - see above
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, answer: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [line for line in answer if line.strip() != "250-AUTH"]  # no mechanism, no offer

    async def handle_DATA(self, server: FaultySmtp, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - see above
        raw = envelope.original_content or b""
        words = objection(raw, smtputf8=envelope.smtp_utf8)
        if words is not None:
            return f"550 5.6.0 {words}"
        mail = self._sandbox.mailbox.accept(envelope.mail_from or "", tuple(envelope.rcpt_tos), raw)
        server.accepted = True
        await server.break_off(Point.BEFORE_FINAL_ANSWER)
        return f"250 2.0.0 Kept as mail {mail.number}"


def _authenticated(
    sandbox: Sandbox, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: object
) -> AuthResult:
    expected = (sandbox.config.smtp_user.encode(), sandbox.config.smtp_password.encode())
    right = isinstance(given, LoginPassword) and all(map(hmac.compare_digest, given, expected))
    return AuthResult(success=right, handled=False)
