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
from sandbox.limits import TICKET_S, Minute
from sandbox.state import Sandbox
from sandbox.zendesk import access, exports, listings, writes
from sandbox.zendesk.book import ZendeskBook
from sandbox.zendesk.errors import Refused

NO_CONTENT = 204
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
    "organizations/show_many": Endpoint(listings.Many, writes.show_many),
}


class Change(NamedTuple):
    """A call at one thing, or at all of a kind, that reads or writes it: its method, arguments and act.

    ``act`` takes the book, the name of the thing if there is one, and the arguments.
    """

    method: str
    path: str
    arguments: type[msgspec.Struct]
    act: Callable[..., dict[str, object]]
    status: int = 200


CHANGES = (
    Change("PUT", "organizations/update_many", writes.Changes, writes.update_many),
    Change("PUT", "organizations/{name:int}/tags", writes.Tags, writes.add_tags),
    Change("DELETE", "organizations/{name:int}/tags", writes.Tags, writes.remove_tags, NO_CONTENT),
    Change("GET", "organization_fields", writes.Paged, writes.fields),
    Change("POST", "organization_fields", writes.NewField, writes.make_field, 201),
    Change("GET", "job_statuses/{name}", listings.Nothing, writes.job),
    Change("PUT", "tickets/{name:int}", writes.Update, writes.update_ticket),
    Change("GET", "tickets/{name:int}/audits", writes.Paged, writes.audits),
)


class Desk:
    """The stand-in: its book, and what is left of the minute."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._config = sandbox.config.zendesk
        self._book = sandbox.zendesk
        self._calls = Minute(self._config.calls_a_minute, time.monotonic)
        self._exports = Minute(self._config.exports_a_minute, time.monotonic)
        self._updates = Minute(self._config.updates_a_minute, time.monotonic)
        self._of_ticket: dict[int, Minute] = {}

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

    async def change(self, change: Change, request: Request) -> dict[str, object]:
        """Do what an admin may do."""
        if access.role(self._config, self._book, request) != "admin":
            raise Refused(403, "Forbidden", "You do not have access to this page.")
        name = request.path_params.get("name")
        if change.act is writes.update_ticket:
            self._count_update(int(name or 0))
        asked = await _asked(request, change.arguments)
        return change.act(self._book, asked) if name is None else change.act(self._book, name, asked)

    def _count_update(self, ticket: int) -> None:
        """Count an update of a ticket: of all, and of this one by this person."""
        times, clock = self._config.updates_a_ticket, time.monotonic
        own = self._of_ticket.setdefault(ticket, Minute(times, clock, TICKET_S))
        for limit in (self._updates, own):
            if not limit.take():
                headers = {"Retry-After": str(limit.resets_s)}
                raise Refused(
                    429, "APIRateLimitExceeded", "Number of allowed ticket updates exceeded", headers
                )

    def count(self) -> None:
        """Count a call of any kind; jobs go on meanwhile."""
        self._book.jobs.work()
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
    changed = [
        Route(
            f"/zendesk/api/v2/{each.path}",
            partial(_answer, desk, partial(desk.change, each), status=each.status),
            methods=[each.method],
        )
        for each in CHANGES
    ]
    return [
        *shown,
        *changed,
        Route("/zendesk/api/v2/users/me", partial(_answer, desk, desk.me)),
        Route("/zendesk/oauth/tokens", partial(_answer, desk, desk.token), methods=["POST"]),
    ]


async def _answer(desk: Desk, act: Callable[[Request], Any], request: Request, status: int = 200) -> Response:
    try:
        desk.count()
        content = await act(request)
        return (
            Response(status_code=status, headers=desk.headers)
            if status == NO_CONTENT
            else reply(content, status, desk.headers)
        )
    except Refused as refused:
        return reply(refused.body, refused.status, desk.headers | refused.headers)


async def _asked(request: Request, shape: type[msgspec.Struct]) -> msgspec.Struct:
    """The query of a GET, the JSON body of anything else; whatever is unknown or mistyped is refused."""
    if request.method == "GET":
        return _arguments(request, shape)
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        raise Refused(415, "UnsupportedMediaType", "JSON is needed")
    try:
        return msgspec.json.decode(await request.body(), type=shape)
    except msgspec.DecodeError as error:
        raise Refused(400, "BadRequest", str(error)) from error


def _arguments(request: Request, shape: type[msgspec.Struct]) -> msgspec.Struct:
    try:
        return msgspec.convert(dict(request.query_params), shape, strict=False)
    except msgspec.ValidationError as error:
        raise Refused(400, "InvalidParameter", str(error)) from error
