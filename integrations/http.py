"""HTTP as every vendor's client holds it: one session, and each failure told as one of our three errors.

A client hands in what differs (base address, credentials, what to change when they are refused) and
asks for typed answers. No text of an error carries an address, a query, a header or a body.
"""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from time import monotonic, sleep, time
from types import MappingProxyType
from typing import NamedTuple, Self, TypeVar
from urllib.parse import urlencode

import requests
from msgspec import DecodeError, Struct, ValidationError
from msgspec.json import Decoder, encode
from requests.exceptions import ChunkedEncodingError, ConnectTimeout, ContentDecodingError, SSLError, Timeout
from urllib3.exceptions import NewConnectionError, ReadTimeoutError

from integrations.budget import Budget, Unlimited
from integrations.errors import IntegrationError, Misconfigured, Rejected, RetryLater
from integrations.session import Credentials, base_address, check_headers, permitted, session
from integrations.vitals import Vitals, retry_after, vitals

T = TypeVar("T")

Query = Mapping[str, str | int | Sequence[str]]
"""A query; a sequence repeats its name."""

AS_JSON: Mapping[str, str] = {"Content-Type": "application/json; charset=utf-8"}

CONNECT_S = 5.0

READ_S = 30.0

TURN_S, PATIENCE_S = 1.0, 30.0
"""How long is waited for the budget of the next second, and for that again and again."""

BODY_LIMIT = 32 * 1024 * 1024

CHUNK = 64 * 1024

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


class Refusal(NamedTuple):
    """An answer that is no success: its status, how its body begins, the seconds it asks us to wait.

    Names of ``headers`` are in small letters.
    """

    status: int
    body: bytes
    after_s: float
    headers: Mapping[str, str] = MappingProxyType({})


class Answered(NamedTuple):
    """An answer as it came. Names of ``headers`` are in small letters."""

    body: bytes
    headers: Mapping[str, str]


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
        self._base = base_address(name, base_url)
        check_headers(name, credentials)
        self._remedy = credentials.remedy
        self._budget: Budget = budget or Unlimited()
        self._explain = explain
        self._timeout = (connect_s, read_s)
        self._session = session(credentials.headers, permitted(base_url))
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

    def get(
        self,
        path: str,
        answer: type[T],
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> T:
        """The JSON at ``path`` as ``answer``. Raises `RetryLater`, `Rejected` or `Misconfigured`."""
        return self._call("GET", path, answer, params=query, headers=headers)

    def fetch(self, path: str, query: Query | None = None, headers: Mapping[str, str] | None = None) -> bytes:
        """Whatever is at ``path``, as it is. Raises as `get` does."""
        return self._sent("GET", path, params=query, headers=headers)

    def exchange(
        self, path: str, answer: type[T], query: Query | None = None, body: object = None
    ) -> tuple[T, Mapping[str, str]]:
        """The JSON at ``path``, by POST of a JSON ``body`` if there is one, and the headers beside it.

        Raises as `get` does.
        """
        if body is None:
            answered = self._asked("GET", path, params=query)
        else:
            answered = self._asked("POST", path, params=query, data=encode(body), headers=AS_JSON)
        return self._decoded(answered.body, answer), answered.headers

    def post(self, path: str, answer: type[T], body: Struct, headers: Mapping[str, str] | None = None) -> T:
        """The JSON that answers ``body``, sent as JSON. Raises as `get` does."""
        return self._call("POST", path, answer, data=encode(body), headers={**AS_JSON, **(headers or {})})

    def send(self, path: str, body: Struct) -> bytes:
        """Whatever answers ``body``, sent as JSON, as it is. Raises as `get` does."""
        return self._sent("POST", path, data=encode(body), headers=AS_JSON)

    def hand_over(self, path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
        """POST a body as it is; whatever answers that it succeeded has taken it. Raises as `get` does."""
        return self._sent("POST", path, data=body, headers=headers)

    def patch(self, path: str, answer: type[T], body: Struct) -> T:
        """The JSON that answers ``body``, as of `post`; for vendors that change what is there by PATCH."""
        return self._call("PATCH", path, answer, data=encode(body), headers=AS_JSON)

    def put(self, path: str, answer: type[T], body: Struct) -> T:
        """The JSON that answers ``body``, as of `post`; for vendors that change what is there by PUT."""
        return self._call("PUT", path, answer, data=encode(body), headers=AS_JSON)

    def delete(self, path: str, body: Struct) -> None:
        """Delete what ``body`` names at ``path``, whatever is answered. Raises as `get` does."""
        self._sent("DELETE", path, data=encode(body), headers=AS_JSON)

    def form(self, path: str, answer: type[T], fields: Mapping[str, str]) -> T:
        """The JSON that answers a form, as OAuth asks for tokens. Raises as `get` does."""
        sent = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._call("POST", path, answer, data=urlencode(fields).encode(), headers=sent)

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
        return self._decoded(self._sent(method, path, params=params, data=data, headers=headers), answer)

    def _sent(
        self,
        method: str,
        path: str,
        *,
        params: Query | None = None,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        return self._asked(method, path, params=params, data=data, headers=headers).body

    def _asked(
        self,
        method: str,
        path: str,
        *,
        params: Query | None = None,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answered:
        self._take_turn()
        request = requests.Request(method, f"{self._base}/{path}", headers, params=params, data=data)
        return self._answered(self._session.prepare_request(request))

    def _take_turn(self) -> None:
        """Wait for the next second where this one's calls are taken; raise if it is more than that."""
        until = monotonic() + PATIENCE_S
        while wait_s := self._budget.take(1):
            if wait_s > TURN_S or monotonic() > until:
                raise self._later("budget", after_s=wait_s)
            sleep(wait_s)

    def _answered(self, request: requests.PreparedRequest) -> Answered:
        failure: IntegrationError
        try:
            with self._session.send(
                request, timeout=self._timeout, allow_redirects=False, stream=True
            ) as response:
                self.vitals = vitals(response.headers, time())
                headers = {name.lower(): value for name, value in response.headers.items()}
                return Answered(self._body(response), headers)
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
        headers = {name.lower(): value for name, value in response.headers.items()}
        return self._explain(Refusal(response.status_code, bytes(begun), after_s, headers))

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
        except (DecodeError, UnicodeError, RecursionError):
            failure = self._later("not_json")
        raise failure

    def _later(self, reason: str, *, after_s: float = 0.0) -> RetryLater:
        words = LATER.get(reason) or f"it answered {reason.removeprefix('status_')}"
        return RetryLater(reason, f"{self._name}: {words}", after_s)


def _broken_by(error: requests.RequestException) -> str:
    cause = error.args[0] if error.args else None
    match getattr(cause, "reason", cause):
        case NewConnectionError():
            return "connect_failed"
        case ReadTimeoutError():
            return "timeout"
        case _:
            return "timeout" if isinstance(error, Timeout) else "connection_lost"
