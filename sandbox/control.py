"""What the judge asks and orders: ledger, faults, reset."""

from typing import Annotated

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.answers import listed, query, reply
from sandbox.faults import Fault
from sandbox.ledger import System
from sandbox.state import Sandbox

FAULTS = msgspec.json.Decoder(list[Fault])


class Instant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the stand-ins' clock is to stand, in seconds since 1970, and how far off `Date` is."""

    at_s: float
    skew_s: float = 0.0


INSTANTS = msgspec.json.Decoder(list[Instant])


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which effects: those after a sequence number, those of one system."""

    since: Annotated[int, msgspec.Meta(ge=0)] = 0
    system: System | None = None


def routes(sandbox: Sandbox) -> list[Route]:
    """`/ledger`, `/ledger/summary`, `/faults`, `/clock`, `/seed/{vendor}`, `/reset`, `/healthz`."""
    return [*_asked(sandbox), *_ordered(sandbox)]


def _asked(sandbox: Sandbox) -> list[Route]:
    async def ledger(request: Request) -> Response:
        asked = query(request, Asked)
        effects = sandbox.ledger.effects(since=asked.since, system=asked.system)
        return reply({"effects": effects, **_counts(sandbox)})

    async def summary(_request: Request) -> Response:
        return reply(_counts(sandbox))

    async def healthz(_request: Request) -> Response:
        return reply({"ok": True})

    return [
        Route("/ledger", ledger),
        Route("/ledger/summary", summary),
        Route("/healthz", healthz),
    ]


def _ordered(sandbox: Sandbox) -> list[Route]:
    async def faults(request: Request) -> Response:
        if request.method == "DELETE":
            sandbox.faults.clear()
        if request.method == "POST":
            for fault in await listed(request, FAULTS):
                sandbox.faults.add(fault)
        return reply(sandbox.faults.waiting())

    async def clock(request: Request) -> Response:
        (at,) = await listed(request, INSTANTS)
        sandbox.clock.set(at.at_s, at.skew_s)
        return reply({"now_s": sandbox.clock.now_s()})

    async def seed(request: Request) -> Response:
        book = sandbox.books.get(request.path_params["vendor"])
        if book is None:
            raise HTTPException(404, f"there is no such vendor; there are {', '.join(sandbox.books)}")
        try:
            book.load(await request.body())
        except msgspec.DecodeError as error:
            raise HTTPException(400, str(error)) from error
        return reply({"ok": True})

    async def reset(_request: Request) -> Response:
        sandbox.reset()
        return reply({"ok": True})

    return [
        Route("/faults", faults, methods=["GET", "POST", "DELETE"]),
        Route("/clock", clock, methods=["POST"]),
        Route("/seed/{vendor}", seed, methods=["POST"]),
        Route("/reset", reset, methods=["POST"]),
    ]


def _counts(sandbox: Sandbox) -> dict[str, object]:
    total = sandbox.ledger.summary()
    return {
        "unique": total.unique,
        "duplicates": total.duplicates,
        "disorder": total.disorder,
        "by_system": sandbox.ledger.by_system(),
    }
