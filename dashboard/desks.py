"""Where colleagues answer and ask: what comes in is verified, taken at once, and answered in time.

Vendors wait 3 seconds. What is asked back, told to one person, or shown on their own page is sent after the
answer; should that fail, nothing of what was taken is lost.
"""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

import structlog
from fastapi import FastAPI
from fastapi.responses import Response
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request

from integrations.desk import (
    OWN_PAGE,
    Challenge,
    Come,
    Command,
    Desk,
    Form,
    Opened,
    Press,
    Question,
)
from integrations.errors import IntegrationError, Misconfigured, Rejected
from worker.desk import Faulty

log = structlog.get_logger()

PATH = "/desks/{name}"
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Reception:
    """Which desks there are, and what becomes of what comes in there.

    ``desk`` raises `Misconfigured` for one that is none of ours. ``pressed`` returns words for whoever
    pressed, or a question; ``filled`` raises `worker.desk.Faulty`. ``asked`` returns rendered words for who
    gave a command, ``opened`` those of somebody's own page, or `None` for a call that has come before.
    """

    desk: Callable[[str], Desk]
    pressed: Callable[[str, Press], Question | str]
    filled: Callable[[str, Form], None]
    asked: Callable[[str, Command], bytes]
    opened: Callable[[str, Opened], bytes | None]


def serve_desks(app: FastAPI, reception: Reception) -> None:
    """Take calls at `PATH`."""

    async def call(name: str, request: Request) -> Response:
        body = await request.body()
        return await run_in_threadpool(_answered, reception, name, request, body)

    app.add_api_route(PATH, call, methods=["POST"])


def _answered(reception: Reception, name: str, request: Request, body: bytes) -> Response:
    desk, come = _verified(reception, name, request, body)
    match come:
        case Press():
            return _pressed(reception, name, desk, come)
        case Form():
            return _filled(reception, name, desk, come)
        case Command():
            body = reception.asked(name, come)
            log.info("desk_called", desk=name, answer="command")
            return Response(desk.replied(body), media_type=JSON)
        case Opened():
            return Response(background=BackgroundTask(_show, reception, name, desk, come))
        case Challenge(words):
            return Response(words, media_type="text/plain")
        case _:
            return Response()


def _pressed(reception: Reception, name: str, desk: Desk, press: Press) -> Response:
    back = reception.pressed(name, press)
    log.info("desk_called", desk=name, answer=press.answer)
    if press.remote.startswith(OWN_PAGE) and not isinstance(back, Question):
        return _shown_again(reception, name, desk, press)
    return Response(background=BackgroundTask(_tell, desk, press, back) if back else None)


def _shown_again(reception: Reception, name: str, desk: Desk, answer: Press | Form) -> Response:
    """Answer, and let the page of whoever answered there say how things stand now."""
    look = Opened(answer.call, answer.actor)
    return Response(background=BackgroundTask(_show, reception, name, desk, look))


def _filled(reception: Reception, name: str, desk: Desk, form: Form) -> Response:
    try:
        reception.filled(name, form)
    except Faulty as error:
        return Response(desk.faulty(error.faults), media_type=JSON)
    log.info("desk_called", desk=name, answer=form.answer)
    return _shown_again(reception, name, desk, form) if form.remote.startswith(OWN_PAGE) else Response()


def _verified(reception: Reception, name: str, request: Request, body: bytes) -> tuple[Desk, Come | None]:
    try:
        desk = reception.desk(name)
        desk.verify(request.headers, body)
        return desk, desk.read(body)
    except Misconfigured:
        raise HTTPException(HTTPStatus.NOT_FOUND) from None
    except Rejected as error:
        log.warning("desk_refused", desk=name, reason=error.reason)
        raise HTTPException(HTTPStatus.BAD_REQUEST) from None


def _tell(desk: Desk, press: Press, back: Question | str) -> None:
    try:
        if isinstance(back, Question):
            desk.ask(press, back)
        else:
            desk.tell(press, back)
    except IntegrationError as error:
        log.warning("desk_silent", answer=press.answer, reason=error.reason)


def _show(reception: Reception, name: str, desk: Desk, opened: Opened) -> None:
    body = reception.opened(name, opened)
    if body is None:
        return
    try:
        desk.show(opened, body)
    except IntegrationError as error:
        log.warning("desk_silent", answer="home", reason=error.reason)
    else:
        log.info("desk_called", desk=name, answer="home")
