"""PostHog's query endpoint over HTTP: who may ask, how often, and how answers look."""

import hmac
from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.answers import reply
from sandbox.faults import FaultySystem
from sandbox.posthog.answering import columns, rows
from sandbox.posthog.book import PostHogBook
from sandbox.posthog.errors import Refused
from sandbox.posthog.hogql import DEFAULT_ROWS, Asked, read
from sandbox.state import Sandbox

FAULTY: dict[str, FaultySystem] = {"/posthog/": "posthog"}
SCOPE = "query:read"
NOW = "force_blocking"


class HogQLQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A query and the values of its placeholders."""

    kind: Literal["HogQLQuery"]
    query: str
    values: Mapping[str, str] = {}


class QueryRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A query, and whether an answer that was found before will do."""

    query: HogQLQuery
    refresh: Literal["blocking", "force_blocking"] = "blocking"


REQUEST = msgspec.json.Decoder(QueryRequest)


def routes(sandbox: Sandbox) -> list[Route]:
    """`/posthog/api/projects/{id}/query/`, the only endpoint that there is."""
    book = sandbox.posthog

    async def query(request: Request) -> Response:
        try:
            _check_caller(book, request)
            return Response(_answer(book, await request.body()), media_type="application/json")
        except Refused as refused:
            return reply(refused.content, refused.status, refused.headers)

    return [Route("/posthog/api/projects/{project}/query/", query, methods=["POST"])]


def _check_caller(book: PostHogBook, request: Request) -> None:
    """In PostHog's order: who, which project, which scope, how often."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme != "Bearer" or not key:
        raise _unknown("not_authenticated", "Authentication credentials were not provided.")
    known = [held for held in book.content.keys if hmac.compare_digest(held.encode(), key.encode())]
    if not known:
        raise _unknown(
            "authentication_failed", "Personal API key found in request Authorization header is invalid."
        )
    if request.path_params["project"] != str(book.content.project_id):
        raise Refused("Project not found.", 404, "invalid_request", "not_found")
    if not {SCOPE, "*"} & set(book.content.keys[known[0]]):
        detail = f"API key missing required scope '{SCOPE}'"
        raise Refused(detail, 403, "authentication_error", "permission_denied")
    wait_s = book.throttle.wait_s()
    if wait_s:
        raise Refused.throttled(wait_s)
    if request.query_params:
        raise Refused("The stand-in knows no query parameters.")


def _unknown(code: str, detail: str) -> Refused:
    return Refused(detail, 401, "authentication_error", code)


def _answer(book: PostHogBook, body: bytes) -> bytes:
    try:
        asked = REQUEST.decode(body)
    except msgspec.DecodeError as error:
        raise Refused(f"JSON parse error - {error}", 400, "invalid_request", "parse_error") from error
    if asked.refresh == NOW:
        return msgspec.json.encode(_found(book, asked.query))
    same = msgspec.json.encode(asked.query)
    if same not in book.answered:
        book.answered[same] = msgspec.json.encode(_found(book, asked.query))
    return book.answered[same]


def _found(book: PostHogBook, query: HogQLQuery) -> dict[str, Any]:
    asked = read(query.query)
    _check_values(asked, query.values)
    limit = asked.limit or DEFAULT_ROWS
    try:
        found = rows(book, asked, query.values, limit + 1)
    except ValueError as error:
        raise Refused(f"The stand-in cannot read a value: {error}") from error
    names = columns(asked)
    return {
        "columns": [name for name, _ in names],
        "types": names,
        "results": found[:limit],
        "hasMore": None if asked.limit else len(found) > limit,
        "limit": limit,
        "is_cached": False,
        "hogql": query.query,
        "query": query.query,
        "error": None,
        "query_status": None,
    }


def _check_values(asked: Asked, values: Mapping[str, str]) -> None:
    for missing in sorted(asked.placeholders - values.keys()):
        raise Refused(f"Placeholder {{{missing}}} is not available in this context.")
    for unused in sorted(values.keys() - asked.placeholders):
        raise Refused(f"The stand-in knows no use of the value {unused}.")
