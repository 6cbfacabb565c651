"""Who we are to Zendesk: an OAuth client that acts as the admin who made it, or an admin's API token.

An OAuth token lives for minutes; a new one is asked for before it ends.
Pages: developer.zendesk.com/documentation/api-basics/authentication/oauth-migration.
"""

from base64 import b64encode
from collections.abc import Callable
from math import inf
from time import monotonic

from msgspec import Struct

from integrations.budget import Budget
from integrations.errors import Misconfigured, Rejected
from integrations.http import Explain, Http
from integrations.session import Credentials
from integrations.vitals import Vitals
from integrations.zendesk.answers import Me, Token, User
from integrations.zendesk.settings import ZendeskSettings

LIFE_S = 3_600
"""How long a token is asked to live; Zendesk allows five minutes to two days."""
MARGIN_S = 120.0
"""How long before its end a token is no longer used: longer than any call waits for its answer."""
READ, WRITE = "read", "read write"
"""Scopes of a token: the source's can change nothing."""
API = "api/v2"
NOBODY_THERE = "status_404"
AS_CLIENT = (
    "set SEATSIGNAL_ZENDESK_CLIENT_ID and SEATSIGNAL_ZENDESK_CLIENT_SECRET to a confidential OAuth client "
    "that an admin made, with the scope read, and write if anything is written"
)
AS_PERSON = (
    "set SEATSIGNAL_ZENDESK_EMAIL to an admin's address and SEATSIGNAL_ZENDESK_TOKEN to an API token; "
    "or use an OAuth client, as API tokens end in April 2027"
)


class Wanted(Struct, frozen=True, kw_only=True):
    """A request for a token."""

    client_id: str
    client_secret: str
    grant_type: str = "client_credentials"
    scope: str
    expires_in: int = LIFE_S


class Access:
    """Opens the connection to Zendesk, and opens it anew when the token has run out.

    ``clock`` is monotonic, in seconds. ``budget`` is that of every call, where they are counted.
    """

    def __init__(
        self,
        settings: ZendeskSettings,
        clock: Callable[[], float] = monotonic,
        *,
        scope: str = READ,
        budget: Budget | None = None,
        explain: Explain | None = None,
    ) -> None:
        """Open no connection yet."""
        self._settings = settings
        self._clock = clock
        self._scope = scope
        self._budget = budget
        self._explain = explain
        self._http: Http | None = None if settings.is_client else self._opened(_person(settings))
        self._ends_s = inf

    @property
    def vitals(self) -> Vitals:
        """What the last answer told of Zendesk."""
        return self._http.vitals if self._http else Vitals()

    def http(self) -> Http:
        """Return the connection, with a token that lives. Raises as `Http.post` does."""
        if self._http is not None and self._clock() < self._ends_s - MARGIN_S:
            return self._http
        self.close()
        began_s, token = self._clock(), self._token()
        self._ends_s = began_s + (token.expires_in or LIFE_S)
        self._http = self._opened(Credentials({"Authorization": f"Bearer {token.access_token}"}, AS_CLIENT))
        return self._http

    def me(self) -> User:
        """Who we are; the first thing to ask, for it tells whether anyone is there at all."""
        try:
            return self.http().get(f"{API}/users/me", Me).user
        except Rejected as error:
            if error.reason != NOBODY_THERE:
                raise
        raise no_account()

    def close(self) -> None:
        """Close the connection."""
        if self._http is not None:
            self._http.close()

    def _token(self) -> Token:
        settings = self._settings
        wanted = Wanted(
            client_id=settings.client_id,
            client_secret=settings.client_secret.get_secret_value(),
            scope=self._scope,
        )
        try:
            with self._plain() as http:
                return http.post("oauth/tokens", Token, wanted)
        except Rejected as error:
            failure = no_token(error)
        raise failure

    def _plain(self) -> Http:
        """A connection of nobody's, to ask for a token."""
        settings = self._settings
        return Http("zendesk", settings.address, Credentials({}, AS_CLIENT), read_s=settings.timeout_s)

    def _opened(self, credentials: Credentials) -> Http:
        settings = self._settings
        return Http(
            "zendesk",
            settings.address,
            credentials,
            budget=self._budget,
            explain=self._explain,
            read_s=settings.timeout_s,
        )


def no_token(error: Rejected) -> Misconfigured:
    """What is wrong if Zendesk gives out no OAuth token, by how it refuses."""
    if error.reason == NOBODY_THERE:
        return no_account()
    return Misconfigured("no_token", f"zendesk gives out no OAuth token: {AS_CLIENT}")


def no_account() -> Misconfigured:
    """Nobody has that subdomain."""
    return Misconfigured(
        "no_account", "zendesk has no account of that name: mend SEATSIGNAL_ZENDESK_SUBDOMAIN"
    )


def _person(settings: ZendeskSettings) -> Credentials:
    words = f"{settings.email}/token:{settings.token.get_secret_value()}"
    return Credentials({"Authorization": f"Basic {b64encode(words.encode()).decode()}"}, AS_PERSON)
