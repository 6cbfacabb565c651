"""Zendesk's API over HTTP: who may call, how often, with which arguments."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.answers import reply
from sandbox.faults import FaultySystem
from sandbox.state import Sandbox
from sandbox.zendesk import access, exports, listings
from sandbox.zendesk.book import ZendeskBook
from sandbox.zendesk.errors import Refused
from sandbox.zendesk.limits import Minute

FAULTY: dict[str, FaultySystem] = {"/zendesk/": "zendesk"}


class Endpoint(NamedTuple):
    """What an endpoint takes and shows; all but one are for admins, and some are exports."""

    arguments: type[msgspec.Struct]
    show: Callable[[ZendeskBook, Any], dict[str, object]]
    is_export: bool = False


ENDPOINTS = {
    "incremental/organizations": Endpoint(exports.Since, exports.organizations, is_export=True),
    "incremental/tickets/cursor": Endpoint(exports.From, exports.tickets, is_export=True),
    "satisfaction_ratings": Endpoint(listings.Ratings, listings.ratings),
    "tickets/show_many": Endpoint(listings.Many, listings.many),
}


class Desk:
    """The stand-in: its book, and what is left of the minute."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._config = sandbox.config.zendesk
        self._book = sandbox.zendesk
        self._calls = Minute(self._config.calls_a_minute, time.monotonic)
        self._exports = Minute(self._config.exports_a_minute, time.monotonic)

    async def token(self, request: Request) -> dict[str, object]:
        """Give out an OAuth token."""
        return access.granted(self._config, self._book, await request.body())

    async def me(self, request: Request) -> dict[str, object]:
        """Say who the caller is, to anyone who is somebody."""
        role = access.role(self._config, self._book, request)
        _arguments(request, listings.Nothing)
        return listings.me(role)

    async def show(self, endpoint: Endpoint, request: Request) -> dict[str, object]:
        """Show what an admin may see."""
        if access.role(self._config, self._book, request) != "admin":
            raise Refused(403, "Forbidden", "You do not have access to this page.")
        if endpoint.is_export and not self._exports.take():
            raise Refused(
                429,
                "APIRateLimitExceeded",
                "Number of allowed incremental export API requests per minute exceeded",
                {"Retry-After": str(self._exports.resets_s)},
            )
        return endpoint.show(self._book, _arguments(request, endpoint.arguments))

    def count(self) -> None:
        """Count a call of any kind."""
        if not self._calls.take():
            headers = {"Retry-After": str(self._calls.resets_s)}
            raise Refused(429, "APIRateLimitExceeded", "Number of allowed API requests exceeded", headers)

    @property
    def headers(self) -> dict[str, str]:
        """What every answer says of the limits."""
        own, limit = self._exports, self._calls
        return {
            "ratelimit-limit": str(limit.calls),
            "ratelimit-remaining": str(limit.left),
            "ratelimit-reset": str(limit.resets_s),
            "zendesk-ratelimit-incremental-exports": (
                f"total={own.calls}; remaining={own.left}; resets={own.resets_s}"
            ),
        }


def routes(sandbox: Sandbox) -> list[Route]:
    """`/zendesk/api/v2/…` and `/zendesk/oauth/tokens` as Zendesk has them."""
    desk = Desk(sandbox)
    shown = [
        Route(f"/zendesk/api/v2/{path}", partial(_answer, desk, partial(desk.show, endpoint)))
        for path, endpoint in ENDPOINTS.items()
    ]
    return [
        *shown,
        Route("/zendesk/api/v2/users/me", partial(_answer, desk, desk.me)),
        Route("/zendesk/oauth/tokens", partial(_answer, desk, desk.token), methods=["POST"]),
    ]


async def _answer(desk: Desk, act: Callable[[Request], Any], request: Request) -> Response:
    try:
        desk.count()
        return reply(await act(request), 200, desk.headers)
    except Refused as refused:
        return reply(refused.body, refused.status, desk.headers | refused.headers)


def _arguments(request: Request, shape: type[msgspec.Struct]) -> msgspec.Struct:
    try:
        return msgspec.convert(dict(request.query_params), shape, strict=False)
    except msgspec.ValidationError as error:
        raise Refused(400, "InvalidParameter", str(error)) from error
