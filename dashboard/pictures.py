"""Pictures: charts asked for one by one, so that no page waits until one is drawn."""

from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlencode

import structlog
from fastapi import Query, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from templates.charts import SCHEMES, WIDTHS, Look, Spec, can_draw, named, svg
from templates.views import Picture

log = structlog.get_logger()

ASKED_ANEW = "private, no-cache"
"""A browser may keep a picture, and asks whether it is still the same."""
Scheme = Annotated[str, Query(pattern=f"^({'|'.join(SCHEMES)})$")]
Size = Annotated[str, Query(pattern=f"^({'|'.join(WIDTHS)})$")]


def picture(path: str, words: str, of: str = "", *, is_narrow: bool = False) -> Picture | None:
    """Return a picture of something at a path of ours; `None` where none can be drawn."""
    if not can_draw():
        return None
    return Picture(src=f"{path}?{urlencode({'of': of})}", words=words, is_narrow=is_narrow)


def drawn(request: Request, spec: Spec | None, look: Look) -> Response:
    """Answer with a picture, or with nothing where the browser has it; beside it the page has its numbers."""
    if spec is None or not can_draw():
        raise HTTPException(HTTPStatus.NOT_FOUND)
    headers = {"Cache-Control": ASKED_ANEW, "ETag": f'"{named(spec, look)}"'}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    try:
        return Response(svg(spec, look), media_type="image/svg+xml", headers=headers)
    except ValueError as error:
        log.error("chart_broke", error=type(error).__name__)  # noqa: TRY400 - its text may hold what is drawn
        raise HTTPException(HTTPStatus.NOT_FOUND) from None
