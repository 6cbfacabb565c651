"""Refusals: with which status, and which headers, something is answered that cannot be."""

from http import HTTPStatus

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Match

from config.links import BadLink
from store.database import Unavailable

log = structlog.get_logger()

RETRY_S = 60


def refused(request: Request, error: Exception) -> HTTPException:
    """Return the refusal that an error comes to; of what nobody knows, that it could not be read."""
    match error:
        case HTTPException(status_code=HTTPStatus.METHOD_NOT_ALLOWED):
            return HTTPException(HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": _allowed(request)})
        case HTTPException():
            return error
        case BadLink():
            return HTTPException(HTTPStatus.NOT_FOUND)
        case Unavailable():
            log.warning("database_away", reason=str(error))
            return HTTPException(HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": str(RETRY_S)})
        case _:
            return HTTPException(HTTPStatus.BAD_REQUEST)


def _allowed(request: Request) -> str:
    """Return the methods of every route of a path; the router names those of the first alone."""
    routes = (route for route in request.app.routes if route.matches(request.scope)[0] is not Match.NONE)
    return ", ".join(sorted(method for route in routes for method in route.methods))
