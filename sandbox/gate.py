"""The layer before the stand-ins that plays HTTP faults."""

from collections.abc import Callable, Iterable, Mapping, MutableMapping
from contextlib import suppress
from email.utils import formatdate
from typing import Any

import msgspec
from starlette.requests import ClientDisconnect
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.alterations import ALTERATIONS
from sandbox.clock import Clock
from sandbox.faults import Fault, Faults, FaultySystem

HTML_PAGE = "<!doctype html><title>Sign in</title><h1>The proxy wants a word with you</h1>"


class Gate:
    """ASGI application around another: takes the head of a system's queue and plays it.

    `401`, `403`, `429`, `429_bare` (without Retry-After), `500`, `html` and `ok_false` answer instead of
    the stand-in, which does nothing. `again` gives the path's last answer once more. `truncated`,
    `drop_answer` and the alterations let it act and spoil the answer. `refuse` closes the connection
    before anything happened; `hang` says nothing until the client leaves. Every answer is dated by the
    stand-ins' clock.
    """

    def __init__(
        self, app: ASGIApp, faults: Faults, systems: Mapping[str, FaultySystem], clock: Clock
    ) -> None:
        self._app = app
        self._clock = clock
        self._faults = faults
        self._systems = systems
        self._live: Iterable[Any] = ()
        self._last: dict[str, bytes] = {}

    def watch(self, connections: Iterable[Any]) -> None:
        """Tell the gate where the server keeps its open connections, so that it can cut them."""
        self._live = connections

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("path") == "/reset":
            self._last.clear()
        fault = self._fault(scope)
        dated = self._dated(send)
        with suppress(ClientDisconnect):  # who asked was killed meanwhile
            if fault is None:
                await self._app(scope, receive, self._remembered(scope, dated))
            else:
                await self._play(fault, scope, receive, dated)

    def _fault(self, scope: Scope) -> Fault | None:
        path = scope.get("path", "")
        asked = f"{path}?{scope.get('query_string', b'').decode()}"
        for prefix, system in self._systems.items():
            if path.startswith(prefix):
                return self._faults.take(system, lambda fault: fault.on in asked)
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
                await self._app(scope, receive, _Spoiling(send, _halved))
            case name if name in ALTERATIONS:
                await self._app(scope, receive, _Spoiling(send, _altering(name)))
            case "again":
                await _body(receive)
                last = self._last.get(scope["path"], b"{}")
                await Response(last, media_type="application/json")(scope, receive, send)
            case _:
                await _body(receive)
                await _answer(fault)(scope, receive, send)

    def _dated(self, send: Send) -> Send:
        async def passed(message: Message) -> None:
            if message["type"] == "http.response.start":
                date = formatdate(self._clock.date_s(), usegmt=True).encode()
                message["headers"] = [*message["headers"], (b"date", date)]
            await send(message)

        return passed

    def _remembered(self, scope: Scope, send: Send) -> Send:
        """Keep what the stand-in answers, by path, for the fault `again`."""

        async def passed(message: Message) -> None:
            if message["type"] == "http.response.body":
                self._last[scope["path"]] = message["body"]
            await send(message)

        return passed if any(map(scope.get("path", "").startswith, self._systems)) else send

    async def _cut(self, scope: Scope, receive: Receive) -> None:
        self.cut(scope["client"])
        await _departure(receive)

    def cut(self, client: tuple[str, int] | None = None) -> None:
        """Close a client's connection at once, or every connection."""
        for connection in list(self._live):
            if client is None or connection.client == client:
                connection.transport.abort()


_REFUSALS = {
    "401": (401, "invalid_auth"),
    "403": (403, "forbidden"),
    "429": (429, "ratelimited"),
    "429_bare": (429, "ratelimited"),
    "500": (500, "internal_error"),
}


def _answer(fault: Fault) -> Response:
    if fault.fault == "html":
        return HTMLResponse(HTML_PAGE)
    status, error = _REFUSALS.get(fault.fault, (200, fault.error))
    headers = {"Retry-After": str(fault.retry_after)} if fault.fault == "429" else None
    return JSONResponse({"ok": False, "error": error}, status, headers)


async def _body(receive: Receive) -> None:
    while (await receive()).get("more_body"):
        pass


async def _departure(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _swallow(_message: Message) -> None:
    pass


def _halved(body: bytes) -> bytes:
    """Half the body under a length to match: valid HTTP, cut JSON."""
    return body[: len(body) // 2]


def _altering(name: str) -> Callable[[bytes], bytes]:
    return lambda body: msgspec.json.encode(ALTERATIONS[name](msgspec.json.decode(body)))


class _Spoiling:
    """Sends another body than the stand-in's, under a length to match."""

    def __init__(self, send: Send, spoil: Callable[[bytes], bytes]) -> None:
        self._send = send
        self._spoil = spoil
        self._start: MutableMapping[str, Any] = {}

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        body = self._spoil(message["body"])
        self._start["headers"] = [
            (name, str(len(body)).encode() if name == b"content-length" else value)
            for name, value in self._start["headers"]
        ]
        await self._send(self._start)
        await self._send({**message, "body": body})
