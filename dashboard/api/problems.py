"""Problems: what the analytics API answers where it has nothing else to say (RFC 9457)."""

from collections.abc import Mapping
from http import HTTPStatus

import msgspec
import structlog
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from dashboard.api.callers import WINDOW_S, Quota, TooOften
from store.database import Unavailable

log = structlog.get_logger()

MEDIA = "application/problem+json"
UNDER = "/api/"
"""How the paths begin at which problems are told so."""
RETRY_S = 60
PLAIN = "about:blank"
QUOTA = "https://iana.org/assignments/http-problem-types#quota-exceeded"
_DETAILS = {
    HTTPStatus.NOT_FOUND: "There is nothing at this address.",
    HTTPStatus.METHOD_NOT_ALLOWED: "The analytics API is read with GET and HEAD alone.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is too large; the analytics API reads none.",
    HTTPStatus.REQUEST_TIMEOUT: "The body did not arrive in time.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The database cannot be reached just now. Nothing is lost.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "It was not your doing; it is in the log of whoever runs this.",
}
_ELSE = "It cannot be answered as it was asked; /api/v1/openapi.json says how to ask."


class Problem(Exception):  # noqa: N818 - RFC 9457 calls it so
    """Something that is asked cannot be answered: a status, why, and the parameter that is at fault."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str = "",
        parameter: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Keep what to tell."""
        super().__init__(detail)
        self.status, self.detail, self.parameter = status, detail, parameter
        self.headers = dict(headers or {})


class Told(msgspec.Struct, frozen=True, omit_defaults=True, rename={"policies": "violated-policies"}):
    """What went wrong. `parameter` is what of the address is at fault, `violated-policies` the limit hit."""

    title: str
    status: int
    detail: str
    instance: str
    type: str = PLAIN
    parameter: str = ""
    policies: tuple[str, ...] = ()


def answer(request: Request, error: Exception) -> Response:
    """Answer with a problem."""
    problem = _problem(error)
    quota = error.quota if isinstance(error, TooOften) else getattr(request.state, "quota", None)
    headers = problem.headers | (limits(quota) if quota else {})
    return told(problem, request.url.path, headers)


def told(problem: Problem, path: str, headers: Mapping[str, str]) -> Response:
    """Return a problem at a path as an answer."""
    is_quota = problem.status == HTTPStatus.TOO_MANY_REQUESTS
    document = {
        "type": QUOTA if is_quota else PLAIN,
        "title": problem.status.phrase,
        "status": int(problem.status),
        "detail": problem.detail or _DETAILS.get(problem.status, _ELSE),
        "instance": path,
    }
    document |= {"parameter": problem.parameter} if problem.parameter else {}
    document |= {"violated-policies": ["minute"]} if is_quota else {}
    return Response(msgspec.json.encode(document), problem.status, dict(headers), MEDIA)


def limits(quota: Quota) -> dict[str, str]:
    """Return the headers that say what a token has, and has left (draft-ietf-httpapi-ratelimit-headers)."""
    return {
        "RateLimit-Policy": f'"minute";q={quota.limit};w={WINDOW_S}',
        "RateLimit": f'"minute";r={quota.remaining};t={quota.left_s}',
    }


def _problem(error: Exception) -> Problem:
    match error:
        case Problem():
            return error
        case TooOften():
            retry = {"Retry-After": str(error.quota.left_s)}
            detail = f"A token has {error.quota.limit} calls a minute."
            return Problem(HTTPStatus.TOO_MANY_REQUESTS, detail, headers=retry)
        case Unavailable():
            log.warning("database_away", reason=str(error))
            return Problem(HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": str(RETRY_S)})
        case HTTPException(status_code=HTTPStatus.METHOD_NOT_ALLOWED):
            return Problem(HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": "GET, HEAD"})
        case HTTPException():
            return Problem(HTTPStatus(error.status_code), headers=dict(error.headers or {}))
        case _:
            is_none = isinstance(error, RequestValidationError)
            return Problem(HTTPStatus.UNPROCESSABLE_ENTITY if is_none else HTTPStatus.INTERNAL_SERVER_ERROR)
