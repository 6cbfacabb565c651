"""Slack's Web API over HTTP: who may call, in which format, and how answers look."""

import hmac
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.answers import reply
from sandbox.faults import FaultySystem
from sandbox.slack import asking, chat, people, reading, views
from sandbox.slack.errors import Refused
from sandbox.slack.workspace import Workspace
from sandbox.state import Sandbox

FAULTY: dict[str, FaultySystem] = {"/slack/api/": "slack"}
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
NESTED = ("blocks", "metadata", "view")  # JSON within a form


class Method(NamedTuple):
    """What a method takes and does; those that read take query or form, never JSON."""

    arguments: type[msgspec.Struct]
    act: Callable[[Workspace, Any], dict[str, Any]]
    takes_json: bool = False


METHODS = {
    "auth.test": Method(reading.Nothing, reading.auth_test, takes_json=True),
    "chat.postMessage": Method(chat.PostMessage, chat.post_message, takes_json=True),
    "chat.update": Method(chat.Update, chat.update, takes_json=True),
    "conversations.history": Method(reading.History, reading.history),
    "conversations.list": Method(reading.Listing, reading.listing),
    "conversations.replies": Method(reading.Replies, reading.replies),
    "chat.postEphemeral": Method(views.Ephemeral, views.post_ephemeral, takes_json=True),
    "users.lookupByEmail": Method(reading.Lookup, reading.lookup_by_email),
    "views.open": Method(views.Open, views.open_form, takes_json=True),
    "views.publish": Method(views.Publish, views.publish, takes_json=True),
}


def routes(sandbox: Sandbox) -> list[Route]:
    """`/slack/api/{method}` as Slack has it, and `/slack/traffic` for the judge.

    Traffic is the posts answered 429, and those that came before a Retry-After was over.
    """

    async def call(request: Request) -> Response:
        try:
            content = await _call(sandbox, request.path_params["method"], request)
        except Refused as refused:
            return _refusal(refused)
        return reply({"ok": True, **content})

    async def traffic(_request: Request) -> Response:
        buckets = [conversation.bucket for conversation in sandbox.workspace.conversations.values()]
        early = sum(bucket.early for bucket in buckets)
        return reply({"limited": sandbox.workspace.limited, "early": early})

    return [
        Route("/slack/api/{method}", call, methods=["GET", "POST"]),
        Route("/slack/traffic", traffic),
        *people.routes(sandbox),
        *asking.routes(sandbox),
    ]


async def _call(sandbox: Sandbox, name: str, request: Request) -> dict[str, Any]:
    method = METHODS.get(name)
    if method is None:
        raise Refused("unknown_method")
    sent = await _sent(request, method)
    _check_token(sandbox, request, sent)
    try:
        arguments = msgspec.convert(sent, method.arguments, strict=_kind(request) == JSON)
    except msgspec.ValidationError as error:
        raise Refused("invalid_arguments", [str(error)]) from error
    return method.act(sandbox.workspace, arguments)


def _kind(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def _sent(request: Request, method: Method) -> dict[str, Any]:
    if request.method == "GET":
        return dict(request.query_params)
    body = await request.body()
    kind = _kind(request)
    if not body:
        return {}
    if kind == JSON and method.takes_json:
        return _json_object(body)
    if kind == FORM:
        return _form(body)
    raise Refused("invalid_post_type" if kind else "missing_post_type")


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        sent = msgspec.json.decode(body)
    except msgspec.DecodeError as error:
        raise Refused("invalid_json") from error
    if not isinstance(sent, dict):
        raise Refused("json_not_object")
    return sent


def _form(body: bytes) -> dict[str, Any]:
    try:
        fields: dict[str, Any] = dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True))
    except ValueError as error:
        raise Refused("invalid_form_data") from error
    return fields | {name: _nested(fields[name]) for name in NESTED if name in fields}


def _nested(text: str) -> object:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text  # the method says what it expected there


def _check_token(sandbox: Sandbox, request: Request, sent: dict[str, Any]) -> None:
    in_form = sent.pop("token", "") if _kind(request) == FORM else ""
    scheme, _, in_header = request.headers.get("authorization", "").partition(" ")
    token = in_header if scheme == "Bearer" else in_form
    if not token:
        raise Refused("not_authed")
    if not hmac.compare_digest(token.encode(), sandbox.config.slack_token.encode()):
        raise Refused("invalid_auth")


def _refusal(refused: Refused) -> Response:
    content: dict[str, Any] = {"ok": False, "error": refused.name}
    if refused.problems:
        messages = [f"[ERROR] {problem}" for problem in refused.problems]
        content |= {"errors": refused.problems, "response_metadata": {"messages": messages}}
    if refused.retry_after_s:
        return reply(content, 429, {"Retry-After": str(refused.retry_after_s)})
    return reply(content)
