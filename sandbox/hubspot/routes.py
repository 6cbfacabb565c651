"""HubSpot's API over HTTP: who may call what, how often, and how answers look."""

import hmac
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.answers import reply
from sandbox.faults import FaultySystem
from sandbox.hubspot import deals, lists, objects, search
from sandbox.hubspot.book import HubSpotBook
from sandbox.hubspot.errors import Refused, invalid, missing_scopes
from sandbox.hubspot.shapes import Group, Kind, Property
from sandbox.state import Sandbox

T = TypeVar("T")
FAULTY: dict[str, FaultySystem] = {"/hubspot/": "hubspot"}
DATED = ("2026-03", "2026-09")
JSON = "application/json"
Done = tuple[int, object]


class OwnersAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How owners are asked for."""

    limit: int = 100
    after: str = ""
    email: str = ""
    archived: bool = False


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """No arguments."""


class Call(NamedTuple):
    """A call: its arguments, what it does, and the scopes any one of which allows it."""

    arguments: type[Any]
    act: Callable[[HubSpotBook, Any], Done]
    scopes: tuple[str, ...]
    searching: bool = False


def routes(sandbox: Sandbox) -> list[Route]:
    """The CRM API under its dated versions and under v3, and `/hubspot/traffic` for the judge."""

    async def traffic(_request: Request) -> Response:
        counted = sandbox.hubspot.traffic
        return reply({"calls": counted.calls, "limited": counted.limited, "early": counted.early})

    calls = [
        Route(f"/hubspot/crm/{path}", _endpoint(sandbox, call), methods=[method])
        for (method, area, rest), call in CALLS.items()
        for path in _paths(area, rest)
    ]
    named = [
        Route(f"/hubspot/crm/{path}/object-type-id/{{type}}/name/{{name}}", _named(sandbox))
        for path in _paths("lists", "")
    ]
    return [*calls, *named, Route("/hubspot/traffic", traffic)]


def _paths(area: str, rest: str) -> list[str]:
    """What is dated of associations was their v4."""
    older = "v4" if area == "associations" else "v3"
    return [f"{area}/{version}{rest}" for version in DATED] + [f"{older}/{area}{rest}"]


def _endpoint(sandbox: Sandbox, call: Call) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        book = sandbox.hubspot
        try:
            _check_key(sandbox, request)
            book.traffic.take(searching=call.searching)
            _check_scopes(sandbox, call)
            status, content = call.act(book, await _arguments(request, call.arguments))
        except Refused as refused:
            status, content = refused.status, refused.content
        return reply(content, status, {} if call.searching else book.traffic.headers())

    return endpoint


def _named(sandbox: Sandbox) -> Callable[[Request], Any]:
    """A list by its name, which stands in the path."""

    async def endpoint(request: Request) -> Response:
        kind, name = request.path_params["type"], request.path_params["name"]
        call = Call(Nothing, lambda book, _asked: lists.found(book, kind, name), ("crm.lists.read",))
        answer: Response = await _endpoint(sandbox, call)(request)
        return answer

    return endpoint


def _check_key(sandbox: Sandbox, request: Request) -> None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    known = hmac.compare_digest(token.encode(), sandbox.config.hubspot_token.encode())
    if scheme != "Bearer" or not known:
        raise Refused(401, "INVALID_AUTHENTICATION", "Authentication credentials not found.")


def _check_scopes(sandbox: Sandbox, call: Call) -> None:
    if not {*call.scopes} & {*sandbox.config.hubspot_scopes}:
        raise missing_scopes(call.scopes)


async def _arguments(request: Request, shape: type[T]) -> T:
    """The query of a GET, the JSON body of a POST; whatever is unknown or mistyped is refused."""
    try:
        if request.method == "GET":
            return msgspec.convert(dict(request.query_params), shape, strict=False)
        if request.headers.get("content-type", "").partition(";")[0] != JSON:
            raise Refused(415, "VALIDATION_ERROR", "Unsupported media type")
        return msgspec.json.decode(await request.body(), type=shape)
    except msgspec.DecodeError as error:
        raise invalid(f"Invalid input JSON: {error}") from error


# -- calls -------------------------------------------------------------------------------------------


def _owners(book: HubSpotBook, asked: OwnersAsked) -> Done:
    if not 1 <= asked.limit <= 500 or not (asked.after or "0").isdecimal():  # noqa: PLR2004 - HubSpot's own
        raise invalid("Invalid paging")
    there = [
        owner
        for owner in book.owners.values()
        if owner.archived == asked.archived and asked.email.lower() in {"", owner.email.lower()}
    ]
    start = int(asked.after or 0)
    end = start + asked.limit
    following = {"paging": {"next": {"after": str(end)}}} if end < len(there) else {}
    return 200, {"results": there[start:end], **following}


def _listing(kind: Kind) -> Callable[[HubSpotBook, objects.Page], Done]:
    return lambda book, asked: (200, objects.listed(book, kind, asked))


def _searching(kind: Kind) -> Callable[[HubSpotBook, search.Search], Done]:
    return lambda book, asked: (200, search.searched(book, kind, asked))


def _changing(kind: Kind) -> Callable[[HubSpotBook, objects.Changes], Done]:
    return lambda book, asked: objects.change(book, kind, asked)


def _reading(kind: Kind) -> Callable[[HubSpotBook, objects.Reading], Done]:
    return lambda book, asked: objects.read(book, kind, asked)


def _task(book: HubSpotBook, asked: objects.Creation) -> Done:
    return 201, objects.create_task(book, asked)


def _ends(kind: Kind, with_kind: Kind) -> Callable[[HubSpotBook, deals.Asking], Done]:
    return lambda book, asked: deals.associated(book, kind, with_kind, asked)


def _pipelines(book: HubSpotBook, _asked: Nothing) -> Done:
    return 200, {"results": [*book.pipelines.values()]}


def _properties(kind: Kind) -> Callable[[HubSpotBook, Nothing], Done]:
    return lambda book, _asked: (200, {"results": [*book.schema.properties[kind].values()]})


def _groups(kind: Kind) -> Callable[[HubSpotBook, Nothing], Done]:
    return lambda book, _asked: (200, {"results": [*book.schema.groups[kind].values()]})


def _new_property(kind: Kind) -> Callable[[HubSpotBook, Property], Done]:
    def make(book: HubSpotBook, asked: Property) -> Done:
        if asked.name in book.schema.properties[kind]:
            raise Refused(409, "OBJECT_ALREADY_EXISTS", f"A property named '{asked.name}' already exists.")
        try:
            book.schema.add(kind, asked)
        except ValueError as error:
            raise invalid(str(error)) from error
        return 201, asked

    return make


def _new_group(kind: Kind) -> Callable[[HubSpotBook, Group], Done]:
    def make(book: HubSpotBook, asked: Group) -> Done:
        if asked.name in book.schema.groups[kind]:
            raise Refused(409, "OBJECT_ALREADY_EXISTS", f"A group named '{asked.name}' already exists.")
        try:
            book.schema.add_group(kind, asked)
        except ValueError as error:
            raise invalid(str(error)) from error
        return 201, asked

    return make


_READ: Mapping[Kind, str] = {
    "companies": "crm.objects.companies.read",
    "contacts": "crm.objects.contacts.read",
    "tasks": "crm.objects.contacts.read",
    "deals": "crm.objects.deals.read",
}
_WRITE: Mapping[Kind, str] = {
    "companies": "crm.objects.companies.write",
    "tasks": "crm.objects.contacts.write",
    "deals": "crm.objects.deals.write",
}
_SHAPE: Mapping[Kind, str] = {
    "companies": "crm.schemas.companies",
    "contacts": "crm.schemas.contacts",
    "tasks": "crm.schemas.contacts",
    "deals": "crm.schemas.deals",
}


def _calls() -> dict[tuple[str, str, str], Call]:
    """Every call by method, area and the rest of the path."""
    calls = {("GET", "owners", ""): Call(OwnersAsked, _owners, ("crm.objects.owners.read",))}
    for kind, scope in _READ.items():
        reads, shapes = (scope,), (f"{_SHAPE[kind]}.write",)
        known = (scope, f"{_SHAPE[kind]}.read")
        calls |= {
            ("GET", "objects", f"/{kind}"): Call(objects.Page, _listing(kind), reads),
            ("POST", "objects", f"/{kind}/search"): Call(
                search.Search, _searching(kind), reads, searching=True
            ),
            ("POST", "objects", f"/{kind}/batch/read"): Call(objects.Reading, _reading(kind), reads),
            ("GET", "properties", f"/{kind}"): Call(Nothing, _properties(kind), known),
            ("POST", "properties", f"/{kind}"): Call(Property, _new_property(kind), shapes),
            ("GET", "properties", f"/{kind}/groups"): Call(Nothing, _groups(kind), known),
            ("POST", "properties", f"/{kind}/groups"): Call(Group, _new_group(kind), shapes),
        }
    for kind, scope in _WRITE.items():
        calls["POST", "objects", f"/{kind}/batch/update"] = Call(objects.Changes, _changing(kind), (scope,))
    calls["POST", "objects", "/tasks"] = Call(objects.Creation, _task, (_WRITE["tasks"],))
    return calls | _of_deals()


def _of_deals() -> dict[tuple[str, str, str], Call]:
    reads, writes = (_READ["deals"],), (_WRITE["deals"],)
    return {
        ("POST", "objects", "/deals/batch/upsert"): Call(deals.Keepings, deals.keep, writes),
        ("POST", "associations", "/companies/deals/batch/read"): Call(
            deals.Asking, _ends("companies", "deals"), reads
        ),
        ("POST", "associations", "/deals/companies/batch/read"): Call(
            deals.Asking, _ends("deals", "companies"), reads
        ),
        ("POST", "associations", "/deals/companies/batch/associate/default"): Call(
            deals.Pairs, deals.join, writes
        ),
        ("GET", "pipelines", "/deals"): Call(Nothing, _pipelines, reads),
        ("POST", "lists", ""): Call(lists.Creation, lists.create, ("crm.lists.write",)),
    }


CALLS = _calls()
