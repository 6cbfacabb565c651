"""Salesforce's REST API over HTTP: who may call, how often in a day, and how answers look."""

import hmac
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.answers import reply
from sandbox.faults import FaultySystem
from sandbox.salesforce import list_views, saving
from sandbox.salesforce.book import APP_USER, Row, SalesforceBook
from sandbox.salesforce.errors import NoToken, Refused, malformed, no_field
from sandbox.salesforce.schema import Definition
from sandbox.salesforce.soql import Query, comparable, parsed
from sandbox.state import Sandbox

FAULTY: dict[str, FaultySystem] = {"/salesforce/": "salesforce"}
ROOT = "/services/data/v{version}"
LATEST = "67.0"
VERSIONS = frozenset({"66.0", LATEST})
OURS = "SELECT Id, DeveloperName FROM CustomField WHERE DeveloperName LIKE 'Seatsignal%'"
Act = Callable[[SalesforceBook, Request, bytes], Any]


def routes(sandbox: Sandbox) -> list[Route]:
    """The calls that we make, and `/salesforce/traffic` for the judge."""
    book = sandbox.salesforce

    async def token(request: Request) -> Response:
        try:
            return reply(_token(book, dict(parse_qsl((await request.body()).decode()))))
        except Refused as refused:
            return reply(refused.content, refused.status)

    async def traffic(_request: Request) -> Response:
        return reply({"calls": book.calls})

    calls = [
        Route(f"/salesforce{ROOT}/{path}", _endpoint(book, act), methods=[method])
        for (method, path), act in CALLS.items()
    ]
    entry = Route("/salesforce/services/oauth2/token", token, methods=["POST"])
    who = Route("/salesforce/services/oauth2/userinfo", _endpoint(book, _whoami))
    return [entry, who, *calls, Route("/salesforce/traffic", traffic)]


def _token(book: SalesforceBook, asked: dict[str, str]) -> dict[str, str]:
    if asked.get("grant_type") != "client_credentials":
        raise NoToken("unsupported_grant_type", "grant type not supported")
    expected = f"{book.config.client_id} {book.config.client_secret}"
    given = f"{asked.get('client_id')} {asked.get('client_secret')}"
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise NoToken("invalid_client", "invalid client credentials")
    made = f"00Dsandbox!{len(book.tokens) + 1}"
    book.tokens.add(made)
    return {"access_token": made, "token_type": "Bearer", "instance_url": "https://sandbox.my.example"}


def _endpoint(book: SalesforceBook, act: Act) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            _check(book, request)
            content, status = act(book, request, await request.body()), 200
        except Refused as refused:
            content, status = refused.content, refused.status
        used = f"api-usage={book.calls}/{book.config.daily}"
        return reply(content, status, {"Sforce-Limit-Info": used})

    return endpoint


def _check(book: SalesforceBook, request: Request) -> None:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme != "Bearer" or given not in book.tokens:
        raise Refused(401, "INVALID_SESSION_ID", "Session expired or invalid")
    if request.path_params.get("version", LATEST) not in VERSIONS:
        raise Refused(404, "NOT_FOUND", "The requested resource does not exist")
    if book.calls >= book.config.daily:
        raise Refused(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
    book.calls += 1


# -- calls -------------------------------------------------------------------------------------------


def _query(*, deleted: bool) -> Act:
    def act(book: SalesforceBook, request: Request, _body: bytes) -> Any:  # noqa: ANN401 - any JSON
        asked = parsed(request.query_params.get("q", ""), book.now()[:10])
        found = _found(book, asked, deleted=deleted)
        name = f"01g{len(book.locators):015}"
        book.locators[name] = found
        return _page(book, f"{request.url.path.removeprefix('/salesforce')}/{name}", name, 0)

    return act


def _continued(book: SalesforceBook, request: Request, _body: bytes) -> Any:  # noqa: ANN401 - any JSON
    name, _, offset = str(request.path_params["locator"]).partition("-")
    if name not in book.locators or not offset.isdecimal():
        raise Refused(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
    path = request.url.path.removeprefix("/salesforce").rpartition("-")[0]
    return _page(book, path, name, int(offset))


def _page(book: SalesforceBook, path: str, name: str, offset: int) -> Row:
    rows, end = book.locators[name], offset + book.config.page_size
    more = {"nextRecordsUrl": f"{path}-{end}"} if end < len(rows) else {}
    return {"totalSize": len(rows), "done": not more, **more, "records": rows[offset:end]}


def _found(book: SalesforceBook, asked: Query, *, deleted: bool) -> list[Row]:
    fields = book.schema.of(asked.kind)
    for path in asked.fields:
        name, _, rest = path.partition(".")
        if name not in fields and not (rest and rest in book.schema.of("User")):
            raise no_field(asked.kind, path)
    fitting = [
        row for row in book.seen(asked.kind, deleted=deleted) if asked.fits(book.says(asked.kind, row))
    ]
    fitting.sort(key=lambda row: tuple(comparable(row.get(name)) for name in asked.order))
    return [_shown(book, asked, row) for row in fitting[: asked.limit]]


def _shown(book: SalesforceBook, asked: Query, row: Row) -> Row:
    says = book.says(asked.kind, row)
    shown: Row = {"attributes": {"type": asked.kind, "url": f"/sobjects/{asked.kind}/{row['Id']}"}}
    for path in asked.fields:
        name, _, rest = path.partition(".")
        if not rest:
            shown[name] = says(name)
        elif book.looked_up(asked.kind, row, name) is None:
            shown[name] = None
        else:
            shown.setdefault(name, {"attributes": {"type": "User"}})[rest] = says(path)
    return shown


def _describe(book: SalesforceBook, request: Request, _body: bytes) -> Any:  # noqa: ANN401 - any JSON
    return {"fields": [*book.schema.of(request.path_params["kind"]).values()]}


def _whoami(_book: SalesforceBook, _request: Request, _body: bytes) -> Any:  # noqa: ANN401 - any JSON
    return {"user_id": APP_USER, "organization_id": "00D000000000000001"}


def _create(book: SalesforceBook, _request: Request, body: bytes) -> Any:  # noqa: ANN401 - any JSON
    return saving.create(book, body)


def _update(book: SalesforceBook, _request: Request, body: bytes) -> Any:  # noqa: ANN401 - any JSON
    return saving.update(book, body)


def _composite(book: SalesforceBook, request: Request, body: bytes) -> Any:  # noqa: ANN401 - any JSON
    root = ROOT.replace("{version}", request.path_params["version"])
    return saving.composite(book, root, body)


def _upsert(book: SalesforceBook, request: Request, body: bytes) -> Any:  # noqa: ANN401 - any JSON
    return saving.upsert(book, request.path_params["kind"], request.path_params["field"], body)


def _read(book: SalesforceBook, request: Request, body: bytes) -> Any:  # noqa: ANN401 - any JSON
    return saving.read(book, request.path_params["kind"], body)


def _tooling(book: SalesforceBook, request: Request, _body: bytes) -> Any:  # noqa: ANN401 - any JSON
    if request.query_params.get("q") != OURS:
        raise Refused(400, "MALFORMED_QUERY", "unexpected token")
    names = [
        name.removesuffix("__c")
        for fields in book.schema.fields.values()
        for name in fields
        if name.startswith("Seatsignal")
    ]
    rows = [
        {"attributes": {"type": "CustomField"}, "Id": f"00N{n:015}", "DeveloperName": name}
        for n, name in enumerate(names)
    ]
    return {"totalSize": len(rows), "done": True, "records": rows}


def _make_field(book: SalesforceBook, _request: Request, body: bytes) -> Any:  # noqa: ANN401 - any JSON
    try:
        made = msgspec.json.decode(body, type=Definition)
    except msgspec.DecodeError as error:
        raise malformed(str(error)) from error
    return {"id": book.schema.make(made), "success": True, "errors": []}


def _list_view(book: SalesforceBook, request: Request, body: bytes) -> Any:  # noqa: ANN401 - any JSON
    return list_views.make(book, request.path_params["kind"], body)


CALLS: dict[tuple[str, str], Act] = {
    ("GET", "query"): _query(deleted=False),
    ("GET", "queryAll"): _query(deleted=True),
    ("GET", "query/{locator}"): _continued,
    ("GET", "queryAll/{locator}"): _continued,
    ("GET", "sobjects/{kind}/describe"): _describe,
    ("POST", "composite"): _composite,
    ("POST", "composite/sobjects"): _create,
    ("PATCH", "composite/sobjects"): _update,
    ("PATCH", "composite/sobjects/{kind}/{field}"): _upsert,
    ("POST", "composite/sobjects/{kind}"): _read,
    ("GET", "tooling/query"): _tooling,
    ("POST", "tooling/sobjects/CustomField"): _make_field,
    ("POST", "ui-api/list-info/{kind}"): _list_view,
}
