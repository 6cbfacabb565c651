"""Where senders of letters tell what came back: a call is verified, and its address suppressed at once."""

from collections.abc import Callable, Sequence
from http import HTTPStatus

import structlog
from fastapi import FastAPI
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request

from integrations.errors import Misconfigured, Rejected, RetryLater
from integrations.roles import Returned, Returns
from store import returns
from store.database import Database

log = structlog.get_logger()

PATH = "/returns/{sender}"
Senders = Callable[[str], Returns]
"""Who may call, by name; raises `Misconfigured` for nobody we know."""


def serve_returns(app: FastAPI, database: Database, senders: Senders) -> None:
    """Take calls at `PATH`. The same event counts once, however often it comes."""

    async def call(sender: str, request: Request) -> Response:
        body = await request.body()
        await run_in_threadpool(_take, database, senders, sender, request, body)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    app.add_api_route(PATH, call, methods=["POST"])


def _take(database: Database, senders: Senders, sender: str, request: Request, body: bytes) -> None:
    for told in _read(senders, sender, request, body):
        row = returns.Return(told.event, told.address, told.kind, round(told.at.timestamp() * 1000))
        with database.write() as connection:
            new = returns.take(connection, sender, row)
        log.info("letter_returned", sender=sender, kind=told.kind, new=new)


def _read(senders: Senders, sender: str, request: Request, body: bytes) -> Sequence[Returned]:
    try:
        known = senders(sender)
        known.verify(request.headers, body)
        return known.read(body)
    except Misconfigured:
        raise HTTPException(HTTPStatus.NOT_FOUND) from None
    except Rejected as error:
        log.warning("return_refused", sender=sender, reason=error.reason)
        raise HTTPException(HTTPStatus.BAD_REQUEST) from None
    except RetryLater as error:
        log.warning("return_refused", sender=sender, reason=error.reason)
        raise HTTPException(HTTPStatus.SERVICE_UNAVAILABLE) from None
