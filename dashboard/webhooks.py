"""Where vendors call in: a call is verified, kept as it came, and rung for. Nothing of it is read here."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

import structlog
from fastapi import FastAPI
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request

from integrations.errors import Misconfigured, Rejected
from integrations.roles import Patient, Webhook
from store import inbox
from store.database import Database

log = structlog.get_logger()

PATH = "/webhooks/{source}"


@dataclass(frozen=True, slots=True)
class Hooks:
    """Who may call: ``webhook`` raises `Misconfigured` for nobody we know; ``ring`` asks for a pull."""

    webhook: Callable[[str], Webhook]
    ring: Callable[[str], object]


def serve_webhooks(app: FastAPI, database: Database, hooks: Hooks) -> None:
    """Take calls at `PATH`. The same event is kept once, however often it comes."""

    async def call(source: str, request: Request) -> Response:
        body = await request.body()
        await run_in_threadpool(_take, database, hooks, source, request, body)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    app.add_api_route(PATH, call, methods=["POST"])


def _take(database: Database, hooks: Hooks, source: str, request: Request, body: bytes) -> None:
    webhook = _webhook(hooks, source)
    event = _verified(webhook, source, request, body)
    new = bool(event) and _kept(database, source, event, body)
    log.info("webhook_called", source=source, new=new)
    if new and not isinstance(webhook, Patient):
        hooks.ring(source)


def _kept(database: Database, source: str, event: str, body: bytes) -> bool:
    with database.write() as connection:
        return inbox.append(connection, source, event, body)


def _webhook(hooks: Hooks, source: str) -> Webhook:
    try:
        return hooks.webhook(source)
    except Misconfigured:
        raise HTTPException(HTTPStatus.NOT_FOUND) from None


def _verified(webhook: Webhook, source: str, request: Request, body: bytes) -> str:
    try:
        return webhook.verify(request.headers, body)
    except Misconfigured:
        raise HTTPException(HTTPStatus.NOT_FOUND) from None
    except Rejected as error:
        log.warning("webhook_refused", source=source, reason=error.reason)
        raise HTTPException(HTTPStatus.BAD_REQUEST) from None
