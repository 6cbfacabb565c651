"""JSON in and out of the sandbox's own endpoints."""

from typing import TypeVar

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

T = TypeVar("T")


def reply(content: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer; structs and plain values alike."""
    return Response(msgspec.json.encode(content), status, headers, "application/json")


async def listed(request: Request, decoder: msgspec.json.Decoder[list[T]]) -> list[T]:
    """The request's JSON body as typed values; a lone object counts as a list of one.

    Raises:
        HTTPException: 400 with what is wrong, for a body of another shape.
    """
    body = (await request.body()).strip()
    try:
        return decoder.decode(body if body.startswith(b"[") else b"[%b]" % body)
    except msgspec.DecodeError as error:
        raise HTTPException(400, str(error)) from error


def query(request: Request, shape: type[T]) -> T:
    """The request's query as a typed value.

    Raises:
        HTTPException: 400 with what is wrong, for a query of another shape.
    """
    try:
        return msgspec.convert(dict(request.query_params), shape, strict=False)
    except msgspec.ValidationError as error:
        raise HTTPException(400, str(error)) from error
