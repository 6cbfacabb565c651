"""The two calls of SES that we make, each signed (https://docs.aws.amazon.com/ses/latest/APIReference-V2)."""

from base64 import b64encode
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from msgspec import Struct, field
from msgspec.json import encode

from integrations.budget import Budget
from integrations.errors import Misconfigured, RetryLater
from integrations.http import Http
from integrations.mime import Mime
from integrations.ses.refusals import KEYS, VERIFY, explained, refusal
from integrations.ses.settings import SesSettings
from integrations.ses.signature import Call, Key, Scope, signed
from integrations.session import Credentials
from integrations.vitals import Vitals

TAG = "notice"
"""The tag that holds the digest of a notice's key."""
JSON = "application/json"
SEND, ACCOUNT = "v2/email/outbound-emails", "v2/email/account"


class Tag(Struct, frozen=True, rename="pascal"):
    """What SES keeps of a mail and shows beside its events: ASCII letters, digits, ``_``, ``-``."""

    name: str
    value: str


class Raw(Struct, frozen=True, rename="pascal"):
    """A mail as RFC 5322 has it, in base64."""

    data: str


class Content(Struct, frozen=True, rename="pascal"):
    """What a mail says."""

    raw: Raw


class Receivers(Struct, frozen=True, rename="pascal"):
    """Who gets it, whatever its headers say."""

    to_addresses: tuple[str, ...]


class Email(Struct, frozen=True, rename="pascal", omit_defaults=True):
    """What ``POST /v2/email/outbound-emails`` takes."""

    from_email_address: str
    destination: Receivers
    content: Content
    email_tags: tuple[Tag, ...]
    configuration_set_name: str = ""


class Taken(Struct, frozen=True, rename="pascal"):
    """SES's id of a mail."""

    message_id: str = ""


class Quota(Struct, frozen=True):
    """How many mails may leave within 24 hours, and how many have left; below 0 there is no limit."""

    most: float = field(name="Max24HourSend", default=-1.0)
    sent: float = field(name="SentLast24Hours", default=0.0)

    @property
    def left(self) -> int | None:
        """How many more may leave; `None` without a limit."""
        return None if self.most < 0 else max(int(self.most - self.sent), 0)


class Account(Struct, frozen=True, rename="pascal"):
    """What we read of the account in its region."""

    sending_enabled: bool
    production: bool = field(name="ProductionAccessEnabled", default=True)
    send_quota: Quota = Quota()


class SesClient:
    """SES in one region, by an access key."""

    def __init__(
        self, settings: SesSettings, clock: Callable[[], datetime], budget: Budget | None = None
    ) -> None:
        """Open no connection yet. ``clock`` gives the instant, with a zone, that a call is signed at."""
        self._settings = settings
        self._clock = clock
        base = urlsplit(settings.api.rstrip("/"))
        self._host, self._path = base.netloc, base.path
        self._left_today: int | None = None
        self._scope = Scope(settings.region, "ses")
        self._key = Key(
            settings.access_key_id,
            settings.secret_access_key.get_secret_value(),
            settings.session_token.get_secret_value(),
        )
        self._http = Http(
            "ses",
            settings.api,
            Credentials({}, KEYS),
            budget=budget,
            explain=explained,
            read_s=settings.timeout_s,
        )

    @property
    def vitals(self) -> Vitals:
        """What the last answer told of SES, and how many mails its account may still send today."""
        return self._http.vitals._replace(calls_left_today=self._left_today)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def check(self) -> None:
        """Raise `Misconfigured` or `RetryLater` unless the account may send to anybody."""
        account = self._http.get(ACCOUNT, Account, headers=self._signed("GET", ACCOUNT))
        self._left_today = account.send_quota.left
        if not account.sending_enabled:
            raise refusal("SendingPaused") or Misconfigured("sending_paused")
        if not account.production:
            raise Misconfigured("in_sandbox", f"ses: {VERIFY}")

    def send(self, mail: Mime, tag: str) -> str:
        """Hand over a mail, anew each time this is called, and return SES's id of it."""
        email = Email(
            from_email_address=self._settings.sender,
            destination=Receivers((mail.recipient,)),
            content=Content(Raw(b64encode(mail.raw).decode())),
            email_tags=(Tag(TAG, tag),),
            configuration_set_name=self._settings.configuration_set,
        )
        taken = self._http.post(SEND, Taken, email, self._signed("POST", SEND, encode(email)))
        if not taken.message_id:
            raise RetryLater("unexpected_answer", "ses: it took the mail and does not say which it is")
        return taken.message_id

    def _signed(self, method: str, path: str, body: bytes = b"") -> dict[str, str]:
        """The headers of a call; a name in them is as `Http` writes it, so that none stands twice."""
        headers = {"host": self._host, **({"content-type": JSON} if body else {})}
        made = signed(
            Call(method, f"{self._path}/{path}", headers, body), self._key, self._scope, self._clock()
        )
        return {name.title() if name == "content-type" else name: value for name, value in made.items()}
