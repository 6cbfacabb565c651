"""Who may call: by API token as one of two people, or by an OAuth token of the client."""

import base64
import binascii
import hmac
from typing import Literal

import msgspec
from starlette.requests import Request

from sandbox.config import Zendesk
from sandbox.zendesk.book import Granted, ZendeskBook
from sandbox.zendesk.errors import Refused

LIFE_S = 1_800
SHORTEST_S, LONGEST_S = 300, 172_800
SCOPES = frozenset({"read", "write"})

Role = Literal["admin", "agent"]


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request for a token. Its lifetime is in seconds."""

    grant_type: Literal["client_credentials"]
    client_id: str
    client_secret: str
    scope: str
    expires_in: int = LIFE_S


def granted(config: Zendesk, book: ZendeskBook, body: bytes) -> dict[str, object]:
    """A new access token for the client."""
    try:
        wanted = msgspec.json.decode(body, type=Wanted)
    except msgspec.DecodeError as error:
        raise Refused(400, "invalid_request", str(error)) from error
    if (wanted.client_id, wanted.client_secret) != (config.client_id, config.client_secret):
        raise Refused(401, "invalid_client", "Client authentication failed")
    if not set(wanted.scope.split()) <= SCOPES:
        raise Refused(400, "invalid_scope", "The requested scope is invalid, unknown, or malformed.")
    if not SHORTEST_S < wanted.expires_in < LONGEST_S:
        raise Refused(400, "invalid_request", "expires_in is out of range")
    token = f"zendesk-access-{len(book.tokens) + 1}"
    book.tokens[token] = Granted(book.now_s() + wanted.expires_in, frozenset(wanted.scope.split()))
    return {
        "access_token": token,
        "token_type": "bearer",
        "scope": wanted.scope,
        "expires_in": wanted.expires_in,
    }


def role(config: Zendesk, book: ZendeskBook, request: Request) -> Role:
    """What the caller is in the account; a client acts as the admin who made it."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme == "Bearer" and (token := book.tokens.get(given)) and token.ends_s > book.now_s():
        if request.method != "GET" and "write" not in token.scopes:
            raise Refused(403, "Forbidden", "You do not have the scope for this action.")
        return "admin"
    email, _, secret = _basic(given).partition("/token:") if scheme == "Basic" else ("", "", "")
    roles: dict[str, Role] = {config.admin: "admin", config.agent: "agent"}
    if email not in roles or not hmac.compare_digest(secret.encode(), config.token.encode()):
        raise Refused(401, "Couldn't authenticate you")
    return roles[email]


def _basic(given: str) -> str:
    try:
        return base64.b64decode(given, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
