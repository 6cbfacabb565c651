"""People in the stand-in's channels: they press buttons and fill in forms, and the app is told of it."""

import hmac
import json
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

import msgspec
import requests
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.answers import listed, reply
from sandbox.slack.shapes import message_json
from sandbox.slack.views import filled
from sandbox.slack.workspace import TEAM, App, Workspace
from sandbox.state import Sandbox

APP = "A00SEATSIGNAL"
FORM = "application/x-www-form-urlencoded"
NO_APP = "no app is set: POST /slack/app"
PATIENCE_S = 3
"""Slack shows that something went wrong if an app has not answered by then."""


class Press(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody presses a button of a message, or without one of their home tab, where it has a value."""

    action: str
    user: str
    channel: str = ""
    ts: str = ""
    value: str = ""


class Fill(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody fills in a form, by block, and sends it off."""

    form: str
    values: dict[str, str]


APPS = msgspec.json.Decoder(list[App])
PRESSES = msgspec.json.Decoder(list[Press])
FILLS = msgspec.json.Decoder(list[Fill])


def routes(sandbox: Sandbox) -> list[Route]:
    """`/slack/app`, `/slack/press`, `/slack/fill`, and `/slack/private` for what one person alone sees."""
    workspace = sandbox.workspace

    async def app(request: Request) -> Response:
        (workspace.app,) = await listed(request, APPS)
        return reply({"ok": True})

    async def press(request: Request) -> Response:
        (done,) = await listed(request, PRESSES)
        return reply(await run_in_threadpool(pressed, workspace, done))

    async def fill(request: Request) -> Response:
        (done,) = await listed(request, FILLS)
        return reply(await run_in_threadpool(sent_off, workspace, done))

    async def private(_request: Request) -> Response:
        seen = {"forms": list(workspace.forms.values()), "whispers": workspace.whispers}
        return reply(seen | {"homes": workspace.homes})

    return [
        Route("/slack/app", app, methods=["POST"]),
        Route("/slack/press", press, methods=["POST"]),
        Route("/slack/fill", fill, methods=["POST"]),
        Route("/slack/private", private),
    ]


def pressed(workspace: Workspace, done: Press) -> dict[str, Any]:
    """Tell the app of a button, and return its answer."""
    if not done.channel:
        return _pressed_at_home(workspace, done)
    conversation = workspace.conversations.get(done.channel)
    message = conversation.messages.get(done.ts) if conversation else None
    if conversation is None or message is None or done.user not in workspace.people:
        raise HTTPException(404, "there is no such message, or nobody of that name")
    named = [each for each in _buttons(message.content.blocks) if each.get("action_id") == done.action]
    if not named:
        raise HTTPException(404, f"the message has no button {done.action}")
    payload = {
        "type": "block_actions",
        "user": _user(workspace, done.user),
        "container": {
            "type": "message",
            "message_ts": done.ts,
            "channel_id": done.channel,
            "is_ephemeral": False,
        },
        "trigger_id": workspace.trigger(done.user),
        "channel": {"id": done.channel, "name": conversation.channel.name},
        "message": message_json(conversation, message, metadata=True),
        "actions": [{**named[0], "block_id": "b", "action_ts": workspace.next_ts()}],
    }
    return _told(workspace, payload)


def _pressed_at_home(workspace: Workspace, done: Press) -> dict[str, Any]:
    home = workspace.homes.get(done.user)
    shown = _buttons(tuple(home["blocks"])) if home else []
    named = [
        each for each in shown if (each["action_id"], each.get("value", "")) == (done.action, done.value)
    ]
    if not named:
        raise HTTPException(404, f"the home tab has no button {done.action} of {done.value}")
    payload = {
        "type": "block_actions",
        "user": _user(workspace, done.user),
        "container": {"type": "view", "view_id": f"V{done.user}"},
        "trigger_id": workspace.trigger(done.user),
        "view": {"id": f"V{done.user}", "type": "home", "blocks": home["blocks"] if home else []},
        "actions": [{**named[0], "block_id": "b", "action_ts": workspace.next_ts()}],
    }
    return _told(workspace, payload)


def sent_off(workspace: Workspace, done: Fill) -> dict[str, Any]:
    """Tell the app what was filled in; the form is closed unless the app finds fault with it."""
    form = workspace.forms.get(done.form)
    if form is None:
        raise HTTPException(404, f"there is no form {done.form}")
    view = {"id": form.id, "state": filled(form, done.values), **form.view}
    answer = _told(workspace, {"type": "view_submission", "user": _user(workspace, form.user), "view": view})
    if answer["status"] == requests.codes.ok and not answer["said"]:
        del workspace.forms[form.id]
    return answer


def _told(workspace: Workspace, payload: dict[str, Any]) -> dict[str, Any]:
    payload |= {"team": {"id": TEAM, "domain": "rehearsal"}, "api_app_id": APP, "token": "deprecated"}
    return told(workspace, urlencode({"payload": json.dumps(payload)}).encode(), FORM)


def told(workspace: Workspace, body: bytes, kind: str, **more: str) -> dict[str, Any]:
    """Call the app as Slack does, signed, and return its status and what it said."""
    app = workspace.app
    if app is None:
        raise HTTPException(409, NO_APP)
    at = str(int(workspace.now()))
    digest = hmac.new(app.signing_secret.encode(), f"v0:{at}:".encode() + body, sha256).hexdigest()
    headers = {
        "Content-Type": kind,
        "X-Slack-Request-Timestamp": at,
        "X-Slack-Signature": f"v0={digest}",
        **more,
    }
    try:
        answer = requests.post(app.request_url, body, headers=headers, timeout=PATIENCE_S)
    except requests.RequestException as error:
        return {"status": 0, "said": type(error).__name__}
    return {"status": answer.status_code, "said": _said(answer)}


def _said(answer: requests.Response) -> object:
    if not answer.content:
        return None
    return answer.json() if "json" in answer.headers.get("Content-Type", "") else answer.text


def _buttons(blocks: tuple[Any, ...]) -> list[dict[str, Any]]:
    return [part for block in blocks if block["type"] == "actions" for part in block["elements"]]


def _user(workspace: Workspace, user: str) -> dict[str, str]:
    return {"id": user, "username": workspace.people[user].name, "team_id": TEAM}
