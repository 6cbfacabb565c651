"""Mattermost's incoming webhooks over HTTP: who may post, what is taken, how a refusal looks.

A message is shown anew each time it is posted; its key is read from the words that state it.
Shape: developers.mattermost.com/integrate/webhooks/incoming.
"""

import re

import msgspec
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from sandbox.answers import reply
from sandbox.faults import FaultySystem
from sandbox.state import Sandbox

FAULTY: dict[str, FaultySystem] = {"/mattermost/": "mattermost"}
CHANNELS = ("success", "sales", "ops")
HOOKS = {f"mattermost-hook-of-{channel}": channel for channel in CHANNELS}
LONGEST = 16_383
KEYS = frozenset({"text", "username", "icon_url", "icon_emoji", "channel", "attachments", "props", "type"})
_KEY = re.compile(r"^Key (.+)$", re.MULTILINE)


def routes(sandbox: Sandbox) -> list[Route]:
    """`/mattermost/hooks/{hook}`."""

    async def post(request: Request) -> Response:
        channel = HOOKS.get(request.path_params["hook"])
        text = _text(await request.body())
        if channel is None or not text:
            return reply({"id": "web.incoming_webhook.invalid.app_error", "status_code": 400}, 400)
        key = _KEY.search(text)
        sandbox.ledger.record(
            system="mattermost",
            action="post",
            key=key[1] if key else text,
            thread=key[1] if key else text,
            channel_or_to=channel,
            text=text,
        )
        return PlainTextResponse("ok")

    return [Route("/mattermost/hooks/{hook}", post, methods=["POST"])]


def _text(body: bytes) -> str:
    """The words of a message; empty if it is none that Mattermost takes."""
    try:
        sent = msgspec.json.decode(body, type=dict[str, object])
    except msgspec.DecodeError:
        return ""
    text = sent.get("text")
    return text if isinstance(text, str) and len(text) <= LONGEST and sent.keys() <= KEYS else ""
