"""The provider: where it sends colleagues to sign in, and what it says of whoever comes back.

Authorization code with PKCE (RFC 7636), as openid.net/specs/openid-connect-core-1_0.html, 3.1, has it. What
it states of itself (its discovery document) and its keys are kept for an hour.
"""

from base64 import b64encode
from collections.abc import Callable, Mapping
from hmac import compare_digest
from importlib.util import find_spec
from secrets import token_urlsafe
from time import time
from typing import Any, NamedTuple, TypeVar
from urllib.parse import quote_plus, urlencode, urlsplit

from msgspec import Struct

from integrations.budget import Budget
from integrations.errors import Misconfigured, Rejected
from integrations.http import Http
from integrations.oidc.person import Person, person
from integrations.oidc.settings import OidcSettings
from integrations.oidc.tokens import Claims, Expected, UnknownKey, claims
from integrations.session import Credentials
from integrations.vitals import Vitals

KEPT_S, AGAIN_S = 3_600, 60
"""How long keys are kept, and how soon they are asked for again because of one that is unknown."""
REMEDY = "see SEATSIGNAL_OIDC_CLIENT_ID and SEATSIGNAL_OIDC_CLIENT_SECRET"
Clock = Callable[[], float]
T = TypeVar("T")


class Stated(Struct, frozen=True):
    """What a provider states of itself."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)


class Tokens(Struct, frozen=True):
    """What it gives for a code."""

    id_token: str = ""
    access_token: str = ""


class Attempt(NamedTuple):
    """A sign-in under way: what only the browser that began it has."""

    state: str
    nonce: str
    verifier: str


class Back(NamedTuple):
    """What a browser brings back: whose state, a code, or why there is none; ``issuer`` as of RFC 9207."""

    state: str
    code: str
    error: str = ""
    issuer: str = ""


class Provider:
    """One company's identity provider."""

    def __init__(self, given: OidcSettings, *, budget: Budget | None = None, clock: Clock = time) -> None:
        """Ask nothing yet. ``clock`` gives seconds since 1970."""
        self._given, self._budget, self._clock = given, budget, clock
        self._stated: tuple[float, Stated] | None = None
        self._keys: tuple[float, Mapping[str, Any]] | None = None
        self.vitals = Vitals()
        """What its last answer told beside the point."""

    @property
    def passwords(self) -> bool:
        """Whether passwords of ours let in, too."""
        return self._given.passwords

    def begin(self, back: str) -> tuple[str, Attempt]:
        """Return where to send a browser, and what it must still have when it comes ``back`` to an address.

        Raises as `Http.get` does.
        """
        from authlib.oauth2.rfc7636 import create_s256_code_challenge  # noqa: PLC0415 - of an extra

        attempt = Attempt(token_urlsafe(32), token_urlsafe(32), token_urlsafe(48))
        asked = {
            "response_type": "code",
            "client_id": self._given.client_id,
            "redirect_uri": back,
            "scope": self._given.scopes,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": create_s256_code_challenge(attempt.verifier),
            "code_challenge_method": "S256",
        }
        where = self.stated().authorization_endpoint
        return f"{where}{'&' if '?' in where else '?'}{urlencode(asked)}", attempt

    def finish(self, attempt: Attempt, brought: Back, back: str) -> Person:
        """Return who has signed in. Raises as `Http.form` does; `Rejected` is in words for whoever came."""
        if not compare_digest(attempt.state.encode(), brought.state.encode()):
            raise Rejected("state", "That sign-in was not begun in this browser, or is over. Begin again.")
        if brought.issuer and brought.issuer != self._given.issuer:
            raise Rejected("issuer", "Another provider answered than the one that was asked.")
        if brought.error or not brought.code:
            raise Rejected("denied", "Your provider did not sign you in.")
        tokens = self._tokens(brought.code, attempt.verifier, back)
        return person(self._believed(tokens, attempt.nonce), self._given)

    def check(self) -> None:
        """Raise `Misconfigured` with what to change, unless it states what is set, and its keys."""
        if find_spec("authlib") is None:
            raise Misconfigured("no_authlib", "signing in at a provider needs an extra: seatsignal[oidc]")
        self.stated()
        self._known_keys(KEPT_S)

    def close(self) -> None:
        """Hold nothing open: each call has a connection of its own."""

    # -- what it is asked --------------------------------------------------------------------------

    def stated(self) -> Stated:
        """What the provider states of itself. Raises as `Http.get` does, and if it is another one."""
        if self._stated is None or self._is_over(self._stated[0], KEPT_S):
            found = self._get(f"{self._given.issuer.rstrip('/')}/.well-known/openid-configuration", Stated)
            if found.issuer != self._given.issuer:
                raise Misconfigured(
                    "issuer",
                    "the provider states another issuer than is set: set SEATSIGNAL_OIDC_ISSUER to what it "
                    "states, letter by letter",
                )
            self._stated = (self._clock(), found)
        return self._stated[1]

    def _tokens(self, code: str, verifier: str, back: str) -> Tokens:
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": verifier,
            "client_id": self._given.client_id,
        }
        headers: dict[str, str] = {}
        if secret := self._given.client_secret.get_secret_value():
            if "client_secret_basic" in self.stated().token_endpoint_auth_methods_supported:
                headers = _basic(self._given.client_id, secret)
            else:
                fields["client_secret"] = secret
        http, path = self._at(self.stated().token_endpoint, headers)
        with http:
            return http.form(path, Tokens, fields)

    def _believed(self, tokens: Tokens, nonce: str) -> Claims:
        expected = Expected(self._given.issuer, self._given.client_id, nonce)
        now_s = int(self._clock())
        try:
            return claims(tokens.id_token, self._known_keys(KEPT_S), expected, now_s, tokens.access_token)
        except UnknownKey:
            keys = self._known_keys(AGAIN_S)
        return claims(tokens.id_token, keys, expected, now_s, tokens.access_token)

    def _known_keys(self, kept_s: int) -> Mapping[str, Any]:
        if self._keys is None or self._is_over(self._keys[0], kept_s):
            self._keys = (self._clock(), self._get(self.stated().jwks_uri, dict[str, Any]))
        return self._keys[1]

    def _is_over(self, since_s: float, kept_s: int) -> bool:
        return not 0 <= self._clock() - since_s < kept_s

    def _get(self, address: str, answer: type[T]) -> T:
        http, path = self._at(address, {})
        with http:
            try:
                return http.get(path, answer)
            finally:
                self.vitals = http.vitals

    def _at(self, address: str, headers: Mapping[str, str]) -> tuple[Http, str]:
        """Return what calls an address that the provider states, which may be of another host of theirs."""
        base, _, path = address.partition("?")[0].rpartition("/")
        query = urlsplit(address).query
        http = Http(
            "the identity provider",
            base,
            Credentials(headers, REMEDY),
            budget=self._budget,
            connect_s=min(5.0, self._given.timeout_s),
            read_s=self._given.timeout_s,
        )
        return http, f"{path}?{query}" if query else path


def _basic(client_id: str, secret: str) -> dict[str, str]:
    """Say who we are as RFC 6749, 2.3.1, has it: both parts are written as in a form."""
    both = f"{quote_plus(client_id)}:{quote_plus(secret)}"
    return {"Authorization": f"Basic {b64encode(both.encode()).decode()}"}
