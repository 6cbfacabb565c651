"""Intercom's API over HTTP: who may call, in which version, how often, with which arguments."""

import base64
import binascii
import hmac
import time
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.answers import reply
from sandbox.faults import FaultySystem
from sandbox.intercom.book import IntercomBook
from sandbox.intercom.errors import Refused
from sandbox.intercom.objects import Conversation
from sandbox.limits import Minute
from sandbox.state import Sandbox

FAULTY: dict[str, FaultySystem] = {"/intercom/": "intercom"}
VERSIONS = frozenset({"2.14", "2.15"})
WINDOW_S = 10.0
MOST_COMPANIES = 10_000
Shown = dict[str, object]


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """No arguments."""


class Numbered(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How companies are listed."""

    page: Annotated[int, Meta(ge=1)] = 1
    per_page: Annotated[int, Meta(ge=1, le=60)] = 15


class Filter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A condition on an instant, in seconds since 1970."""

    field: Literal["created_at", "updated_at"]
    operator: Literal["=", ">", "<"]
    value: Annotated[int, Meta(ge=0)]

    def fits(self, each: Conversation) -> bool:
        """Whether it holds; bounds are within."""
        at = int(getattr(each, self.field))
        return {"=": at == self.value, ">": at >= self.value, "<": at <= self.value}[self.operator]


class Filters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Conditions that all hold."""

    operator: Literal["AND"]
    value: Annotated[tuple[Filter, ...], Meta(min_length=1, max_length=15)]


class Paging(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much of what is found is shown."""

    per_page: Annotated[int, Meta(ge=1, le=150)] = 20
    starting_after: str | UnsetType | None = UNSET


class Search(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A search for conversations."""

    query: Filters
    pagination: Paging = Paging()


class Inbox:
    """The stand-in: its book, and what is left of the ten seconds."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._config = sandbox.config.intercom
        self.book = sandbox.intercom
        self._calls = Minute(self._config.calls_a_window, time.monotonic, WINDOW_S)

    def admit(self, request: Request) -> None:
        """Let in who has the token, speaks a version, and has not called too often."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or not hmac.compare_digest(token.encode(), self._config.token.encode()):
            raise Refused(401, "unauthorized", "Access Token Invalid")
        if request.headers.get("intercom-version") not in VERSIONS:
            raise Refused(400, "intercom_version_invalid", "The requested version could not be found")
        if not self._calls.take():
            raise Refused(429, "rate_limit_exceeded", "Exceeded rate limit in 10_seconds", self.headers)

    @property
    def headers(self) -> dict[str, str]:
        """What every answer says of the limit; the end of the window is told by the stand-ins' clock."""
        return {
            "X-RateLimit-Limit": str(self._calls.calls),
            "X-RateLimit-Remaining": str(self._calls.left),
            "X-RateLimit-Reset": str(int(self.book.now_s()) + self._calls.resets_s),
        }


def routes(sandbox: Sandbox) -> list[Route]:
    """`/intercom/me`, `/intercom/companies` and `/intercom/conversations/search` as Intercom has them."""
    inbox = Inbox(sandbox)
    return [
        Route("/intercom/me", partial(_answer, inbox, Nothing, _me)),
        Route("/intercom/companies", partial(_answer, inbox, Numbered, _companies)),
        Route("/intercom/conversations/search", partial(_answer, inbox, Search, _searched), methods=["POST"]),
    ]


async def _answer(
    inbox: Inbox, shape: type[Any], act: Callable[[IntercomBook, Any], Shown], request: Request
) -> Response:
    try:
        inbox.admit(request)
        return reply(act(inbox.book, await _asked(request, shape)), 200, inbox.headers)
    except Refused as refused:
        return reply(refused.body, refused.status, refused.headers)


async def _asked(request: Request, shape: type[Any]) -> object:
    """The query of a GET, the JSON body of a POST; whatever is unknown or mistyped is refused."""
    try:
        if request.method == "GET":
            return msgspec.convert(dict(request.query_params), shape, strict=False)
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            raise Refused(415, "media_type_not_acceptable")
        return msgspec.json.decode(await request.body(), type=shape)
    except msgspec.DecodeError as error:
        raise Refused(400, "parameter_invalid", str(error)) from error


def _me(_book: IntercomBook, _asked: Nothing) -> Shown:
    return {"type": "admin", "id": "1295", "name": "Robin Vale", "email": "robin.vale@seller.example"}


def _companies(book: IntercomBook, asked: Numbered) -> Shown:
    if asked.page * asked.per_page > MOST_COMPANIES:
        raise Refused(400, "bad_request", "page limit reached, please use the scroll API")
    there = book.companies()
    size = asked.per_page
    total = max(-(-len(there) // size), 1)
    part = there[(asked.page - 1) * size : asked.page * size]
    pages = {"type": "pages", "page": asked.page, "per_page": size, "total_pages": total, "next": None}
    return {"type": "list", "data": part, "total_count": len(there), "pages": pages}


def _searched(book: IntercomBook, asked: Search) -> Shown:
    found = [each for each in book.conversations() if all(one.fits(each) for one in asked.query.value)]
    size, after = asked.pagination.per_page, asked.pagination.starting_after or ""
    rest = [each for each in found if not after or (each.updated_at, each.id) < _place(book, str(after))]
    part = rest[:size]
    pages: Shown = {"type": "pages", "page": 1, "per_page": size, "total_pages": -(-len(found) // size)}
    if len(rest) > size:
        pages["next"] = {"per_page": size, "starting_after": _cursor(part[-1])}
    count = {"total_count": len(found), "pages": pages}
    return {"type": "conversation.list", "conversations": part, **count}


def _cursor(each: Conversation) -> str:
    return base64.b64encode(f"{each.updated_at}|{each.id}".encode()).decode()


def _place(book: IntercomBook, cursor: str) -> tuple[int, str]:
    try:
        at, _, name = base64.b64decode(cursor, validate=True).decode().partition("|")
        place = int(at), name
    except (binascii.Error, ValueError) as error:
        raise Refused(400, "parameter_invalid", "starting_after is not valid") from error
    if place[0] < book.contents.cursors_since_s:
        raise Refused(400, "parameter_invalid", "starting_after is not valid")
    return place
