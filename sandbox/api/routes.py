"""An API of the rehearsed company's own: one listing for each way in which such APIs are paged.

Strict in what it is asked: a parameter that it does not know, a cursor that it has not given out and an
instant without a zone are refused.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.answers import reply
from sandbox.faults import FaultySystem
from sandbox.state import Sandbox

FAULTY: dict[str, FaultySystem] = {"/http/": "http"}
SIZE = 4
SINCE = "updated_after"

Rows = Sequence[Mapping[str, Any]]
Asked = dict[str, str]


class Refused(Exception):  # noqa: N818 - an answer, not a defect
    """Becomes an answer with this status."""

    def __init__(self, words: str, status: int = 400) -> None:
        super().__init__(words)
        self.words, self.status = words, status


def routes(sandbox: Sandbox) -> list[Route]:
    """`/http/v1/{listing}`, each paged in a way of its own."""

    async def listing(request: Request) -> Response:
        try:
            return await _answer(sandbox, request)
        except Refused as refused:
            return reply({"error": refused.words}, refused.status)

    return [Route("/http/v1/{listing}", listing, methods=["GET", "POST"])]


async def _answer(sandbox: Sandbox, request: Request) -> Response:
    shown = request.headers.get("authorization", "").encode()
    if not hmac.compare_digest(shown, f"Bearer {sandbox.api.content.token}".encode()):
        raise Refused("who are you?", 401)
    name = request.path_params["listing"]
    paged = PAGED.get(name)
    if paged is None:
        raise Refused("there is no such listing", 404)
    asked: Asked = dict(request.query_params)
    rows = _since(sandbox.api.content.listings.get(name, ()), asked.pop(SINCE, ""))
    if name == "seats":
        asked |= _body(await request.body())
    elif request.method != "GET":
        raise Refused("it is only read", 405)
    answer = paged(rows, asked, request)
    if asked:
        raise Refused(f"unknown parameters: {', '.join(sorted(asked))}")
    return answer


def _since(rows: Rows, since: str) -> Rows:
    if not since:
        return rows
    after = _instant(since)
    return [row for row in rows if _instant(str(row["updated_at"])) >= after]


def _instant(written: str) -> datetime:
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        raise Refused("that is no instant") from None
    if at.tzinfo is None:
        raise Refused("an instant needs a zone")
    return at


def _body(content: bytes) -> Asked:
    try:
        return {name: str(value) for name, value in msgspec.json.decode(content, type=dict[str, int]).items()}
    except msgspec.DecodeError:
        raise Refused("the body is no object of numbers") from None


def _by_cursor(rows: Rows, asked: Asked, _request: Request) -> Response:
    start = _place(asked.pop("cursor", ""))
    more = start + SIZE < len(rows)
    return reply(
        {"items": rows[start : start + SIZE], "meta": {"next": _cursor(start + SIZE) if more else None}}
    )


def _cursor(start: int) -> str:
    return urlsafe_b64encode(b"after %d" % start).decode()


def _place(cursor: str) -> int:
    try:
        word, _, place = urlsafe_b64decode(cursor).decode().partition(" ") if cursor else ("after", "", "0")
        if word == "after":
            return int(place)
    except (Error, ValueError):
        pass
    raise Refused("that cursor was never given out")


def _by_page(rows: Rows, asked: Asked, _request: Request) -> Response:
    start = (_number(asked, "page") - 1) * SIZE
    if start < 0 or _number(asked, "per_page") != SIZE:
        raise Refused("pages count from 1, and have 4 rows")
    return reply({"data": {"tickets": rows[start : start + SIZE]}, "total": len(rows)})


def _by_offset(rows: Rows, asked: Asked, _request: Request) -> Response:
    start, size = _number(asked, "offset"), _number(asked, "limit")
    return reply(list(rows[start : start + size]))


def _by_next(rows: Rows, asked: Asked, request: Request) -> Response:
    start = _number(asked, "from") if "from" in asked else 0
    following = f"{request.url.path}?from={start + SIZE}" if start + SIZE < len(rows) else ""
    return reply({"results": rows[start : start + SIZE], "links": {"next": following or None}})


def _by_link(rows: Rows, asked: Asked, request: Request) -> Response:
    start = _number(asked, "from") if "from" in asked else 0
    address = request.url.replace(query=f"from={start + SIZE}")
    headers = {"Link": f'<{address}>; rel="next"'} if start + SIZE < len(rows) else {}
    return reply(rows[start : start + SIZE], headers=headers)


def _number(asked: Asked, name: str) -> int:
    written = asked.pop(name, "")
    if not written.isdecimal():
        raise Refused(f"{name} must be a number")
    return int(written)


PAGED = {
    "accounts": _by_cursor,
    "tickets": _by_page,
    "seats": _by_offset,
    "payments": _by_next,
    "usage": _by_link,
}
