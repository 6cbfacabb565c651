"""Session: the connections to one vendor, who we say that we are, and what is refused before a call."""

import logging
import re
import socket
from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NameResolutionError, NewConnectionError
from urllib3.util import Retry

from integrations.addresses import LOOPBACK, Permitted
from integrations.errors import Misconfigured

for _telltale in ("urllib3.connectionpool", "urllib3.util.retry"):  # of addresses and queries
    logging.getLogger(_telltale).setLevel(logging.ERROR)

_HEADER = re.compile(r"[!-~]+(?: [!-~]+)*")
"""Words of visible ASCII; a library that is told to send anything else tells it to the log instead."""


class Credentials(NamedTuple):
    """Headers that say who we are, and the words for whoever must mend them (which setting, where)."""

    headers: Mapping[str, str]
    remedy: str

    def __repr__(self) -> str:
        """Never show a secret."""
        return f"Credentials({', '.join(self.headers)})"


def session(headers: Mapping[str, str], permitted: Permitted) -> requests.Session:
    """A session that sends these headers, keeps no cookie, reads no proxy, and tries few things again.

    It connects where it is ``permitted`` to, which is looked at anew for each connection.
    """
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
    for scheme in ("https://", "http://"):
        session.mount(scheme, _Adapter(permitted, again))
    return session


class _Adapter(HTTPAdapter):
    """Connections that go where they may."""

    def __init__(self, permitted: Permitted, again: Retry) -> None:
        self._permitted = permitted
        super().__init__(max_retries=again)

    def init_poolmanager(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - as its base takes them
        super().init_poolmanager(*arguments, **named)
        pools = {"http": _Pool, "https": _TlsPool}
        made: dict[str, Any] = {
            name: partial(pool, permitted=self._permitted) for name, pool in pools.items()
        }
        self.poolmanager.pool_classes_by_scheme = made


class _Connection(HTTPConnection):
    """One that connects to an address that was looked at, and keeps its name for the certificate."""

    def __init__(self, *arguments: Any, permitted: Permitted, **named: Any) -> None:  # noqa: ANN401 - as above
        super().__init__(*arguments, **named)
        self._permitted = permitted

    def _new_conn(self) -> socket.socket:
        name = self._dns_host
        try:
            addresses = self._permitted.found(name, self.port)
        except (OSError, UnicodeError) as error:
            unknown = error if isinstance(error, socket.gaierror) else socket.gaierror()
            raise NameResolutionError(self.host, self, unknown) from error
        try:
            return self._first(addresses)
        finally:
            self._dns_host = name

    def _first(self, addresses: list[str]) -> socket.socket:
        """Connect to the first that answers; raise what the last one raised."""
        for address in addresses[:-1]:
            self._dns_host = address
            try:
                return super()._new_conn()
            except NewConnectionError:
                continue
        self._dns_host = addresses[-1]
        return super()._new_conn()


class _TlsConnection(_Connection, HTTPSConnection):
    """The same under TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class _Again(Retry):
    """Never in the face of a Retry-After: the outbox waits better than a sleeping worker."""

    def is_retry(self, method: str, status_code: int, has_retry_after: bool = False) -> bool:  # noqa: FBT001, FBT002 - urllib3's own signature
        return not has_retry_after and super().is_retry(method, status_code)


def base_address(name: str, base_url: str) -> str:
    """A vendor's base address without a slash at its end. Raises `Misconfigured` if it leaks a secret."""
    parts = urlsplit(base_url)
    loopback = parts.scheme == "http" and parts.hostname in LOOPBACK
    if (
        not (parts.hostname and (parts.scheme == "https" or loopback))
        or parts.username
        or parts.query
        or parts.fragment
    ):
        raise Misconfigured("base_url", f"{name}'s base address must be https, without a user or a query")
    return base_url.rstrip("/")


def permitted(base_url: str) -> Permitted:
    """Where a client with this base address may connect to."""
    from config.settings import settings  # noqa: PLC0415 - read by who makes a client, not by who loads this

    if urlsplit(base_url).hostname in LOOPBACK:
        return Permitted(loopback=True)
    return Permitted(ours=settings().networks)


def check_headers(name: str, credentials: Credentials) -> None:
    """Raise `Misconfigured` for a secret that no header can carry."""
    if not all(map(_HEADER.fullmatch, credentials.headers.values())):
        raise Misconfigured(
            "unsendable_credentials",
            f"{name}: a secret must be one line of plain letters, digits and signs; {credentials.remedy}",
        )
