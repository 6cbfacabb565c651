"""Postmark's API over HTTP: who may call, what a mail must be, and what is found again."""

import hmac
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, getaddresses
from typing import Annotated, Any
from uuid import NAMESPACE_URL, uuid5

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.answers import reply
from sandbox.faults import FaultySystem
from sandbox.mail.mailbox import field
from sandbox.mail.rules import objection
from sandbox.state import Sandbox

FAULTY: dict[str, FaultySystem] = {"/postmark/": "postmark"}
Act = Callable[[Sandbox, Request, bytes], dict[str, Any]]
STREAM = "outbound"
PAGE = 500
OWN_FIELDS = frozenset(
    {"from", "to", "cc", "bcc", "subject", "reply-to", "message-id", "date", "content-type"}
)
"""Headers that Postmark has fields for, or sets by itself."""

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=20, pattern="^[A-Za-z0-9_-]+$")]
Value = Annotated[str, msgspec.Meta(max_length=80)]


class Header(msgspec.Struct, frozen=True, rename="pascal", forbid_unknown_fields=True):
    """One more header."""

    name: Annotated[str, msgspec.Meta(pattern="^[!-9;-~]+$")]
    value: Annotated[str, msgspec.Meta(pattern="^[ -~]*$", max_length=990)]


class Email(msgspec.Struct, frozen=True, rename="pascal", forbid_unknown_fields=True):
    """What ``POST /email`` takes, as far as we send it."""

    sender: str = msgspec.field(name="From")
    to: str
    subject: Annotated[str, msgspec.Meta(max_length=2_000)]
    html_body: Annotated[str, msgspec.Meta(min_length=1)]
    text_body: Annotated[str, msgspec.Meta(min_length=1)]
    message_stream: str
    headers: tuple[Header, ...] = ()
    metadata: Annotated[dict[Name, Value], msgspec.Meta(max_length=10)] = {}
    reply_to: str = ""


class Refused(Exception):  # noqa: N818 - an answer Postmark gives, not a defect
    """Becomes `{"ErrorCode": number, "Message": words}`."""

    def __init__(self, number: int, words: str, status: int = 422) -> None:
        super().__init__(words)
        self.number, self.words, self.status = number, words, status


def routes(sandbox: Sandbox) -> list[Route]:
    """`/postmark/server`, `/postmark/email` and `/postmark/messages/outbound` as Postmark has them."""

    def answering(act: Act) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            try:
                _check_token(sandbox, request)
                return reply(act(sandbox, request, await request.body()))
            except Refused as refused:
                return reply({"ErrorCode": refused.number, "Message": refused.words}, refused.status)

        return answer

    return [
        Route("/postmark/server", answering(_server)),
        Route("/postmark/email", answering(_email), methods=["POST"]),
        Route("/postmark/messages/outbound", answering(_outbound)),
    ]


def _check_token(sandbox: Sandbox, request: Request) -> None:
    given = request.headers.get("x-postmark-server-token", "")
    if not hmac.compare_digest(given.encode(), sandbox.config.postmark_token.encode()):
        raise Refused(10, "No Account or Server API tokens were supplied, or they are not valid.", 401)


def _server(_sandbox: Sandbox, _request: Request, _body: bytes) -> dict[str, Any]:
    return {"ID": 1, "Name": "Rehearsal"}


def _email(sandbox: Sandbox, request: Request, body: bytes) -> dict[str, Any]:
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        raise Refused(409, "JSON required", 415)
    try:
        sent = msgspec.json.decode(body, type=Email)
    except msgspec.DecodeError as error:
        raise Refused(403, str(error)) from error
    if sent.message_stream != STREAM:
        raise Refused(1235, "There is no such message stream")
    to = _addresses(sent.to, "To")
    sender = _addresses(sent.sender, "From")
    raw = _composed(sandbox, sent)
    words = objection(raw, smtputf8=False)
    if words:
        raise Refused(300, words)
    mail = sandbox.mailbox.accept(sender[0], tuple(to), raw)
    at = datetime.fromtimestamp(mail.at_ms / 1000, UTC).isoformat()
    return {
        "To": sent.to,
        "SubmittedAt": at,
        "MessageID": _id(mail.number),
        "ErrorCode": 0,
        "Message": "OK",
    }


def _addresses(text: str, named: str) -> list[str]:
    found = [address for _, address in getaddresses([text])]
    if len(found) != 1 or "@" not in found[0]:
        raise Refused(300, f"Error parsing {named}: one address is needed")
    return found


def _composed(sandbox: Sandbox, sent: Email) -> bytes:
    """The mail as it would leave: its metadata is in headers of Postmark's own."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = sent.sender, sent.to, sent.subject
    if sent.reply_to:
        message["Reply-To"] = sent.reply_to
    message["Date"] = format_datetime(datetime.fromtimestamp(sandbox.clock.date_s(), UTC))
    message["Message-ID"] = f"<{_id(len(sandbox.mailbox.mails) + 1)}@mtasv.example>"
    for header in sent.headers:
        if header.name.lower() in OWN_FIELDS:
            raise Refused(300, f"Header '{header.name}' is not allowed")
        message[header.name] = header.value
    for name, value in sent.metadata.items():
        message[f"X-PM-Metadata-{name}"] = value
    message.set_content(sent.text_body)
    message.add_alternative(sent.html_body, subtype="html")
    return message.as_bytes()


def _outbound(sandbox: Sandbox, request: Request, _body: bytes) -> dict[str, Any]:
    asked = dict(request.query_params)
    try:
        count, offset = int(asked.pop("count")), int(asked.pop("offset"))
    except (KeyError, ValueError) as error:
        raise Refused(600, "count and offset are required") from error
    if not 1 <= count <= PAGE or offset < 0 or asked.pop("messagestream", STREAM) != STREAM:
        raise Refused(600, "count, offset or messagestream is out of range")
    wanted = {f"X-PM-Metadata-{name.removeprefix('metadata_')}": value for name, value in asked.items()}
    if not all(name.startswith("metadata_") for name in asked):
        raise Refused(600, "an unknown filter")
    found = [
        {"MessageID": _id(mail.number), "Status": "Sent"}
        for mail in reversed(sandbox.mailbox.mails)
        if all(field(mail.message, name) == value for name, value in wanted.items())
    ]
    return {"TotalCount": len(found), "Messages": found[offset : offset + count]}


def _id(number: int) -> str:
    return str(uuid5(NAMESPACE_URL, f"mail {number}"))
