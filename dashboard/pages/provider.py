"""Sign in by a company's identity provider: there, and back with what it says.

What only the browser that began must have (state, nonce, verifier) is in a signed cookie of a few minutes
that goes back to one path alone. A page of a stranger's that sends somebody back here has no such cookie.
"""

from collections.abc import Callable
from hashlib import sha256
from http import HTTPStatus
from typing import NamedTuple

import structlog
from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response
from itsdangerous import BadData, URLSafeTimedSerializer

from dashboard.guard import Refused
from dashboard.site import Site, inside
from integrations.errors import IntegrationError, Misconfigured, Rejected, RetryLater
from integrations.oidc.provider import Attempt, Back, Provider
from store.installation import secret
from templates.views import View

log = structlog.get_logger()

PATH, BACK = "/sign-in/provider", "/sign-in/back"
COOKIE, LASTS_S = "seatsignal-sign-in", 600
AWAY = "Your company's sign-in cannot be reached just now. Try again in a minute."
MISSET = "Your company's sign-in is not set up as it should be: tell whoever administers Seatsignal."
OVER = "That sign-in was not begun in this browser, or took over ten minutes. Begin again."
NOT_TAKEN = "Your company's sign-in was not accepted here. Begin again; if it stays, tell an administrator."
_OURS = frozenset({"state", "issuer", "denied", "domain", "no_role", "no_address", "unverified"})
"""Reasons whose words are for whoever came; others tell of addresses and statuses."""


class Begun(NamedTuple):
    """What a cookie holds: the attempt, and where it leads."""

    attempt: Attempt
    to: str


class ProviderPages:
    """The way there, and the way back."""

    def __init__(self, site: Site, provider: Provider, door: Callable[[str, str], View]) -> None:
        """Hold the provider; ``door`` makes the page to sign in at, leading somewhere, with what is wrong."""
        self._site, self._provider, self._door = site, provider, door

    def serve_from(self, app: FastAPI) -> None:
        """Add the routes."""
        self._site.opens(app, PATH, self.go, ("GET",))
        self._site.opens(app, BACK, self.come, ("GET",))

    def go(self, request: Request, to: str = "/") -> Response:
        """Send a browser to the provider."""
        try:
            where, attempt = self._provider.begin(self._back(request))
        except IntegrationError as error:
            return self._refused(inside(to), error)
        answer = RedirectResponse(where, HTTPStatus.SEE_OTHER)
        kept = self._seals().dumps([*attempt, inside(to)])
        self._site.keep(answer, COOKIE, str(kept), LASTS_S, BACK)
        return answer

    def come(
        self, request: Request, state: str = "", code: str = "", error: str = "", iss: str = ""
    ) -> Response:
        """Let in whom the provider vouches for, or say why not."""
        begun = self._begun(request.cookies.get(COOKIE, ""))
        if begun is None:
            return self._refused("/", Rejected("state", OVER))
        try:
            person = self._provider.finish(begun.attempt, Back(state, code, error, iss), self._back(request))
            agent = request.headers.get("user-agent", "")
            answer = self._site.signed_in(self._site.access.vouch(*person, agent), begun.to)
        except (IntegrationError, Refused) as failure:
            return self._refused(begun.to, failure)
        return _once(answer)

    def _refused(self, to: str, failure: IntegrationError | Refused) -> Response:
        reason = failure.reason if isinstance(failure, IntegrationError) else "kept_out"
        log.warning("provider_refused", reason=reason)
        return _once(self._site.page(self._door(to, _words(failure)), status=HTTPStatus.FORBIDDEN))

    def _back(self, request: Request) -> str:
        return f"{self._site.address(request)}{BACK}"

    def _begun(self, cookie: str) -> Begun | None:
        try:
            *attempt, to = self._seals().loads(cookie, max_age=LASTS_S)
        except BadData:
            return None
        return Begun(Attempt(*attempt), to)

    def _seals(self) -> URLSafeTimedSerializer:
        with self._site.deployment.database.read() as connection:
            key = secret(connection)
        return URLSafeTimedSerializer(
            key, salt="sign-in", signer_kwargs={"key_derivation": "hmac", "digest_method": sha256}
        )


def _once(answer: Response) -> Response:
    """Let a browser forget what it began with: it counts once, whatever came of it."""
    answer.delete_cookie(COOKIE, path=BACK, httponly=True, samesite="lax")
    return answer


def _words(failure: IntegrationError | Refused) -> str:
    match failure:
        case Refused():
            return str(failure)
        case Rejected(reason=reason) if reason in _OURS:
            return str(failure)
        case RetryLater():
            return AWAY
        case Misconfigured():
            return MISSET
        case _:
            return NOT_TAKEN
