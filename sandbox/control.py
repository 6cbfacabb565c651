"""What the judge asks and orders: ledger, faults, reset."""

from typing import Annotated

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.answers import listed, query, reply
from sandbox.faults import Fault
from sandbox.ledger import System
from sandbox.state import Sandbox

FAULTS = msgspec.json.Decoder(list[Fault])


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which effects: those after a sequence number, those of one system."""

    since: Annotated[int, msgspec.Meta(ge=0)] = 0
    system: System | None = None


def routes(sandbox: Sandbox) -> list[Route]:
    """`/ledger`, `/ledger/summary`, `/faults`, `/reset`, `/healthz`."""

    async def ledger(request: Request) -> Response:
        asked = query(request, Asked)
        effects = sandbox.ledger.effects(since=asked.since, system=asked.system)
        return reply({"effects": effects, **_counts(sandbox)})

    async def summary(_request: Request) -> Response:
        return reply(_counts(sandbox))

    async def faults(request: Request) -> Response:
        if request.method == "DELETE":
            sandbox.faults.clear()
        if request.method == "POST":
            for fault in await listed(request, FAULTS):
                sandbox.faults.add(fault)
        return reply(sandbox.faults.waiting())

    async def reset(_request: Request) -> Response:
        sandbox.reset()
        return reply({"ok": True})

    async def healthz(_request: Request) -> Response:
        return reply({"ok": True})

    return [
        Route("/ledger", ledger),
        Route("/ledger/summary", summary),
        Route("/faults", faults, methods=["GET", "POST", "DELETE"]),
        Route("/reset", reset, methods=["POST"]),
        Route("/healthz", healthz),
    ]


def _counts(sandbox: Sandbox) -> dict[str, object]:
    total = sandbox.ledger.summary()
    return {
        "unique": total.unique,
        "duplicates": total.duplicates,
        "disorder": total.disorder,
        "by_system": sandbox.ledger.by_system(),
    }
