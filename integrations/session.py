"""Session: the connections to one vendor, who we say that we are, and what is refused before a call."""

import logging
import re
from collections.abc import Mapping
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from typing import NamedTuple
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from integrations.errors import Misconfigured

for _telltale in ("urllib3.connectionpool", "urllib3.util.retry"):  # of addresses and queries
    logging.getLogger(_telltale).setLevel(logging.ERROR)

_HEADER = re.compile(r"[!-~]+(?: [!-~]+)*")
"""Words of visible ASCII; a library that is told to send anything else tells it to the log instead."""

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Credentials(NamedTuple):
    """Headers that say who we are, and the words for whoever must mend them (which setting, where)."""

    headers: Mapping[str, str]
    remedy: str

    def __repr__(self) -> str:
        """Never show a secret."""
        return f"Credentials({', '.join(self.headers)})"


def session(headers: Mapping[str, str]) -> requests.Session:
    """A session that sends these headers, keeps no cookie, reads no proxy, and tries few things again."""
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


class _Again(Retry):
    """Never in the face of a Retry-After: the outbox waits better than a sleeping worker."""

    def is_retry(self, method: str, status_code: int, has_retry_after: bool = False) -> bool:  # noqa: FBT001, FBT002 - urllib3's own signature
        return not has_retry_after and super().is_retry(method, status_code)


def base_address(name: str, base_url: str) -> str:
    """A vendor's base address without a slash at its end. Raises `Misconfigured` if it leaks a secret."""
    parts = urlsplit(base_url)
    loopback = parts.scheme == "http" and parts.hostname in LOOPBACK
    if not (parts.hostname and (parts.scheme == "https" or loopback)) or parts.username or parts.query:
        raise Misconfigured("base_url", f"{name}'s base address must be https, without a user or a query")
    return base_url.rstrip("/")


def check_headers(name: str, credentials: Credentials) -> None:
    """Raise `Misconfigured` for a secret that no header can carry."""
    if not all(map(_HEADER.fullmatch, credentials.headers.values())):
        raise Misconfigured(
            "unsendable_credentials",
            f"{name}: a secret must be one line of plain letters, digits and signs; {credentials.remedy}",
        )
