"""The description of the API (OpenAPI 3.1), made of what it answers by."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import msgspec

from dashboard.api import problems, shapes
from dashboard.api.accounts import KEY_LIMIT
from dashboard.api.params import Param, Schema
from dashboard.api.service import BASE, Operation, schema_of

MEDIA = "application/json"
PATH = "/openapi.json"
ABOUT = (
    "What Seatsignal found of every account, read only. Pages go on where `next` says; money is minor units "
    "beside its currency; days and instants are ISO 8601. Answers carry an ETag: send it back as "
    "`If-None-Match`."
)
_SHAPES = (shapes.Account, shapes.Scores, shapes.Explanation, shapes.Figure, shapes.Experiment, problems.Told)
_EXAMPLES = {"/accounts/": "c-1042", "/figures/": "active_licences", "/experiments/": "limit_letter"}
"""What may stand for the part of a path, by how the path begins."""
_WHEN = {
    HTTPStatus.BAD_REQUEST: "A parameter is not what it may be; `parameter` says which.",
    HTTPStatus.UNAUTHORIZED: "No token, or none that counts.",
    HTTPStatus.FORBIDDEN: "The token has not the scope.",
    HTTPStatus.NOT_FOUND: "There is no such thing.",
    HTTPStatus.TOO_MANY_REQUESTS: "The token has used up its minute; `Retry-After` says when the next is.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The database is away, or busy; `Retry-After` says when to come again.",
}
_HEADERS = {
    "ETag": "What this answer is known by.",
    "RateLimit-Policy": "How many calls a token has.",
    "RateLimit": "How many are left, and for how many seconds.",
}


def description(operations: Sequence[Operation]) -> Schema:
    """Return the OpenAPI document of operations."""
    _, components = msgspec.json.schema_components(_SHAPES, ref_template="#/components/schemas/{name}")
    return {
        "openapi": "3.1.0",
        "info": {"title": "Seatsignal analytics API", "version": "1", "description": ABOUT},
        "servers": [{"url": "/"}],
        "paths": {BASE + each.path: {"get": _operation(each)} for each in operations},
        "components": {
            "schemas": dict(components),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def itself() -> Schema:
    """Return the schema of the document."""
    return {"type": "object", "required": ["openapi", "info", "paths"]}


def _operation(of: Operation) -> Schema:
    secured = {"security": [{"token": [str(of.scope)]}]} if of.scope else {"security": []}
    return {
        "operationId": _id(of.path),
        "summary": of.title,
        "description": of.about,
        "tags": [str(of.scope or "description")],
        "parameters": [*(_part(name, of.path) for name in of.parts), *map(_param, of.params)],
        "responses": _responses(of),
        **secured,
    }


def _id(path: str) -> str:
    pieces = path.removesuffix(".json").replace("{", "").replace("}", "").split("/")
    return "_".join(piece for piece in pieces if piece)


def _part(name: str, path: str) -> Schema:
    schema = {"type": "string", "minLength": 1, "maxLength": KEY_LIMIT, "pattern": r"^[^/\u0000]+$"}
    example = next(each for begins, each in _EXAMPLES.items() if path.startswith(begins))
    return {"name": name, "in": "path", "required": True, "schema": schema, "example": example}


def _param(of: Param) -> Schema:
    said = {"example": of.example} if of.example else {}
    return {"name": of.name, "in": "query", "description": of.about, "schema": of.schema, **said}


def _responses(of: Operation) -> Schema:
    refused = [HTTPStatus.BAD_REQUEST, HTTPStatus.SERVICE_UNAVAILABLE]
    if of.scope:
        refused += [HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS]
    if of.parts:
        refused.append(HTTPStatus.NOT_FOUND)
    content = {MEDIA: {"schema": of.schema, "example": of.example}}
    headers = {name: _header(about) for name, about in _HEADERS.items() if of.scope or name == "ETag"}
    return {
        "200": {"description": of.title, "headers": headers, "content": content},
        "304": {"description": "It is as it was."},
        **{str(int(status)): _refused(status) for status in sorted(refused)},
    }


def _header(about: str) -> Schema:
    return {"description": about, "required": True, "schema": {"type": "string"}}


def _refused(status: HTTPStatus) -> dict[str, Any]:
    example = {
        "type": problems.QUOTA if status == HTTPStatus.TOO_MANY_REQUESTS else problems.PLAIN,
        "title": status.phrase,
        "status": int(status),
        "detail": _WHEN[status],
        "instance": f"{BASE}/accounts",
    }
    content = {problems.MEDIA: {"schema": schema_of(problems.Told), "example": example}}
    return {"description": _WHEN[status], "content": content}
