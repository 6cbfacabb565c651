"""HTTP as every vendor's client holds it: one session, and each failure told as one of our three errors.

A client hands in what differs (base address, credentials, what to change when they are refused) and
asks for typed answers. No text of an error carries an address, a query, a header or a body.
"""

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from time import time
from typing import NamedTuple, Protocol, Self, TypeVar
from urllib.parse import urlsplit

import requests
from msgspec import DecodeError, Struct, ValidationError
from msgspec.json import Decoder, encode
from requests.adapters import HTTPAdapter
from requests.exceptions import ChunkedEncodingError, ConnectTimeout, ContentDecodingError, SSLError, Timeout
from urllib3.exceptions import NewConnectionError, ReadTimeoutError
from urllib3.util import Retry

from integrations.errors import IntegrationError, Misconfigured, Rejected, RetryLater

for _telltale in ("urllib3.connectionpool", "urllib3.util.retry"):  # of addresses and queries
    logging.getLogger(_telltale).setLevel(logging.ERROR)

T = TypeVar("T")
Query = Mapping[str, str | int | Sequence[str]]
"""A query; a sequence repeats its name."""

CONNECT_S = 5.0
READ_S = 30.0
RETRY_AFTER_LIMIT_S = 3_600.0
"""The longest a vendor may put us off at once; the outbox asks again after that."""
BODY_LIMIT = 32 * 1024 * 1024
CHUNK = 64 * 1024
_HEADER = re.compile(r"[!-~]+(?: [!-~]+)*")
"""Words of visible ASCII; a library that is told to send anything else tells it to the log instead."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")
TEMPORARY_4XX = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY)
NEVER_SENT = frozenset({"budget", "connect_failed", "connect_timeout", "rate_limited"})
"""Reasons of `RetryLater` that hold for the vendor as a whole, and by which nothing was done."""

LATER: Mapping[str, str] = {
    "budget": "the calls that it allows us are used up for now",
    "connect_failed": "it cannot be reached",
    "connect_timeout": "it cannot be reached in time",
    "connection_lost": "the connection broke",
    "not_json": "what answers there is no JSON: an error page, or another server",
    "rate_limited": "it asks us to wait",
    "timeout": "it did not answer in time",
    "truncated": "its answer was cut off",
    "unexpected_answer": "its answer has not the form that it should",
}
"""Reasons of `RetryLater` in words; a status is its own."""


class Budget(Protocol):
    """Calls that a vendor allows us, shared by all workers. Several threads may take at once."""

    def take(self, calls: int) -> float:
        """Take so many calls: 0, or the seconds to wait before asking again, and none are taken."""


class Unlimited:
    """A budget without end, for what is not shared."""

    def take(self, calls: int) -> float:
        """Always go."""
        del calls
        return 0.0


class Vitals(NamedTuple):
    """What a vendor's last answer told beside the point; `None` where it told nothing.

    ``clock_skew_s`` is its clock minus ours in seconds, to the second; ``calls_left`` what its rate limit
    leaves us in the current window.
    """

    clock_skew_s: float | None = None
    calls_left: int | None = None


class Credentials(NamedTuple):
    """Headers that say who we are, and the words for whoever must mend them (which setting, where)."""

    headers: Mapping[str, str]
    remedy: str

    def __repr__(self) -> str:
        """Never show a secret."""
        return f"Credentials({', '.join(self.headers)})"


class Refusal(NamedTuple):
    """An answer that is no success: its status, how its body begins, the seconds it asks us to wait."""

    status: int
    body: bytes
    after_s: float


Explain = Callable[[Refusal], IntegrationError | None]
"""What a refusal means by its body; `None` where the status says all. No body may show in the error."""


class Http:
    """Calls to one vendor. ``name`` is the vendor's, for errors. Close it, or use it in a ``with``.

    What never reached the vendor is tried again at once, and so is a GET that was cut off; nothing else
    is, because only the caller knows whether doing it twice shows. Redirects are not followed and proxy
    variables not read.

    Threads may share it: its session is only read once it is made, since no answer's cookie is kept, and
    urllib3's pool, which hands each call a connection of its own, is made for threads.
    """

    def __init__(
        self,
        name: str,
        base_url: str,
        credentials: Credentials,
        *,
        budget: Budget | None = None,
        explain: Explain | None = None,
        connect_s: float = CONNECT_S,
        read_s: float = READ_S,
    ) -> None:
        """Open no connection yet. ``explain`` reads a vendor's own words for a refusal, before its status.

        Raises `Misconfigured` for an address that would leak a secret, and for a secret that no header
        can carry.
        """
        self._name = name
        self._base = _checked(name, base_url)
        _check_headers(name, credentials)
        self._remedy = credentials.remedy
        self._budget: Budget = budget or Unlimited()
        self._explain = explain
        self._timeout = (connect_s, read_s)
        self._session = _session(credentials.headers)
        self.vitals = Vitals()

    def __repr__(self) -> str:
        return f"Http({self._name})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def get(self, path: str, answer: type[T], query: Query | None = None) -> T:
        """The JSON at ``path`` as ``answer``. Raises `RetryLater`, `Rejected` or `Misconfigured`."""
        return self._call("GET", path, answer, params=query)

    def post(self, path: str, answer: type[T], body: Struct, headers: Mapping[str, str] | None = None) -> T:
        """The JSON that answers ``body``, sent as JSON. Raises as `get` does."""
        sent = {"Content-Type": "application/json; charset=utf-8", **(headers or {})}
        return self._call("POST", path, answer, data=encode(body), headers=sent)

    def _call(
        self,
        method: str,
        path: str,
        answer: type[T],
        *,
        params: Query | None = None,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> T:
        wait_s = self._budget.take(1)
        if wait_s > 0:
            raise self._later("budget", after_s=wait_s)
        request = requests.Request(method, f"{self._base}/{path}", headers, params=params, data=data)
        return self._decoded(self._answered(self._session.prepare_request(request)), answer)

    def _answered(self, request: requests.PreparedRequest) -> bytes:
        failure: IntegrationError
        try:
            with self._session.send(
                request, timeout=self._timeout, allow_redirects=False, stream=True
            ) as response:
                self.vitals = vitals(response.headers, time())
                return self._body(response)
        except requests.RequestException as error:
            failure = self._failure(error)
        raise failure  # outside of the handler, so that it drags no address along as its context

    def _body(self, response: requests.Response) -> bytes:
        if not HTTPStatus.OK <= response.status_code < HTTPStatus.MULTIPLE_CHOICES:
            raise self._explained(response) or self._refusal(response.status_code, response.headers)
        body = bytearray()
        for chunk in response.iter_content(CHUNK):
            body += chunk
            if len(body) > BODY_LIMIT:
                raise Rejected("answer_too_large", f"{self._name} answered with over {BODY_LIMIT:,} bytes")
        return bytes(body)

    def _explained(self, response: requests.Response) -> IntegrationError | None:
        if self._explain is None:
            return None
        begun = bytearray()
        for chunk in response.iter_content(CHUNK):
            begun += chunk
            if len(begun) >= CHUNK:
                break
        after_s = retry_after(response.headers, time())
        return self._explain(Refusal(response.status_code, bytes(begun), after_s))

    def _failure(self, error: requests.RequestException) -> IntegrationError:
        match error:
            case SSLError():
                return Misconfigured("tls_failed", f"{self._name}'s certificate does not fit its address")
            case ConnectTimeout():
                return self._later("connect_timeout")
            case ChunkedEncodingError() | ContentDecodingError():
                return self._later("truncated")
            case _:
                return self._later(_broken_by(error))

    def _refusal(self, status: int, headers: Mapping[str, str]) -> IntegrationError:
        after_s = retry_after(headers, time())
        match status:
            case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
                reason = HTTPStatus(status).name.lower()
                return Misconfigured(reason, f"{self._name} answered {status}: {self._remedy}")
            case HTTPStatus.TOO_MANY_REQUESTS:
                return self._later("rate_limited", after_s=after_s)
            case _ if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in TEMPORARY_4XX:
                return self._later(f"status_{status}", after_s=after_s)
            case _ if status < HTTPStatus.BAD_REQUEST:
                return Misconfigured("redirected", f"{self._name} is not at the base address that is set")
            case _:
                return Rejected(f"status_{status}", f"{self._name} answered {status}")

    def _decoded(self, body: bytes, answer: type[T]) -> T:
        try:
            return Decoder(answer).decode(body)
        except ValidationError:
            failure = self._later("unexpected_answer")
        except (DecodeError, UnicodeError):
            failure = self._later("not_json")
        raise failure

    def _later(self, reason: str, *, after_s: float = 0.0) -> RetryLater:
        words = LATER.get(reason) or f"it answered {reason.removeprefix('status_')}"
        return RetryLater(reason, f"{self._name}: {words}", after_s)


class _Again(Retry):
    """Never in the face of a Retry-After: the outbox waits better than a sleeping worker."""

    def is_retry(self, method: str, status_code: int, has_retry_after: bool = False) -> bool:  # noqa: FBT001, FBT002 - urllib3's own signature
        return not has_retry_after and super().is_retry(method, status_code)


def retry_after(headers: Mapping[str, str], now: float) -> float:
    """Seconds that ``Retry-After`` asks for, as a number or an HTTP date; 0 without one, at most an hour.

    A date is the vendor's, and so is the ``Date`` that it is measured from; ``now``, in seconds since 1970,
    stands in where there is none.
    """
    wish = headers.get("Retry-After", "").strip()
    if wish.isascii() and wish.isdigit():
        return min(float(wish[:9]), RETRY_AFTER_LIMIT_S)
    try:
        wait_s = parsedate_to_datetime(wish).timestamp() - (_date_s(headers) or now)
    except (ValueError, OverflowError):
        return 0.0
    return min(max(wait_s, 0.0), RETRY_AFTER_LIMIT_S)


def _date_s(headers: Mapping[str, str]) -> float | None:
    """The instant that an answer gives itself, in seconds since 1970."""
    try:
        return parsedate_to_datetime(headers.get("Date", "")).timestamp()
    except (ValueError, OverflowError):
        return None


_CALLS_LEFT = (
    "X-RateLimit-Remaining",
    "X-Rate-Limit-Remaining",
    "RateLimit-Remaining",
    "X-HubSpot-RateLimit-Remaining",
)


def vitals(headers: Mapping[str, str], now: float) -> Vitals:
    """Vitals from an answer's headers, received at ``now`` in seconds since 1970."""
    left = next((headers[name] for name in _CALLS_LEFT if headers.get(name, "").isdecimal()), None)
    date_s = _date_s(headers)
    return Vitals(None if date_s is None else float(round(date_s - now)), None if left is None else int(left))


def _session(headers: Mapping[str, str]) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
    session.headers.update({"User-Agent": "Seatsignal", "Accept": "application/json", **headers})
    again = _Again(
        total=2,
        read=1,
        other=0,
        allowed_methods=frozenset({"GET"}),
        status_forcelist=frozenset({HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT}),
        backoff_factor=0.1,
        raise_on_status=False,
        respect_retry_after_header=False,
    )
    session.mount("https://", HTTPAdapter(max_retries=again))
    session.mount("http://", HTTPAdapter(max_retries=again))
    return session


def _checked(name: str, base_url: str) -> str:
    parts = urlsplit(base_url)
    loopback = parts.scheme == "http" and parts.hostname in LOOPBACK
    if not (parts.hostname and (parts.scheme == "https" or loopback)) or parts.username or parts.query:
        raise Misconfigured("base_url", f"{name}'s base address must be https, without a user or a query")
    return base_url.rstrip("/")


def _check_headers(name: str, credentials: Credentials) -> None:
    if not all(map(_HEADER.fullmatch, credentials.headers.values())):
        raise Misconfigured(
            "unsendable_credentials",
            f"{name}: a secret must be one line of plain letters, digits and signs; {credentials.remedy}",
        )


def _broken_by(error: requests.RequestException) -> str:
    cause = error.args[0] if error.args else None
    match getattr(cause, "reason", cause):
        case NewConnectionError():
            return "connect_failed"
        case ReadTimeoutError():
            return "timeout"
        case _:
            return "timeout" if isinstance(error, Timeout) else "connection_lost"
