"""Chargebee's API over HTTP: who may read, and how answers look."""

import base64
import binascii
import hmac
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.answers import reply
from sandbox.chargebee.book import ChargebeeBook
from sandbox.chargebee.errors import Refused
from sandbox.chargebee.listings import KINDS, Kind, asked, page
from sandbox.chargebee.resources import Resource
from sandbox.faults import FaultySystem
from sandbox.state import Sandbox

FAULTY: dict[str, FaultySystem] = {"/chargebee/": "chargebee"}
KEY = "test_sandbox_key"


def routes(sandbox: Sandbox) -> list[Route]:
    """`/chargebee/api/v2/{resources}` and `/chargebee/api/v2/{resources}/{id}`, for reading alone."""

    async def call(request: Request) -> Response:
        try:
            content = _called(sandbox.chargebee, request)
        except Refused as refused:
            return reply(refused.content, refused.status, refused.headers)
        return reply(content)

    every = ["GET", "POST", "DELETE"]
    return [
        Route("/chargebee/api/v2/{resources}", call, methods=every),
        Route("/chargebee/api/v2/{resources}/{id}", call, methods=every),
    ]


def _called(book: ChargebeeBook, request: Request) -> dict[str, Any]:
    _check_key(request)
    if wait_s := book.bucket.wait_s():
        raise Refused(429, "api_request_limit_exceeded", "Too many requests", after_s=wait_s)
    listing = request.path_params["resources"]
    kind = KINDS.get(listing)
    if kind is None or request.method != "GET":
        raise Refused(404, "resource_not_found", "Sorry, we couldn't find that resource")
    if "id" in request.path_params:
        return _one(book, listing, kind, request)
    rows, offset = page(list(book.rows(listing).values()), asked(request.url.query, kind))
    shown = [{kind.name: _shown(row, kind)} for row in rows]
    return {"list": shown, **({} if offset is None else {"next_offset": offset})}


def _one(book: ChargebeeBook, listing: str, kind: Kind, request: Request) -> dict[str, Any]:
    name = request.path_params["id"]
    found = book.rows(listing).get(name)
    if request.url.query or found is None or found.deleted:
        code = "param_wrong_value" if request.url.query else "resource_not_found"
        raise Refused(400 if request.url.query else 404, code, f"{name} not found")
    return {kind.name: _shown(found, kind)}


def _shown(row: Resource, kind: Kind) -> dict[str, Any]:
    """A resource as the API shows it: without what is empty."""
    told: dict[str, Any] = msgspec.to_builtins(row)
    version = {"resource_version": row.updated_at * 1_000}
    return {**told, **version, "deleted": row.deleted, "object": kind.name}


def _check_key(request: Request) -> None:
    scheme, _, sent = request.headers.get("authorization", "").partition(" ")
    user, _, password = _decoded(sent).partition(":") if scheme == "Basic" else ("", "", "")
    if password or not hmac.compare_digest(user.encode(), KEY.encode()):
        raise Refused(401, "api_authentication_failed", "Sorry, authentication failed. Invalid api key")


def _decoded(sent: str) -> str:
    try:
        return base64.b64decode(sent, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
