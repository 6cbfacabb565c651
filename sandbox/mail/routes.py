"""What a test may read of the mails the sink accepted."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.answers import reply
from sandbox.faults import FaultySystem
from sandbox.mail.mailbox import Mail, body, field, key
from sandbox.state import Sandbox

FAULTY: dict[str, FaultySystem] = {}  # mail's faults are played by the SMTP side


def routes(sandbox: Sandbox) -> list[Route]:
    """`/mail`, `/mail/{number}`, `/mail/{number}/raw`."""

    async def mails(_request: Request) -> Response:
        return reply([_outline(mail) for mail in sandbox.mailbox.mails])

    async def mail(request: Request) -> Response:
        found = asked_mail(sandbox, request)
        message = found.message
        content = {
            "headers": {name: str(value) for name, value in reversed(message.items())},
            "text": body(message, "plain"),
            "html": body(message, "html"),
        }
        return reply(_outline(found) | content)

    async def raw(request: Request) -> Response:
        return Response(asked_mail(sandbox, request).raw, media_type="message/rfc822")

    return [
        Route("/mail", mails),
        Route("/mail/{number:int}", mail),
        Route("/mail/{number:int}/raw", raw),
    ]


def asked_mail(sandbox: Sandbox, request: Request) -> Mail:
    """The mail whose number is in the path.

    Raises:
        HTTPException: 404, there is none.
    """
    number = request.path_params["number"]
    mail = sandbox.mailbox.find(number)
    if mail is None:
        raise HTTPException(404, f"there is no mail {number}")
    return mail


def _outline(mail: Mail) -> dict[str, object]:
    message = mail.message
    return {
        "n": mail.number,
        "key": key(message),
        "from": mail.sender,
        "to": mail.recipients,
        "subject": field(message, "Subject"),
        "at_ms": mail.at_ms,
        "size": len(mail.raw),
    }
