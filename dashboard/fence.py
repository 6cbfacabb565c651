"""What surrounds every page: a bound on what is sent to us, headers on what we send, no error unanswered."""

import asyncio
import traceback
from collections.abc import AsyncIterator
from http import HTTPStatus

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.api.problems import UNDER, Problem, told
from health.languages import accepted
from templates.pages import problem

log = structlog.get_logger()

BODY_LIMIT = 65_536
"""Bytes; a filled form takes about 100."""
CALL_LIMIT = 1_048_576
"""Bytes of a vendor's call, which tells of a whole object."""
CALLED = ("/webhooks/", "/desks/", "/returns/")
"""Paths at which vendors call."""
BODY_S = 10.0
FRAMES = 6
"""Of an error's trace the last so many; those before are the framework's."""
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}


class Fence:
    """The outermost layer of the app."""

    def __init__(self, app: ASGIApp, company_name: str) -> None:
        """Stand around an app."""
        self._app = app
        self._company_name = company_name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body first, so that nothing is done for a request that is then refused."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headed = _headed(send)
        try:
            body = await _body(
                receive, CALL_LIMIT if scope.get("path", "").startswith(CALLED) else BODY_LIMIT
            )
        except ClientDisconnect:
            return
        except HTTPException as refused:
            await self._problem(refused, scope)(scope, receive, headed)
        else:
            await self._answer(scope, _again(body, receive), headed)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except Exception as error:  # noqa: BLE001 - the last resort; the server would tell it all
            where = "".join(traceback.format_tb(error.__traceback__, limit=-FRAMES))
            kind = type(error).__name__
            log.error("page_broke", error=kind, where=where)  # noqa: TRY400 - its text may hold a token
            await self._problem(HTTPException(HTTPStatus.INTERNAL_SERVER_ERROR), scope)(scope, receive, send)

    def _problem(self, refused: HTTPException, scope: Scope) -> Response:
        path = scope.get("path", "")
        if path.startswith(UNDER):
            return told(Problem(HTTPStatus(refused.status_code)), path, refused.headers or {})
        language = accepted(Headers(scope=scope).get("accept-language", ""))
        words = problem(self._company_name, refused.status_code, language)
        return HTMLResponse(words, refused.status_code, refused.headers)


def _headed(send: Send) -> Send:
    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return with_headers


async def _body(receive: Receive, limit: int) -> bytes:
    """Read a body to its end. Raises `HTTPException` if it is too large or too slow."""
    try:
        async with asyncio.timeout(BODY_S):
            return b"".join([part async for part in _parts(receive, limit)])
    except TimeoutError:
        raise HTTPException(HTTPStatus.REQUEST_TIMEOUT, headers={"Connection": "close"}) from None


async def _parts(receive: Receive, limit: int) -> AsyncIterator[bytes]:
    left, more = limit, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        part = message.get("body", b"")
        left -= len(part)
        if left < 0:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        yield part
        more = message.get("more_body", False)


def _again(body: bytes, receive: Receive) -> Receive:
    """Hand out a body that was read before, then whatever follows."""
    whole: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return whole.pop() if whole else await receive()

    return replayed
