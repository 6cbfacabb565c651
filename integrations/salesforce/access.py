"""Who we are to Salesforce: an External Client App, by its secret or by a token that its key signs.

Either is exchanged for a token that lives as long as the org's sessions do; nobody tells how long. A call
that is answered 401 asks for a new one, once.
Pages: help.salesforce.com, "OAuth 2.0 Client Credentials Flow" and "OAuth 2.0 JWT Bearer Flow".
"""

from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from http import HTTPStatus
from time import time
from typing import TypeVar

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from msgspec import DecodeError, Struct, ValidationError
from msgspec.json import decode, encode

from integrations.budget import Budget
from integrations.errors import IntegrationError, Misconfigured
from integrations.http import Http, Refusal
from integrations.roles import Clock
from integrations.salesforce.answers import Grudge, Token
from integrations.salesforce.refusals import explained
from integrations.salesforce.settings import SalesforceSettings
from integrations.session import Credentials
from integrations.vitals import Vitals

T = TypeVar("T")

TOKEN_PATH = "services/oauth2/token"  # noqa: S105 - a path
BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LIFE_S = 180
"""How long what we sign is good for: Salesforce takes no longer."""
AS_CLIENT = (
    "set SEATSIGNAL_SALESFORCE_CLIENT_ID and SEATSIGNAL_SALESFORCE_CLIENT_SECRET to those of an External "
    "Client App with the client credentials flow and a user to run as"
)
AS_PERSON = (
    "set SEATSIGNAL_SALESFORCE_PRIVATE_KEY to the key whose certificate the External Client App has, and "
    "SEATSIGNAL_SALESFORCE_USERNAME to a user whom the app is approved for"
)


class _Claim(Struct, frozen=True):
    """What is signed: the app, the user, for whom, and until which second."""

    iss: str
    sub: str
    aud: str
    exp: int


class _Header(Struct, frozen=True):
    alg: str = "RS256"
    typ: str = "JWT"


class Access:
    """Opens the connection to Salesforce, and opens it anew when the token has run out."""

    def __init__(self, settings: SalesforceSettings, budget: Budget | None, clock: Clock = time) -> None:
        """Open no connection yet."""
        self._settings = settings
        self._budget = budget
        self._clock = clock
        self._http: Http | None = None
        self._welcome = Vitals()
        self._remedy = AS_PERSON if settings.signs else AS_CLIENT

    @property
    def vitals(self) -> Vitals:
        """What the last answer told of Salesforce."""
        told = self._http.vitals if self._http else Vitals()
        return self._welcome if told == Vitals() else told

    def sign_in(self) -> None:
        """Have a token, and with it the time at Salesforce."""
        self._opened()

    def close(self) -> None:
        """Close the connection."""
        if self._http is not None:
            self._http.close()
            self._http = None

    def call(self, ask: Callable[[Http], T]) -> T:
        """Ask with a token that lives. Raises as `Http.get` does."""
        try:
            return ask(self._opened())
        except Misconfigured as error:
            if error.reason != "unauthorized":
                raise
        self.close()
        return ask(self._opened())

    def _opened(self) -> Http:
        if self._http is None:
            bearer = {"Authorization": f"Bearer {self._token()}"}
            self._http = self._made(Credentials(bearer, self._remedy), explained)
        return self._http

    def _token(self) -> str:
        with self._made(Credentials({}, self._remedy), self._refused) as http:
            token = http.form(TOKEN_PATH, Token, self._asked()).access_token
            self._welcome = http.vitals
            return token

    def _made(self, credentials: Credentials, explain: Callable[[Refusal], IntegrationError | None]) -> Http:
        given = self._settings
        return Http(
            "salesforce",
            given.base_url,
            credentials,
            budget=self._budget,
            explain=explain,
            read_s=given.timeout_s,
        )

    def _asked(self) -> Mapping[str, str]:
        given = self._settings
        if given.signs:
            return {"grant_type": BEARER, "assertion": self._assertion()}
        return {
            "grant_type": "client_credentials",
            "client_id": given.client_id,
            "client_secret": given.client_secret.get_secret_value(),
        }

    def _assertion(self) -> str:
        given = self._settings
        ends_s = round(self._clock()) + LIFE_S
        claim = _Claim(given.client_id, given.username, given.audience, ends_s)
        said = b".".join((_packed(encode(_Header())), _packed(encode(claim))))
        signed = _key(given.private_key.get_secret_value()).sign(said, PKCS1v15(), SHA256())
        return b".".join((said, _packed(signed))).decode()

    def _refused(self, refusal: Refusal) -> IntegrationError | None:
        """What it means that there is no token: which settings are wrong, if Salesforce says so."""
        if refusal.status not in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED}:
            return explained(refusal)
        try:
            said = decode(refusal.body, type=Grudge).error
        except (DecodeError, ValidationError, UnicodeError):
            return None
        return Misconfigured("no_token", f"salesforce gives out no token: {self._remedy}") if said else None


def _packed(part: bytes) -> bytes:
    return urlsafe_b64encode(part).rstrip(b"=")


def _key(pem: str) -> RSAPrivateKey:
    """The key in a PEM text, in which line ends may be written out. Raises `Misconfigured`."""
    try:
        key = load_pem_private_key(pem.replace("\\n", "\n").encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPrivateKey):
        raise Misconfigured("key_unreadable", f"salesforce: no RSA key without a password; {AS_PERSON}")
    return key
