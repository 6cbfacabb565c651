"""Stripe's API over HTTP: who may read, in which version, and how answers look."""

import base64
import binascii
import hmac
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.answers import reply
from sandbox.faults import FaultySystem
from sandbox.state import Sandbox
from sandbox.stripe.book import StripeBook
from sandbox.stripe.content import Event
from sandbox.stripe.errors import Refused
from sandbox.stripe.listings import asked, page
from sandbox.stripe.versions import checked
from sandbox.stripe.views import View, wanted

FAULTY: dict[str, FaultySystem] = {"/stripe/": "stripe"}
KEY = "rk_test_sandbox"
TOO_MANY = 429


class Endpoint(NamedTuple):
    """A kind of object: where it is kept, and by what its listing may be filtered."""

    kind: str
    rows: Callable[[StripeBook], Mapping[str, Any]]
    equal: Sequence[str] = ()
    within: Sequence[str] = ("created",)
    required: str = ""


ENDPOINTS: Mapping[str, Endpoint] = {
    "customers": Endpoint("customer", StripeBook.customers, equal=("email",)),
    "subscriptions": Endpoint(
        "subscription",
        StripeBook.subscriptions,
        equal=("collection_method", "customer", "status"),
        within=("created", "current_period_end", "current_period_start"),
    ),
    "subscription_items": Endpoint(
        "subscription_item",
        StripeBook.items,
        equal=("subscription",),
        within=(),
        required="subscription",
    ),
    "subscription_schedules": Endpoint(
        "subscription_schedule",
        StripeBook.schedules,
        equal=("customer",),
        within=("canceled_at", "completed_at", "created", "released_at"),
    ),
    "invoices": Endpoint(
        "invoice",
        StripeBook.invoices,
        equal=("collection_method", "customer", "status", "subscription"),
        within=("created", "due_date"),
    ),
    "events": Endpoint("event", StripeBook.events, equal=("type", "types")),
    "prices": Endpoint("price", StripeBook.prices, equal=("product",)),
    "coupons": Endpoint("coupon", StripeBook.coupons),
}


def routes(sandbox: Sandbox) -> list[Route]:
    """`/stripe/v1/{objects}` and `/stripe/v1/{objects}/{id}`, for reading alone."""

    async def call(request: Request) -> Response:
        try:
            content = _called(sandbox.stripe, request)
        except Refused as refused:
            return _refusal(refused)
        return reply(content)

    every = ["GET", "POST", "DELETE"]
    return [
        Route("/stripe/v1/{objects}", call, methods=every),
        Route("/stripe/v1/{objects}/{id}", call, methods=every),
    ]


def _called(book: StripeBook, request: Request) -> dict[str, Any]:
    _check_key(request)
    version = checked(request.headers.get("stripe-version"))
    if book.bucket.wait_s():
        raise Refused(TOO_MANY, "Request rate limit exceeded.", code="rate_limit")
    endpoint = ENDPOINTS.get(request.path_params["objects"])
    if endpoint is None or request.method != "GET":
        raise Refused(404, f"Unrecognized request URL ({request.method}: {request.url.path}).")
    view = View(lambda kind, name: _held(book, kind, name), version)
    if "id" in request.path_params:
        return _one(book, endpoint, request, view)
    return _listing(book, endpoint, request, view)


def _listing(book: StripeBook, endpoint: Endpoint, request: Request, view: View) -> dict[str, Any]:
    query = asked(request.url.query, endpoint.equal, endpoint.within)
    if endpoint.required and endpoint.required not in query.equal:
        message = f"Missing required param: {endpoint.required}."
        raise Refused(400, message, code="parameter_missing", param=endpoint.required)
    rows, more = page(list(endpoint.rows(book).values()), query)
    tree = wanted(query.expand)
    if tree.keys() - {"data"}:
        raise Refused(400, "This property cannot be expanded; expansions of a listing start with data.")
    shown = [_shown(row, view, tree.get("data", {})) for row in rows]
    return {
        "object": "list",
        "url": request.url.path.removeprefix("/stripe"),
        "has_more": more,
        "data": shown,
    }


def _one(book: StripeBook, endpoint: Endpoint, request: Request, view: View) -> dict[str, Any]:
    name = request.path_params["id"]
    tree = wanted(asked(request.url.query, listing=False).expand)
    found = endpoint.rows(book).get(name)
    if found is not None:
        return _shown(found, view, tree)
    if endpoint.kind == "customer" and book.deleted_customer(name):
        return {"id": name, "object": "customer", "deleted": True}
    message = f"No such {endpoint.kind.replace('_', ' ')}: '{name}'"
    raise Refused(404, message, code="resource_missing", param="id")


def _shown(row: msgspec.Struct, view: View, tree: dict[str, Any]) -> dict[str, Any]:
    thing: dict[str, Any] = msgspec.to_builtins(row)
    if not isinstance(row, Event):
        return view.shown(thing, tree)
    if tree:
        raise Refused(400, "This property cannot be expanded; an event is as it was rendered.")
    about = view.of(row.api_version).shown(thing["data"]["object"], {})
    return {**thing, "data": {"object": about, **_before(row)}}


def _before(event: Event) -> dict[str, Any]:
    before = event.data.previous_attributes
    return {} if before is None else {"previous_attributes": before}


def _held(book: StripeBook, kind: str, name: str) -> dict[str, Any] | None:
    rows: Mapping[str, Any] = next((e.rows(book) for e in ENDPOINTS.values() if e.kind == kind), {})
    found = rows.get(name)
    return None if found is None else msgspec.to_builtins(found)


def _check_key(request: Request) -> None:
    scheme, _, sent = request.headers.get("authorization", "").partition(" ")
    key = sent if scheme == "Bearer" else _user(sent) if scheme == "Basic" else ""
    if not key:
        raise Refused(401, "You did not provide an API key.")
    if not hmac.compare_digest(key.encode(), KEY.encode()):
        raise Refused(401, f"Invalid API Key provided: {'*' * 8}{key[-4:]}")


def _user(sent: str) -> str:
    try:
        return base64.b64decode(sent, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _refusal(refused: Refused) -> Response:
    limited = {"Stripe-Rate-Limited-Reason": "global-rate"} if refused.status == TOO_MANY else None
    return reply({"error": refused.content}, refused.status, limited)
