"""Keygen's API over HTTP: who may read what, in which version, and how answers look."""

import hmac
import time
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.faults import FaultySystem
from sandbox.keygen.errors import MEDIA_TYPE, Refused, answer, refusal
from sandbox.keygen.paging import LOGGED, PAGED, UUID, filtered, given, paged
from sandbox.keygen.rendering import rendered
from sandbox.keygen.resources import Content
from sandbox.keygen.window import Window
from sandbox.state import Sandbox

FAULTY: dict[str, FaultySystem] = {"/keygen/": "keygen"}
VERSIONS = {f"1.{minor}": (1, minor) for minor in range(9)}


class Listing(NamedTuple):
    """What a listing asks for; ``logs`` are of the Enterprise Edition, and take dates and events."""

    permission: str
    logs: bool = False


LISTINGS = {
    "products": Listing("product.read"),
    "policies": Listing("policy.read"),
    "licenses": Listing("license.read"),
    "machines": Listing("machine.read"),
    "event-logs": Listing("event-log.read", logs=True),
}


def routes(sandbox: Sandbox) -> list[Route]:
    """`/keygen/v1/accounts/{account}/{listing}` as Keygen has it."""
    window = Window(time.time)

    async def listed(request: Request) -> Response:
        content = sandbox.keygen.content
        if content is None:
            return refusal(Refused(404, "The requested account was not found"), {})
        headers = {**window.headers(content.requests_per_minute), "Keygen-Edition": content.edition}
        try:
            return answer(_listed(sandbox, content, request, headers), headers)
        except Refused as refused:
            return refusal(refused, headers)

    return [Route("/keygen/v1/accounts/{account}/{listing}", listed)]


def _listed(sandbox: Sandbox, content: Content, request: Request, headers: dict[str, str]) -> object:
    if "Retry-After" in headers:
        raise Refused(429, "Throttle limit has been reached for your IP address.", "TOO_MANY_REQUESTS")
    _check_media_type(request)
    headers["Keygen-Version"], version = _version(request, content)
    listing = _listing(sandbox, request, content)
    asked = given(request.query_params.multi_items(), PAGED | (LOGGED if listing.logs else frozenset()))
    rows = sandbox.keygen.listed(request.path_params["listing"])
    page = paged(request.url.path, filtered(rows, asked), asked, counted=not listing.logs)
    return {"data": [rendered(sandbox.keygen, row, version) for row in page.rows], "links": page.links}


def _check_media_type(request: Request) -> None:
    wanted = request.headers.get("accept", "*/*").split(",")
    if not {part.partition(";")[0].strip() for part in wanted} & {"*/*", MEDIA_TYPE, "application/json"}:
        raise Refused(400, "The request could not be completed", header="Accept")


def _version(request: Request, content: Content) -> tuple[str, tuple[int, int]]:
    named = request.headers.get("keygen-version", content.api_version).removeprefix("v")
    if named not in VERSIONS:
        raise Refused(400, "unsupported API version requested", "INVALID_API_VERSION")
    return named, VERSIONS[named]


def _listing(sandbox: Sandbox, request: Request, content: Content) -> Listing:
    if request.path_params["account"] not in {content.account, content.slug}:
        raise Refused(404, "The requested account was not found")
    if request.headers.get("keygen-environment"):
        raise Refused(400, "environment is invalid", "ENVIRONMENT_INVALID", header="Keygen-Environment")
    listing = LISTINGS.get(request.path_params["listing"])
    if listing is None or (listing.logs and content.edition == "CE"):
        raise Refused(404, "The requested endpoint was not found", "NOT_FOUND")
    if listing.logs and not content.entitled:
        raise Refused(403, "must have an EE license with the following entitlements: event_logs")
    _check_token(sandbox, request, content)
    if listing.permission not in content.token.permissions:
        raise Refused(403, "You do not have permission to complete the request")
    return listing


def _check_token(sandbox: Sandbox, request: Request, content: Content) -> None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Refused(401, "You must be authenticated to complete the request", "TOKEN_MISSING")
    if UUID.fullmatch(token):
        raise Refused(401, "Token format is invalid", "TOKEN_FORMAT_INVALID")
    if not hmac.compare_digest(token.encode(), content.token.value.encode()):
        raise Refused(401, "You must be authenticated to complete the request", "TOKEN_INVALID")
    if content.token.expiry is not None and content.token.expiry <= sandbox.keygen.now():
        raise Refused(401, "Token is expired", "TOKEN_EXPIRED")
