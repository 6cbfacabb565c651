"""A small, strict identity provider: what it was not asked rightly it refuses; what it states can be bent."""

from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_urlsafe
from time import time
from typing import Annotated, Any
from urllib.parse import unquote_plus, urlencode

from fastapi import FastAPI, Form, Header, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

CLIENT, SECRET = "seatsignal", "s3cret/of+the client"
Claims = dict[str, Any]
Key = RSAKey | ECKey


@dataclass
class Asked:
    """What stands behind a code."""

    redirect_uri: str
    challenge: str
    nonce: str


def key(kind: str = "RS256", kid: str = "first") -> Key:
    if kind == "ES256":
        return ECKey.generate_key("P-256", {"kid": kid, "use": "sig", "alg": "ES256"})
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"})


@dataclass
class Idp:
    """A provider, and who sits before the browser: their claims besides those of the protocol."""

    who: Claims
    signing: Key = field(default_factory=key)
    algorithm: str = "RS256"
    url: str = ""
    bent: Callable[[Claims], Claims] = lambda claims: claims
    signed: Callable[["Idp", Claims], str] = lambda idp, claims: idp.token(claims)
    stated: Claims = field(default_factory=dict)
    issued_by: str = ""
    codes: dict[str, Asked] = field(default_factory=dict)
    tokens: list[str] = field(default_factory=list)
    away: bool = False

    def token(self, claims: Claims) -> str:
        header = {"alg": self.algorithm, "kid": self.signing.kid}
        return jwt.encode(header, claims, self.signing, algorithms=[self.algorithm])

    def app(self) -> FastAPI:
        app = FastAPI(openapi_url=None)
        app.add_api_route("/.well-known/openid-configuration", self.discover)
        app.add_api_route("/keys", self.keys)
        app.add_api_route("/authorize", self.authorize, response_model=None)
        app.add_api_route("/token", self.exchange, methods=["POST"], response_model=None)
        return app

    def discover(self) -> Response:
        if self.away:
            return JSONResponse({}, 503)
        return JSONResponse(
            {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
                **self.stated,
            }
        )

    def keys(self) -> Claims:
        return {"keys": [self.signing.as_dict(private=False)]}

    def authorize(self, request: Request) -> Response:
        """Sign in whoever sits there at once."""
        asked = dict(request.query_params)
        right = {
            "response_type": "code",
            "client_id": CLIENT,
            "scope": "openid email profile",
            "code_challenge_method": "S256",
        }
        if any(asked.get(name) != value for name, value in right.items()) or not asked.get("state"):
            return JSONResponse({"error": "invalid_request"}, 400)
        code = token_urlsafe(16)
        self.codes[code] = Asked(asked["redirect_uri"], asked["code_challenge"], asked["nonce"])
        back = {"code": code, "state": asked["state"], "iss": self.issued_by or self.url}
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(back)}")

    def exchange(
        self,
        grant_type: Annotated[str, Form()],
        code: Annotated[str, Form()],
        redirect_uri: Annotated[str, Form()],
        code_verifier: Annotated[str, Form()],
        authorization: Annotated[str, Header()] = "",
    ) -> Response:
        """Give tokens for a code, once, to whoever began."""
        basic = b64decode(authorization.removeprefix("Basic ")).decode()
        if [unquote_plus(part) for part in basic.split(":")] != [CLIENT, SECRET]:
            return JSONResponse({"error": "invalid_client"}, 401)
        asked = self.codes.pop(code, None)
        challenge = urlsafe_b64encode(sha256(code_verifier.encode()).digest()).decode().rstrip("=")
        began = Asked(redirect_uri, challenge, asked.nonce if asked else "")
        if asked is None or grant_type != "authorization_code" or asked != began:
            return JSONResponse({"error": "invalid_grant"}, 400)
        token = self.signed(self, self.bent(self.claims(asked.nonce)))
        self.tokens.append(token)
        return JSONResponse({"id_token": token, "access_token": token_urlsafe(16), "token_type": "Bearer"})

    def claims(self, nonce: str) -> Claims:
        now = int(time())
        issued = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce}
        return {**issued, "sub": "u-7", **self.who}
