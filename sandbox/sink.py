"""A destination without a vendor, for tests that kill processes."""

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.answers import listed, query, reply
from sandbox.faults import FaultySystem
from sandbox.state import Sandbox

LARGEST_BATCH = 500
FAULTY: dict[str, FaultySystem] = {"/sink/keyed": "sink", "/sink/plain": "sink"}


class Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing to show; `ordinal` is the sender's own count within the thread."""

    key: str = ""
    thread: str = ""
    ordinal: int | None = None
    text: str = ""
    account: str = ""


ITEMS = msgspec.json.Decoder(list[Item])


class Shown(msgspec.Struct, frozen=True):
    """What became of an item: a repeated key shows nothing new."""

    key: str
    repeated: bool


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Arrivals of which key; of all if none is named."""

    key: str | None = None


def routes(sandbox: Sandbox) -> list[Route]:
    """`/sink/keyed` honours keys, `/sink/plain` does not; both take one item or up to 500.

    `/sink/arrivals` counts what came to each, repetitions included.
    """

    async def keyed(request: Request) -> Response:
        return await _take(sandbox, "keyed", request, request.headers.get("idempotency-key", ""))

    async def plain(request: Request) -> Response:
        return await _take(sandbox, "plain", request)

    async def arrivals(request: Request) -> Response:
        key = query(request, Asked).key
        return reply({name: _arrivals(sandbox, name, key) for name in ("keyed", "plain")})

    return [
        Route("/sink/keyed", keyed, methods=["POST"]),
        Route("/sink/plain", plain, methods=["POST"]),
        Route("/sink/arrivals", arrivals),
    ]


async def _take(sandbox: Sandbox, endpoint: str, request: Request, header_key: str = "") -> Response:
    items = await listed(request, ITEMS)
    if len(items) > LARGEST_BATCH:
        raise HTTPException(413, f"{len(items)} items, {LARGEST_BATCH} at most")
    if not all(item.key or header_key for item in items):
        raise HTTPException(400, "an item needs a key")
    results = [_show(sandbox, endpoint, item, item.key or header_key) for item in items]
    return reply({"ok": True, "repeated": all(shown.repeated for shown in results), "results": results})


def _show(sandbox: Sandbox, endpoint: str, item: Item, key: str) -> Shown:
    sandbox.arrivals[endpoint, key] += 1
    repeated = endpoint == "keyed" and sandbox.ledger.holds("sink", key)
    if not repeated:
        sandbox.ledger.record(
            system="sink",
            action="post",
            key=key,
            thread=item.thread,
            account=item.account,
            channel_or_to=endpoint,
            text=item.text,
            ordinal=item.ordinal,
        )
    return Shown(key, repeated)


def _arrivals(sandbox: Sandbox, endpoint: str, key: str | None) -> int:
    return sum(
        count
        for (at, arrived), count in sandbox.arrivals.items()
        if at == endpoint and key in {None, arrived}
    )
