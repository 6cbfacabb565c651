"""A receiver of CloudEvents that is strict about all it is sent, and shows an event once."""

import hmac
import re
from base64 import b64decode, b64encode
from hashlib import sha256
from typing import Annotated, Any, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.faults import FaultySystem
from sandbox.state import Sandbox

FAULTY: dict[str, FaultySystem] = {"/webhook/": "webhook"}
SECRET = "whsec_c2FuZGJveC1yZWNlaXZlci1zZWNyZXQtMDE="  # noqa: S105 - invented, for a loopback stand-in
TOLERANCE_S = 300
CONTENT_TYPE = "application/cloudevents+json"
PING = "com.seatsignal.ping"
_TYPE = re.compile(r"com\.seatsignal\.[a-z_]+(\.[a-z]+)?")

Filled = Annotated[str, msgspec.Meta(min_length=1)]


class Event(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A CloudEvent in structured mode, with the attributes that we may send."""

    specversion: Literal["1.0"]
    id: Filled
    source: Filled
    type: Filled
    time: Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")]
    datacontenttype: Literal["application/json"]
    data: dict[str, Any]
    subject: Filled = ""


class Data(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What any event but a ping says."""

    template: Filled
    thread: Filled
    audience: Filled
    subject: str
    text: Filled
    said: dict[str, Any]


class Refused(Exception):  # noqa: N818 - an answer, not a defect
    """Becomes a status."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status, self.words = status, words


def routes(sandbox: Sandbox) -> list[Route]:
    """`/webhook/events` takes what is signed, and shows each event once."""

    async def take(request: Request) -> Response:
        try:
            event = _event(sandbox, request, await request.body())
        except Refused as refused:
            return Response(refused.words, refused.status)
        if event.type != PING:
            _show(sandbox, event)
        return Response(status_code=204)

    return [Route("/webhook/events", take, methods=["POST"])]


def _event(sandbox: Sandbox, request: Request, body: bytes) -> Event:
    _check_signature(sandbox, request, body)
    if request.headers.get("content-type", "").partition(";")[0] != CONTENT_TYPE:
        raise Refused(415, "no CloudEvent in structured mode")
    try:
        event = msgspec.json.decode(body, type=Event)
    except msgspec.DecodeError as error:
        raise Refused(422, str(error)) from error
    if not _TYPE.fullmatch(event.type) or (event.type == PING) is bool(event.data):
        raise Refused(422, "an unknown type")
    return event


def _check_signature(sandbox: Sandbox, request: Request, body: bytes) -> None:
    name, at = request.headers.get("webhook-id", ""), request.headers.get("webhook-timestamp", "")
    if not re.fullmatch(r"msg_\w+", name) or not at.isdigit():
        raise Refused(400, "no webhook-id or webhook-timestamp")
    key = b64decode(SECRET.removeprefix("whsec_"))
    signed = hmac.new(key, f"{name}.{at}.".encode() + body, sha256).digest()
    expected = f"v1,{b64encode(signed).decode()}"
    if expected not in request.headers.get("webhook-signature", "").split(" "):
        raise Refused(401, "a signature that does not fit")
    if abs(int(at) - sandbox.clock.date_s()) > TOLERANCE_S:
        raise Refused(400, "signed too long ago, or ahead of us")


def _show(sandbox: Sandbox, event: Event) -> None:
    try:
        data = msgspec.convert(event.data, Data)
    except msgspec.ValidationError as error:
        raise Refused(422, str(error)) from error
    if not sandbox.ledger.holds("webhook", event.id):
        sandbox.ledger.record(
            system="webhook",
            action="post",
            key=event.id,
            thread=data.thread,
            account=event.subject,
            channel_or_to=data.audience,
            text=data.text,
        )
