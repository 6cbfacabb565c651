"""One endpoint over HTTP: who we are there, and its pages one after the other."""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from msgspec.json import encode

from integrations.api.endpoints import Asked, Auth
from integrations.api.paging import Reply, Turn, first, onward, unexpected
from integrations.api.settings import HttpSettings
from integrations.budget import Budget
from integrations.errors import Misconfigured, RetryLater
from integrations.http import Http
from integrations.rows.mapped import found
from integrations.session import Credentials
from integrations.vitals import Vitals

MOST_PAGES = 100_000
"""More than any listing has: an API that goes on after that goes round in circles."""


class EndpointClient:
    """Asks one endpoint of the file."""

    def __init__(self, asked: Asked, settings: HttpSettings, budget: Budget | None = None) -> None:
        """Open no connection yet. Raises `Misconfigured` for an address or a secret that is none."""
        url = asked.endpoint.url
        address = settings.base_url.rstrip("/") + url if url.startswith("/") else url
        parts = urlsplit(address)
        if not parts.hostname:
            raise Misconfigured(
                "base_url", f"http: {asked.file} begins with a slash: set SEATSIGNAL_HTTP_BASE_URL"
            )
        self.asked = asked
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._path = parts.path.lstrip("/")
        auth = asked.endpoint.auth
        secret = _secret(asked, settings)
        self._shown = {auth.name: secret} if auth.kind == "query" else {}
        credentials = Credentials({**asked.endpoint.headers, **_headers(auth, secret)}, _remedy(asked))
        name = f"http, {asked.file}"
        self._http = Http(name, self._origin, credentials, budget=budget, read_s=settings.timeout_s)

    @property
    def vitals(self) -> Vitals:
        """What the last answer told of the server."""
        return self._http.vitals

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def begin(self, since: str | int | None) -> Any:  # noqa: ANN401 - any JSON
        """The first answer as it is. Raises as `Http.get` does."""
        return self._ask(first(self.asked, self._path, since))[0]

    def pages(self, since: str | int | None) -> Iterator[Reply]:
        """Yield each page of the listing. Raises as `Http.get` does, and `RetryLater` for what repeats."""
        turn: Turn | None = first(self.asked, self._path, since)
        asked, before = set[bytes](), b""
        for _ in range(MOST_PAGES):
            if turn is None:
                return
            reply = self._reply(*self._ask(turn))
            following = onward(self.asked, self._origin, turn, reply)
            digest = _digest(reply.rows)
            step = _digest(following.asked) if following else b""
            if (reply.rows and digest == before) or (step and step in asked):
                raise RetryLater("repeated_page", f"http: {self.asked.file}: the same page came twice")
            asked |= {_digest(turn.asked), step}
            yield reply
            turn, before = following, digest
        raise unexpected(self.asked, f"over {MOST_PAGES:,} pages, and no end")

    def _ask(self, turn: Turn) -> tuple[Any, Mapping[str, str]]:
        query = {**turn.query, **self._shown}
        return self._http.exchange(turn.path, object, query, turn.body)

    def _reply(self, content: Any, headers: Mapping[str, str]) -> Reply:  # noqa: ANN401 - any JSON
        rows = found(content, self.asked.endpoint.rows)
        if not isinstance(rows, list):
            raise unexpected(self.asked, "no list of rows where `rows` says")
        return Reply(content, headers, rows)


def _digest(content: object) -> bytes:
    return sha256(encode(content)).digest()


def _secret(asked: Asked, settings: HttpSettings) -> str:
    name = asked.endpoint.auth.secret
    if not name:
        return ""
    secret = settings.secret(name)
    if secret:
        return secret
    raise Misconfigured(
        "secret_missing", f"http: {asked.file} names a secret {name!r}, which SEATSIGNAL_HTTP_SECRETS has not"
    )


def _headers(auth: Auth, secret: str) -> Mapping[str, str]:
    match auth.kind:
        case "bearer":
            return {"Authorization": f"Bearer {secret}"}
        case "basic":
            return {"Authorization": f"Basic {b64encode(f'{auth.user}:{secret}'.encode()).decode()}"}
        case "header":
            return {auth.name: secret}
        case _:
            return {}


def _remedy(asked: Asked) -> str:
    name = asked.endpoint.auth.secret
    if not name:
        return f"{asked.file} may need `auth` in SEATSIGNAL_HTTP_ENDPOINTS"
    return f"see the secret {name!r} in SEATSIGNAL_HTTP_SECRETS, and `auth` of {asked.file}"
