"""The service: what programs may ask under `/api/v1`, who may, and how they are answered."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from hashlib import sha256
from http import HTTPStatus
from typing import Any, NamedTuple

import msgspec
from fastapi import FastAPI, Request
from fastapi.responses import Response

from dashboard.api.callers import Caller, Scope, caller
from dashboard.api.params import Param, Schema, read
from dashboard.api.problems import Problem, limits
from dashboard.letters import READING
from worker.deployment import Deployment

BASE = "/api/v1"
MEDIA = "application/json"


class Ask(NamedTuple):
    """What is asked: parts of the path, parameters, and of what."""

    path: Mapping[str, str]
    params: Mapping[str, str]
    deployment: Deployment


class Operation(NamedTuple):
    """One thing that can be asked: where, by which scope, and what it answers.

    ``schema`` is of the answer, and ``example`` one. Without a scope anybody may ask.
    """

    path: str
    title: str
    about: str
    scope: Scope | None
    answer: Callable[[Ask], object]
    schema: Schema
    example: object
    params: Sequence[Param] = ()

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of what stands in braces in the path."""
        return tuple(piece[1:-1] for piece in self.path.split("/") if piece.startswith("{"))


class Service:
    """Answers programs about one installation."""

    def __init__(self, deployment: Callable[[], Deployment], operations: Sequence[Operation]) -> None:
        """Hold what can be asked, and of what."""
        self._deployment = deployment
        self.operations = operations

    def serve_from(self, app: FastAPI) -> None:
        """Add the routes."""
        for each in self.operations:
            app.add_api_route(BASE + each.path, partial(self._answer, each), methods=[*READING])

    def _answer(self, operation: Operation, request: Request) -> Response:
        deployment = self._deployment()
        asks = _let_in(deployment, operation.scope, request) if operation.scope else None
        params = read(request, operation.params)
        document = operation.answer(Ask(request.path_params, params, deployment))
        return _reply(request, document, asks)


def _let_in(deployment: Deployment, scope: Scope, request: Request) -> Caller:
    """Return who asks. Raises `Problem`, and `TooOften`."""
    token = _bearer(request)
    asks = caller(deployment.database, token, deployment.settings.api_calls_a_minute) if token else None
    if asks is None:
        raise Problem(
            HTTPStatus.UNAUTHORIZED,
            "Send a token that counts, as `Authorization: Bearer …`: not one that has ended or was revoked.",
            headers={"WWW-Authenticate": _challenge("invalid_token") if token else _challenge()},
        )
    request.state.quota = asks.quota
    if not asks.may(scope):
        raise Problem(
            HTTPStatus.FORBIDDEN,
            f"The token has not the scope {scope}.",
            headers={"WWW-Authenticate": f'{_challenge("insufficient_scope")}, scope="{scope}"'},
        )
    return asks


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _challenge(error: str = "") -> str:
    return 'Bearer realm="seatsignal"' + (f', error="{error}"' if error else "")


def _reply(request: Request, document: object, asks: Caller | None) -> Response:
    """Answer with a document, or with nothing where the caller has it already."""
    body = msgspec.json.encode(document)
    tag = f'"{sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Authorization"}
    headers |= limits(asks.quota) if asks else {}
    if _has(request.headers.getlist("if-none-match"), tag):
        return Response(None, HTTPStatus.NOT_MODIFIED, headers)
    return Response(body, HTTPStatus.OK, headers, MEDIA)


def _has(stated: Sequence[str], tag: str) -> bool:
    tags = [each.strip().removeprefix("W/") for line in stated for each in line.split(",")]
    return "*" in tags or tag in tags


def schema_of(kind: Any) -> Schema:  # noqa: ANN401 - a type of msgspec's
    """Return where OpenAPI says what a type is."""
    return {"$ref": f"#/components/schemas/{kind.__name__}"}
