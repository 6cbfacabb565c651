"""SES's API (version 2) over HTTP: who may call, what a mail must be, and in whose name it may leave."""

from base64 import b64decode
from collections.abc import Awaitable, Callable
from email.utils import getaddresses
from time import time
from typing import Annotated, Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.answers import reply
from sandbox.faults import FaultySystem
from sandbox.mail.mailbox import field
from sandbox.mail.rules import objection, parsed
from sandbox.ses.signature import Unsigned, check
from sandbox.state import Sandbox

FAULTY: dict[str, FaultySystem] = {"/ses/": "ses"}
Act = Callable[[Sandbox, bytes], dict[str, Any]]
ADDRESSES = 50
DAILY = 50_000.0
"""How many mails may leave within 24 hours."""

Label = Annotated[str, msgspec.Meta(min_length=1, max_length=256, pattern="^[A-Za-z0-9_-]+$")]


class Tag(msgspec.Struct, frozen=True, rename="pascal", forbid_unknown_fields=True):
    """What is shown beside the events of a mail."""

    name: Label
    value: Label


class Raw(msgspec.Struct, frozen=True, rename="pascal", forbid_unknown_fields=True):
    """A mail in base64."""

    data: str


class Content(msgspec.Struct, frozen=True, rename="pascal", forbid_unknown_fields=True):
    """Of the three kinds of content, the one that we send."""

    raw: Raw


class Receivers(msgspec.Struct, frozen=True, rename="pascal", forbid_unknown_fields=True):
    """Who gets it."""

    to_addresses: Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=ADDRESSES)]


class Email(msgspec.Struct, frozen=True, rename="pascal", forbid_unknown_fields=True):
    """What ``POST /v2/email/outbound-emails`` takes, as far as we send it."""

    from_email_address: str
    destination: Receivers
    content: Content
    email_tags: Annotated[tuple[Tag, ...], msgspec.Meta(max_length=50)] = ()
    configuration_set_name: str = ""


class Refused(Exception):  # noqa: N818 - an answer SES gives, not a defect
    """Becomes `{"message": words}` with the name in a header."""

    def __init__(self, kind: str, words: str, status: int = 400) -> None:
        super().__init__(words)
        self.kind, self.words, self.status = kind, words, status


def routes(sandbox: Sandbox) -> list[Route]:
    """`/ses/v2/email/account` and `/ses/v2/email/outbound-emails` as SES has them."""

    def answering(act: Act) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            ses, body = sandbox.config.ses, await request.body()
            try:
                check(request, body, (ses.key_id, ses.secret), ses.region, time())
                return reply(act(sandbox, body))
            except Unsigned as unsigned:
                return _refused(unsigned.kind, unsigned.words, 403)
            except Refused as refused:
                return _refused(refused.kind, refused.words, refused.status)

        return answer

    return [
        Route("/ses/v2/email/account", answering(_account)),
        Route("/ses/v2/email/outbound-emails", answering(_send), methods=["POST"]),
    ]


def _refused(kind: str, words: str, status: int) -> Response:
    return reply({"message": words}, status, {"x-amzn-ErrorType": kind})


def _account(sandbox: Sandbox, _body: bytes) -> dict[str, Any]:
    sent = float(len(sandbox.mailbox.mails))
    quota = {"Max24HourSend": DAILY, "MaxSendRate": 14.0, "SentLast24Hours": sent}
    return {
        "SendingEnabled": True,
        "ProductionAccessEnabled": sandbox.config.ses.production,
        "SendQuota": quota,
    }


def _send(sandbox: Sandbox, body: bytes) -> dict[str, Any]:
    try:
        sent = msgspec.json.decode(body, type=Email)
        raw = b64decode(sent.content.raw.data, validate=True)
    except (msgspec.DecodeError, ValueError) as error:
        raise Refused("BadRequestException", str(error)) from error
    _check_names(sandbox, sent)
    words = objection(raw, smtputf8=False)
    if words:
        raise Refused("BadRequestException", words)
    author = _addresses(field(parsed(raw), "From"))
    if author != [sent.from_email_address]:
        raise Refused("BadRequestException", "the mail's From is not the FromEmailAddress")
    mail = sandbox.mailbox.accept(sent.from_email_address, sent.destination.to_addresses, raw)
    return {"MessageId": f"0102{mail.number:012x}-rehearsal-000000"}


def _check_names(sandbox: Sandbox, sent: Email) -> None:
    ses, sender = sandbox.config.ses, sent.from_email_address
    if sender not in ses.identities and sender.rpartition("@")[2] not in ses.identities:
        failed = f"The following identities failed the check in region {ses.region.upper()}: {sender}"
        raise Refused("MessageRejected", f"Email address is not verified. {failed}")
    if sent.configuration_set_name not in {"", *ses.configuration_sets}:
        words = f"Configuration set <{sent.configuration_set_name}> does not exist."
        raise Refused("NotFoundException", words, 404)
    if any(_addresses(address) != [address] for address in sent.destination.to_addresses):
        raise Refused("BadRequestException", "Illegal address")


def _addresses(text: str) -> list[str]:
    return [address for _, address in getaddresses([text]) if "@" in address]
