"""Workflows of Teams over HTTP: who may call, how often, what is taken, and how a refusal looks.

The real one takes a call with 202, and what is wrong with its card only fails a run that nobody looks at.
Here that is refused aloud.
"""

import hmac

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.answers import reply
from sandbox.faults import FaultySystem
from sandbox.state import Sandbox
from sandbox.teams.cards import MOST_BYTES, problems, size

FAULTY: dict[str, FaultySystem] = {"/teams/": "teams"}


class Refused(Exception):  # noqa: N818 - an answer that a workflow gives, not a defect
    """Becomes ``{"error": {"code", "message"}}``."""

    def __init__(self, status: int, code: str, words: str = "", wait_s: int = 0) -> None:
        super().__init__(code)
        self.status, self.code, self.words, self.wait_s = status, code, words, wait_s


def routes(sandbox: Sandbox) -> list[Route]:
    """`/teams/workflows/{channel}/triggers/manual/paths/invoke`, with the signature in its query."""

    async def invoke(request: Request) -> Response:
        try:
            _take(sandbox, request.path_params["channel"], request, await request.body())
        except Refused as refused:
            said = {"error": {"code": refused.code, "message": refused.words}}
            headers = {"Retry-After": str(refused.wait_s)} if refused.wait_s else None
            return reply(said, refused.status, headers)
        return Response(status_code=202)

    return [Route("/teams/workflows/{channel}/triggers/manual/paths/invoke", invoke, methods=["POST"])]


def _take(sandbox: Sandbox, channel: str, request: Request, body: bytes) -> None:
    given = request.query_params.get("sig", "")
    if not hmac.compare_digest(given.encode(), sandbox.config.teams.signature.encode()):
        raise Refused(401, "DirectApiAuthorizationRequired", "The request is not signed as it must be.")
    if channel not in sandbox.teams.channels:
        raise Refused(404, "WorkflowNotFound", "The workflow could not be found.")
    if wait_s := sandbox.teams.wait_s(channel):
        raise Refused(429, "TooManyRequests", "Rate limit is exceeded.", wait_s)
    sandbox.teams.post(channel, _card(request, body))


def _card(request: Request, body: bytes) -> dict[str, object]:
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        raise Refused(400, "TriggerInputSchemaMismatch", "The body is not application/json.")
    try:
        sent = msgspec.json.decode(body)
    except msgspec.DecodeError as error:
        raise Refused(400, "InvalidJson", str(error)) from error
    if found := problems(sent):
        raise Refused(400, "TriggerInputSchemaMismatch", "; ".join(map(str, found)))
    card: dict[str, object] = sent["attachments"][0]["content"]
    if size(card) > MOST_BYTES:
        raise Refused(413, "RequestEntityTooLarge", f"{size(card)} bytes, {MOST_BYTES} at most")
    return card
