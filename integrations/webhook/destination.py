"""Notices as signed CloudEvents, one each, to a receiver of your own.

Whatever number of 2xx it answers, it has taken the event. It knows an event that comes again by its id.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from time import time
from urllib.parse import urlsplit

from health.nouns import Notice, Receipt
from integrations import signed
from integrations.budget import Budget
from integrations.errors import IntegrationError, Misconfigured, Rejected, RetryLater
from integrations.http import Http, Refusal
from integrations.roles import Clock
from integrations.session import Credentials, base_address
from integrations.turns import again, in_turn
from integrations.vitals import Vitals
from integrations.webhook.event import CONTENT_TYPE, event, message_id, ping
from integrations.webhook.settings import WebhookSettings

NAME = "webhook"
_REMEDY = "set SEATSIGNAL_WEBHOOK_SECRET to the secret by which your receiver knows us"


class WebhookDestination:
    """One receiver. What it answers is not read, but for how long it wishes us to wait."""

    batch_size = 5
    keyed = True

    def __init__(
        self, settings: WebhookSettings, *, budget: Budget | None = None, clock: Clock = time
    ) -> None:
        """Open no connection yet. ``clock`` gives seconds since 1970. Raises `Misconfigured`."""
        url = settings.url.get_secret_value()
        base_address(NAME, url)
        parts = urlsplit(url)
        self._path = parts.path.removeprefix("/")
        given = {"SECRET": settings.secret, "SECRET_OLD": settings.secret_old}
        self._secrets = [signed.key(f"SEATSIGNAL_WEBHOOK_{name}", key) for name, key in given.items() if key]
        self._source = settings.source
        self._clock = clock
        self._http = Http(
            NAME,
            f"{parts.scheme}://{parts.netloc}",
            Credentials({}, _REMEDY),
            budget=budget,
            explain=_explained,
            read_s=settings.timeout_s,
        )

    @property
    def vitals(self) -> Vitals:
        """What the last answer told of the receiver."""
        return self._http.vitals

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def check(self) -> None:
        """Send an event that tells of nothing. Raises the three errors."""
        self._send(*ping(self._source, self._now()))

    def deliver(self, notices: Sequence[Notice]) -> Iterator[Receipt]:
        """Send in order, one receipt each.

        Raises:
            Misconfigured: the notice at hand and those after it were not taken.
        """
        yield from in_turn(notices, self._receipt)

    def _receipt(self, notice: Notice) -> Receipt:
        try:
            name = self._sent(notice)
        except RetryLater as error:
            return again(notice, error.reason, error.after_s)
        except Rejected as error:
            return Receipt(notice.key, "rejected", error.reason)
        return Receipt(notice.key, "sent", remote=name)

    def _sent(self, notice: Notice) -> str:
        if not notice.owner:
            raise Rejected("no_audience", "webhook: the route names nobody as its owner")
        name = message_id(notice.key)
        self._send(name, event(notice, self._source, self._now()))
        return name

    def _send(self, name: str, body: bytes) -> None:
        headers = signed.headers(self._secrets, name, int(self._clock()), body)
        self._http.hand_over(self._path, body, {"Content-Type": CONTENT_TYPE, **headers})

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC)


def _explained(refusal: Refusal) -> IntegrationError | None:
    if refusal.status != HTTPStatus.GONE:
        return None
    return Misconfigured(
        "gone",
        "webhook: the receiver wants no more events; set SEATSIGNAL_WEBHOOK_URL to another, or unset it",
    )
