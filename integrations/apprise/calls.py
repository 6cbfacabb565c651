"""The calls that plugins of Apprise make: through our own connections, whatever a plugin or a URL asks for.

A plugin calls ``requests``. In its module stands `REQUESTS` instead, which hands each call to whoever is
sending: so that addresses are looked at as we connect to them, only https is spoken, certificates are always
verified, no redirect is followed and no proxy asked, and a refusal becomes one of our three errors.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from io import BytesIO
from typing import Protocol
from urllib.parse import urlsplit

import requests

OK = 200


class Called(Protocol):
    """Takes the calls of a plugin, and returns the body of what answers that it succeeded."""

    def called(self, origin: str, call: requests.PreparedRequest) -> bytes:
        """Make a call to a server: ``origin`` is its scheme, host and port."""


_called: ContextVar[Called] = ContextVar("called")
CARRIED = ("data", "json", "params", "auth")
"""What of a call is its own; how long to wait, what to trust and where to go on is ours."""


class Requests:
    """As much of ``requests`` as plugins need; anything else is not there."""

    codes = requests.codes
    RequestException = requests.RequestException

    @staticmethod
    def get(url: str, headers: Mapping[str, str] | None = None, **more: object) -> requests.Response:
        """Read."""
        return _answered("GET", url, headers, more)

    @staticmethod
    def post(url: str, headers: Mapping[str, str] | None = None, **more: object) -> requests.Response:
        """Send."""
        return _answered("POST", url, headers, more)


REQUESTS = Requests()


@contextmanager
def by(caller: Called) -> Iterator[None]:
    """Let what plugins call in this thread meanwhile be made by a caller."""
    before = _called.set(caller)
    try:
        yield
    finally:
        _called.reset(before)


def _answered(
    method: str, url: str, headers: Mapping[str, str] | None, more: Mapping[str, object]
) -> requests.Response:
    given = {name: more[name] for name in CARRIED if more.get(name) is not None}
    call = requests.Request(method, url, headers=headers, **given).prepare()
    parts = urlsplit(call.url or "")
    answer = requests.Response()
    answer.raw = BytesIO(_called.get().called(f"{parts.scheme}://{parts.netloc}", call))
    answer.status_code = OK
    return answer
