"""How Keygen says no."""

from typing import Any
from uuid import uuid4

import msgspec
from starlette.responses import Response

MEDIA_TYPE = "application/vnd.api+json"


class Refused(Exception):  # noqa: N818 - an answer Keygen gives, not a defect
    """Becomes a JSON:API error with a status; ``source`` names the parameter or the header at fault."""

    def __init__(
        self, status: int, detail: str, code: str = "", *, parameter: str = "", header: str = ""
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.code = code
        named = {"parameter": parameter, "header": header}
        self.source = {kind: name for kind, name in named.items() if name}


TITLES = {
    400: "Bad request",
    401: "Unauthorized",
    403: "Access denied",
    404: "Not found",
    429: "Too many requests",
}


def refusal(refused: Refused, headers: dict[str, str]) -> Response:
    """The answer that says so."""
    error: dict[str, Any] = {"title": TITLES[refused.status], "detail": refused.detail}
    if refused.code:
        error["code"] = refused.code
    if refused.source:
        error["source"] = refused.source
    return answer({"meta": {"id": str(uuid4())}, "errors": [error]}, headers, refused.status)


def answer(content: object, headers: dict[str, str], status: int = 200) -> Response:
    """A JSON:API answer."""
    return Response(msgspec.json.encode(content), status, headers, f"{MEDIA_TYPE}; charset=utf-8")
