"""One connection to the SMTP server, driven step by step so that it is always known how far a mail got.

Until the final dot is written the server cannot have accepted anything: every failure before it may be
tried again. From then on only the server's answer tells; without one the mail's fate is unknown.
Codes are those of RFC 5321 and RFC 4954.
"""

from contextlib import suppress
from selectors import EVENT_READ, DefaultSelector
from smtplib import (
    SMTP,
    SMTP_SSL,
    SMTPAuthenticationError,
    SMTPException,
    SMTPNotSupportedError,
    SMTPResponseException,
    SMTPServerDisconnected,
)
from ssl import SSLCertVerificationError, create_default_context
from typing import Self

from integrations.errors import IntegrationError, Misconfigured, Rejected, RetryLater
from integrations.mail.message import Mail
from integrations.mail.settings import MailSettings

ACCEPTED = range(250, 253)
GO_AHEAD = 354
CLOSING = 421
TEMPORARY = range(400, 500)
PERMANENT = range(500, 600)
SIGN_IN_NEEDED = frozenset({530, 534, 535, 538})
QUIT_S = 2.0
FINAL_DOT = b".\r\n"
UNFIT = "mail: the server's certificate does not fit its name"
SIGN_IN = "set SEATSIGNAL_MAIL_USERNAME and SEATSIGNAL_MAIL_PASSWORD"


class MailSession:
    """Connects when first needed, and again after the connection broke. Use it in a ``with``."""

    def __init__(self, settings: MailSettings) -> None:
        """Open no connection yet."""
        self._settings = settings
        self._smtp: SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Say goodbye, and wait little for the answer."""
        if self._smtp is not None:
            with suppress(OSError):
                if self._smtp.sock is not None:
                    self._smtp.sock.settimeout(min(QUIT_S, self._settings.timeout_s))
                self._smtp.quit()
        self._drop()

    def send(self, mail: Mail) -> bool:
        """Whether the server confirmed the mail; false where it may or may not have it.

        Raises:
            RetryLater: the server does not have the mail.
            Rejected: the server does not have it and never will.
            Misconfigured: the server does not have it and would take none.
        """
        smtp = self.opened()
        self._step(smtp, "mail", self._settings.sender, accepted=ACCEPTED)
        self._step(smtp, "rcpt", mail.recipient, accepted=ACCEPTED)
        self._step(smtp, "data", "", accepted=range(GO_AHEAD, GO_AHEAD + 1))
        self._write(smtp, mail.lines)
        return self._confirmed(smtp)

    def opened(self) -> SMTP:
        """The connection, signed in. Raises `RetryLater` or `Misconfigured`."""
        if self._smtp is None:
            self._smtp = _signed_in(_connected(self._settings), self._settings)
        return self._smtp

    def _step(self, smtp: SMTP, verb: str, address: str, *, accepted: range) -> None:
        try:
            code = _asked(smtp, verb, address)
        except SMTPException:
            self._drop()
            code = 0
        if code in accepted:
            return
        failure = _refusal(verb, code)
        self._forget(code)
        raise failure

    def _write(self, smtp: SMTP, lines: bytes) -> None:
        """Everything but the final dot."""
        try:
            smtp.send(lines)
        except SMTPException:
            lost = True
        else:
            lost = _speaks(smtp)
        if lost:
            self._drop()
            raise _refusal("data", 0)

    def _confirmed(self, smtp: SMTP) -> bool:
        try:
            smtp.send(FINAL_DOT)
            code, _ = smtp.getreply()
        except SMTPException:
            code = 0
        if code in TEMPORARY or code in PERMANENT:
            self._forget(code)
            raise _refusal("dot", code)
        if code not in ACCEPTED:
            self._drop()
        return code in ACCEPTED

    def _forget(self, code: int) -> None:
        """Make the connection ready for another mail, or give it up."""
        if self._smtp is None:
            return
        try:
            usable = code in TEMPORARY or code in PERMANENT
            usable = usable and code != CLOSING and self._smtp.rset()[0] in ACCEPTED
        except SMTPException:
            usable = False
        if not usable:
            self._drop()

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
        self._smtp = None


def _connected(settings: MailSettings) -> SMTP:
    host, port, ours, timeout_s = settings.host, settings.port, settings.domain, settings.timeout_s
    failure: IntegrationError
    try:
        if settings.tls:
            context = create_default_context()
            return SMTP_SSL(host, port, local_hostname=ours, timeout=timeout_s, context=context)
        return SMTP(host, port, local_hostname=ours, timeout=timeout_s)
    except SMTPResponseException as error:
        failure = RetryLater("connect_failed", f"mail: the server greets with {error.smtp_code}")
    except SSLCertVerificationError:
        failure = Misconfigured("tls_failed", UNFIT)
    except TimeoutError:
        failure = RetryLater("connect_timeout", "mail: the server does not answer")
    except (OSError, UnicodeError):  # the latter of a name that no DNS can hold
        failure = RetryLater("connect_failed", "mail: the server cannot be reached")
    raise failure


def _signed_in(smtp: SMTP, settings: MailSettings) -> SMTP:
    try:
        smtp.ehlo_or_helo_if_needed()
        if settings.starttls and not settings.tls:
            smtp.starttls(context=create_default_context())
            smtp.ehlo_or_helo_if_needed()
        if settings.username:
            smtp.login(settings.username, settings.password.get_secret_value())
    except OSError as error:  # SMTPException is one
        smtp.close()
        failure = _sign_in_failure(error)
    except UnicodeError:  # it holds the whole password
        smtp.close()
        failure = Misconfigured("auth_failed", f"mail: user and password must be ASCII; {SIGN_IN}")
    else:
        return smtp
    raise failure


def _sign_in_failure(error: OSError) -> IntegrationError:
    match error:
        case SMTPAuthenticationError() if error.smtp_code in PERMANENT:
            return Misconfigured("auth_failed", f"mail: the server refuses the user or password; {SIGN_IN}")
        case SSLCertVerificationError():
            return Misconfigured("tls_failed", UNFIT)
        case SMTPServerDisconnected():
            return RetryLater("connect_failed", "mail: the server broke off before the first mail")
        case SMTPResponseException():
            return RetryLater("connect_failed", f"mail: the server answers {error.smtp_code}")
        case SMTPNotSupportedError() | SMTPException():
            return Misconfigured(
                "not_offered", "mail: the server offers no STARTTLS, or no way to sign in that we know"
            )
        case _:
            return RetryLater("connect_failed", "mail: no private connection came about")


def _asked(smtp: SMTP, verb: str, address: str) -> int:
    """The code of the server's answer."""
    match verb:
        case "mail":
            return int(smtp.mail(address)[0])
        case "rcpt":
            return int(smtp.rcpt(address)[0])
        case _:
            return int(smtp.docmd(verb)[0])


def _refusal(verb: str, code: int) -> IntegrationError:
    """What a server's code means for the mail; 0 for a connection that broke."""
    if code in SIGN_IN_NEEDED:
        return Misconfigured("auth_failed", f"mail: the server wants us to sign in; {SIGN_IN}")
    if code in PERMANENT:
        reason = "recipient_refused" if verb == "rcpt" else f"{verb}_refused"
        return Rejected(reason, f"mail: the server answered {code}")
    if code in TEMPORARY:
        return RetryLater(f"{verb}_deferred", f"mail: the server answered {code}")
    return RetryLater("connection_lost", "mail: the connection broke before the mail was handed over")


def _speaks(smtp: SMTP) -> bool:
    """Whether the server already says something, or hung up: it must not before the final dot."""
    if smtp.sock is None:
        return True
    with DefaultSelector() as selector:
        selector.register(smtp.sock, EVENT_READ)
        return bool(selector.select(0))
