"""The web app: what the outside may reach, and unless it is public the site of colleagues beside it."""

from collections.abc import Callable
from http import HTTPStatus

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import Request

from config.links import BadLink
from dashboard.desks import Reception, serve_desks
from dashboard.fence import Fence
from dashboard.letters import READING, LetterPages
from dashboard.refusals import refused
from dashboard.returns import Senders, serve_returns
from dashboard.site import Site
from dashboard.surveys import SurveyPages
from dashboard.webhooks import Hooks, serve_webhooks
from dashboard.whole import answering, serve_site
from health.languages import accepted
from store.database import Database, Unavailable
from templates.pages import problem, style

REFUSALS = (BadLink, Unavailable, RequestValidationError, HTTPException)


def create_app(
    database: Database,
    company_name: str,
    hooks: Hooks,
    reception: Reception | None = None,
    *,
    returns: Senders | None = None,
    site: Site | None = None,
    judge: Callable[[], object] | None = None,
) -> FastAPI:
    """Return the app of ``seatsignal web``; the database is opened by the first request.

    ``company_name`` is ours, as it stands in the letters; ``hooks`` say which vendors may call in, and
    ``reception`` where colleagues answer, ``returns`` which senders tell of letters that came back. ``site``
    is what colleagues see; without it there is only what the outside must reach. ``judge`` judges the
    accounts of which something changed; without it the next pull does.
    """
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.add_middleware(Fence, company_name=company_name)
    customers = _answering(company_name)
    for kind in REFUSALS:
        app.add_exception_handler(kind, answering(site, customers) if site else customers)
    app.add_api_route("/healthz", health(database), methods=[*READING])
    app.add_api_route("/style.css", _style, methods=[*READING])
    LetterPages(database, company_name).serve_from(app)
    SurveyPages(database, company_name, judge or _left_to_the_next_pull).serve_from(app)
    serve_webhooks(app, database, hooks)
    if reception:
        serve_desks(app, reception)
    if returns:
        serve_returns(app, database, returns)
    if site:
        serve_site(site, app)
    return app


def health(database: Database) -> Callable[[], JSONResponse]:
    """Return what answers ``/healthz``."""

    def answer() -> JSONResponse:
        """Tell whether the database answers, and nothing more: anyone may ask."""
        try:
            database.now()
        except Exception:  # noqa: BLE001 - whatever it is, we are not well
            return JSONResponse({"ok": False}, HTTPStatus.SERVICE_UNAVAILABLE)
        return JSONResponse({"ok": True})

    return answer


def _left_to_the_next_pull() -> None:
    """Judge nothing: the end of every pull judges what was touched before it, too."""


def _style() -> Response:
    return Response(style(), media_type="text/css")


def _answering(company_name: str) -> Callable[[Request, Exception], Response]:
    def answer(request: Request, error: Exception) -> Response:
        refusal = refused(request, error)
        language = accepted(request.headers.get("accept-language", ""))
        words = problem(company_name, refusal.status_code, language)
        return HTMLResponse(words, refusal.status_code, refusal.headers)

    return answer
