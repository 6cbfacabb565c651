"""People who ask the app: they give a command or look at their home tab, and the app is told of it."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.answers import listed, reply
from sandbox.slack.blocks import MOST_CHARACTERS, characters, problems
from sandbox.slack.people import APP, FORM, told
from sandbox.slack.schema import Check, boolean, one_of, shape, string
from sandbox.slack.views import anything
from sandbox.slack.workspace import TEAM, Conversation, Workspace
from sandbox.state import Sandbox

COMMAND = "/seatsignal"
JSON = "application/json"
HOOK = "https://hooks.slack.example/commands/T00REHEARSAL/1/rehearsal"
ANSWER: Check = shape(
    {"text": string(40_000)},
    {
        "response_type": one_of("ephemeral", "in_channel"),
        "blocks": anything,
        "parse": string(10),
        "link_names": boolean,
        "unfurl_links": boolean,
        "unfurl_media": boolean,
    },
)


class Give(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody gives the command in a channel, with words behind it."""

    user: str
    channel: str
    text: str = ""


class Look(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody looks at a tab of the app; `event` tells of it once more, as Slack does of what failed."""

    user: str
    tab: str = "home"
    event: str = ""


GIVEN = msgspec.json.Decoder(list[Give])
LOOKS = msgspec.json.Decoder(list[Look])


def routes(sandbox: Sandbox) -> list[Route]:
    """`/slack/command`, `/slack/look`, and `/slack/verify` for whether events reach the app."""
    workspace = sandbox.workspace

    async def command(request: Request) -> Response:
        (done,) = await listed(request, GIVEN)
        return reply(await run_in_threadpool(given, workspace, done))

    async def look(request: Request) -> Response:
        (done,) = await listed(request, LOOKS)
        return reply(await run_in_threadpool(looked, workspace, done))

    async def verify(_request: Request) -> Response:
        return reply(await run_in_threadpool(verified, workspace))

    return [
        Route("/slack/command", command, methods=["POST"]),
        Route("/slack/look", look, methods=["POST"]),
        Route("/slack/verify", verify, methods=["POST"]),
    ]


def given(workspace: Workspace, done: Give) -> dict[str, Any]:
    """Tell the app of a command, and return its answer with what Slack would not show of it."""
    conversation = workspace.conversations.get(done.channel)
    if conversation is None or done.user not in workspace.people:
        raise HTTPException(404, "there is no such channel, or nobody of that name")
    body = {
        "token": "deprecated",
        "team_id": TEAM,
        "team_domain": "rehearsal",
        "channel_id": done.channel,
        "channel_name": _name(conversation),
        "user_id": done.user,
        "user_name": workspace.people[done.user].name,
        "command": COMMAND,
        "text": _escaped(done.text),
        "api_app_id": APP,
        "is_enterprise_install": "false",
        "response_url": HOOK,
        "trigger_id": workspace.trigger(done.user),
    }
    answer = told(workspace, urlencode(body).encode(), FORM)
    return answer | {"problems": list(_problems(answer["said"]))}


def _name(conversation: Conversation) -> str:
    if conversation.person is not None:
        return "directmessage"
    return "privategroup" if conversation.channel.is_private else conversation.channel.name


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _problems(said: Any) -> Iterator[str]:  # noqa: ANN401 - whatever the app answered
    if not isinstance(said, dict):
        yield f"not a message: {said}"
        return
    blocks = said.get("blocks", [])
    yield from map(str, [*ANSWER(said, ""), *problems(blocks)])
    if characters(blocks) > MOST_CHARACTERS:
        yield "msg_blocks_too_long"


def looked(workspace: Workspace, done: Look) -> dict[str, Any]:
    """Tell the app that somebody looks at one of its tabs, and return the event's name with its answer."""
    if done.user not in workspace.people:
        raise HTTPException(404, "there is nobody of that name")
    event = done.event or f"Ev{workspace.next_ts().replace('.', '')}"
    channel = f"D{done.user[1:]}"
    body = {
        "token": "deprecated",
        "team_id": TEAM,
        "api_app_id": APP,
        "type": "event_callback",
        "event_id": event,
        "event_time": int(workspace.now()),
        "authorizations": [],
        "event": {
            "type": "app_home_opened",
            "user": done.user,
            "channel": channel,
            "tab": done.tab,
            "event_ts": workspace.next_ts(),
        },
    }
    again = {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"} if done.event else {}
    return {"event": event, **told(workspace, json.dumps(body).encode(), JSON, **again)}


def verified(workspace: Workspace) -> dict[str, Any]:
    """Ask the app for Slack's own words back."""
    challenge = f"challenge {workspace.next_ts()}"
    body = {"token": "deprecated", "type": "url_verification", "challenge": challenge}
    answer = told(workspace, json.dumps(body).encode(), JSON)
    said = answer["said"]
    echoed = said.get("challenge") if isinstance(said, dict) else said
    return answer | {"verified": echoed == challenge}
