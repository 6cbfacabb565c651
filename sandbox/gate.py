"""The layer before the stand-ins that plays HTTP faults."""

from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.faults import Fault, Faults, FaultySystem

HTML_PAGE = "<!doctype html><title>Sign in</title><h1>The proxy wants a word with you</h1>"


class Gate:
    """ASGI application around another: takes the head of a system's queue and plays it.

    `401`, `429`, `500`, `html` and `ok_false` answer instead of the stand-in, which does nothing.
    `truncated` and `drop_answer` let it act and spoil the answer. `refuse` closes the connection
    before anything happened; `hang` says nothing until the client leaves.
    """

    def __init__(self, app: ASGIApp, faults: Faults, systems: Mapping[str, FaultySystem]) -> None:
        self._app = app
        self._faults = faults
        self._systems = systems
        self._live: Iterable[Any] = ()

    def watch(self, connections: Iterable[Any]) -> None:
        """Tell the gate where the server keeps its open connections, so that it can cut them."""
        self._live = connections

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = self._fault(scope)
        if fault is None:
            await self._app(scope, receive, send)
        else:
            await self._play(fault, scope, receive, send)

    def _fault(self, scope: Scope) -> Fault | None:
        path = scope.get("path", "")
        for prefix, system in self._systems.items():
            if path.startswith(prefix):
                return self._faults.take(system, lambda fault: fault.on in path)
        return None

    async def _play(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        match fault.fault:
            case "refuse":
                await self._cut(scope, receive)
            case "hang":
                await _departure(receive)
            case "drop_answer":
                await self._app(scope, receive, _swallow)
                await self._cut(scope, receive)
            case "truncated":
                await self._app(scope, receive, _Halving(send))
            case _:
                await _body(receive)
                await _answer(fault)(scope, receive, send)

    async def _cut(self, scope: Scope, receive: Receive) -> None:
        self.cut(scope["client"])
        await _departure(receive)

    def cut(self, client: tuple[str, int] | None = None) -> None:
        """Close a client's connection at once, or every connection."""
        for connection in list(self._live):
            if client is None or connection.client == client:
                connection.transport.abort()


def _answer(fault: Fault) -> Response:
    match fault.fault:
        case "401":
            return JSONResponse({"ok": False, "error": "invalid_auth"}, 401)
        case "429":
            headers = {"Retry-After": str(fault.retry_after)}
            return JSONResponse({"ok": False, "error": "ratelimited"}, 429, headers)
        case "500":
            return JSONResponse({"ok": False, "error": "internal_error"}, 500)
        case "html":
            return HTMLResponse(HTML_PAGE)
        case _:
            return JSONResponse({"ok": False, "error": fault.error})


async def _body(receive: Receive) -> None:
    while (await receive()).get("more_body"):
        pass


async def _departure(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _swallow(_message: Message) -> None:
    pass


class _Halving:
    """Sends half the body under a length to match: valid HTTP, cut JSON."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: MutableMapping[str, Any] = {}

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        half = message["body"][: len(message["body"]) // 2]
        self._start["headers"] = [
            (name, str(len(half)).encode() if name == b"content-length" else value)
            for name, value in self._start["headers"]
        ]
        await self._send(self._start)
        await self._send({**message, "body": half})
