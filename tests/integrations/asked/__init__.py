"""Every request of our clients as it leaves, held against what its vendor says that it takes.

Stripe's and Slack's are held against the libraries of these two, the others against schemas that were written
from the vendors' documentation. What does not fit fails the test that sent it, whatever the stand-in or the
client made of it.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from integrations.http import Http

Json = dict[str, Any]
Oracle = Callable[["Asked"], list[str]]
"""What is wrong with a request, each with its place."""


@dataclass(frozen=True)
class Asked:
    """A request: its path below the base address, and what it carries. Headers are named in small letters."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: object = None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def asked(base_url: str, request: requests.PreparedRequest) -> Asked:
    """A request as it leaves; a body that is JSON or a form is read."""
    url = urlsplit(request.url or "")
    path = url.path.removeprefix(urlsplit(base_url).path).lstrip("/")
    headers = {name.lower(): str(value) for name, value in request.headers.items()}
    query = tuple(parse_qsl(url.query, keep_blank_values=True))
    return Asked(
        request.method or "", path, query, headers, _read(request.body, headers.get("content-type", ""))
    )


def _read(body: Any, content_type: str) -> object:
    """A body as its type says that it is to be read."""
    if body and "json" in content_type:
        return json.loads(body)
    if body and "urlencoded" in content_type:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True))
    return body or None


@contextmanager
def held_against(oracles: Mapping[str, Oracle]) -> Iterator[list[str]]:
    """What our clients ask meanwhile and should not; vendors without an oracle are passed over."""
    wrong: list[str] = []
    whole = Http._answered

    def answered(self: Http, request: requests.PreparedRequest) -> object:
        if oracle := oracles.get(self._name):
            told = asked(self._base, request)
            wrong.extend(f"{self._name}: {told}: {problem}" for problem in oracle(told))
        return whole(self, request)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Http, "_answered", answered)
        yield wrong
