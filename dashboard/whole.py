"""The whole site: every page of it, and what it answers where one cannot be shown."""

from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from dashboard.api import problems
from dashboard.api.callers import TooOften
from dashboard.api.whole import service
from dashboard.pages.account import AccountPages
from dashboard.pages.approvals import ApprovalPages
from dashboard.pages.charts import ChartPages
from dashboard.pages.deliveries import DeliveriesPage
from dashboard.pages.door import DoorPages
from dashboard.pages.expected import ExpectedPages
from dashboard.pages.experiments import ExperimentPage
from dashboard.pages.figures import serve_figures
from dashboard.pages.identity import IdentityPage
from dashboard.pages.lists import serve_lists
from dashboard.pages.metrics import MetricPages
from dashboard.pages.notes import NotePages
from dashboard.pages.review import ReviewPages
from dashboard.pages.rules import RulesPage
from dashboard.pages.saved import SavedViews
from dashboard.pages.settings import SettingsPage
from dashboard.pages.snooze import SnoozePage
from dashboard.pages.sources import SourcesPage
from dashboard.pages.start import StartPage
from dashboard.pages.today import TodayPage
from dashboard.pages.tokens import TokensPage
from dashboard.pages.users import UsersPage
from dashboard.refusals import refused
from dashboard.site import NotAllowed, NotSignedIn, Site, goes, serve_assets
from templates.views import View

OUTSIDE = ("/u/", "/p/", "/s/", "/webhooks/", "/desks/", "/returns/", "/api/", "/healthz", "/style.css")
"""How paths begin at which whoever comes is no colleague."""
Answer = Callable[[Request, Exception], Response]
_SAID = {
    HTTPStatus.BAD_REQUEST: ("That could not be read", "Nothing was changed. Go back and try again."),
    HTTPStatus.FORBIDDEN: (
        "That is not for you",
        "Your role does not go so far, or the page was open for too long: go back and load it again.",
    ),
    HTTPStatus.NOT_FOUND: (
        "There is no such page",
        "It may have moved, or be about what is not yours to see.",
    ),
    HTTPStatus.METHOD_NOT_ALLOWED: ("That is not possible here", "Nothing was changed."),
    HTTPStatus.MISDIRECTED_REQUEST: (
        "Not under this name",
        "Set SEATSIGNAL_DASHBOARD_URL to the address under which colleagues come here.",
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: (
        "The database cannot be reached just now",
        "Nothing was changed, and nothing is lost. Try again in a minute.",
    ),
}
_BROKEN = ("Something went wrong", "It was not your doing. Try again; if it stays, tell whoever runs this.")


def serve_site(site: Site, app: FastAPI) -> None:
    """Add every page."""
    for kind in (NotSignedIn, NotAllowed):
        app.add_exception_handler(kind, answering(site, _unheard))
    serve_assets(site, app)
    DoorPages(site).serve_from(app)
    TodayPage(site).serve_from(app)
    serve_lists(site, app)
    SnoozePage(site).serve_from(app)
    SavedViews(site).serve_from(app)
    AccountPages(site).serve_from(app)
    serve_figures(site, app)
    ChartPages(site).serve_from(app)
    MetricPages(site).serve_from(app)
    ReviewPages(site).serve_from(app)
    ExperimentPage(site).serve_from(app)
    NotePages(site).serve_from(app)
    ExpectedPages(site).serve_from(app)
    ApprovalPages(site).serve_from(app)
    app.add_exception_handler(problems.Problem, problems.answer)
    app.add_exception_handler(TooOften, problems.answer)
    service(lambda: site.deployment).serve_from(app)
    SourcesPage(site).serve_from(app)
    IdentityPage(site).serve_from(app)
    DeliveriesPage(site).serve_from(app)
    RulesPage(site).serve_from(app)
    SettingsPage(site).serve_from(app)
    UsersPage(site).serve_from(app)
    TokensPage(site).serve_from(app)
    StartPage(site).serve_from(app)


def answering(site: Site, customers: Answer) -> Answer:
    """Return what answers where a page cannot be shown: to colleagues in their words, to others in theirs."""

    def answer(request: Request, error: Exception) -> Response:
        if request.url.path.startswith(problems.UNDER):
            return problems.answer(request, error)
        if request.url.path.startswith(OUTSIDE):
            return customers(request, error)
        if isinstance(error, NotSignedIn):
            return _to_the_door(request)
        refusal = (
            HTTPException(HTTPStatus.FORBIDDEN) if isinstance(error, NotAllowed) else refused(request, error)
        )
        return problem(site, refusal)

    return answer


def problem(site: Site, refusal: HTTPException) -> Response:
    """Answer with what went wrong, in plain words; the database may be away, so nothing of it is asked."""
    title, advice = _SAID.get(HTTPStatus(refusal.status_code), _BROKEN)
    answer = site.page(View(title=title, lead=advice), status=refusal.status_code)
    answer.headers.update(refusal.headers or {})
    return answer


def _to_the_door(request: Request) -> Response:
    query = f"?{request.url.query}" if request.url.query else ""
    asked = f"{request.url.path}{query}" if request.method in {"GET", "HEAD"} else "/"
    return goes(f"/sign-in?to={quote(asked, safe='')}" if asked != "/" else "/sign-in")


def _unheard(_request: Request, error: Exception) -> Response:
    raise error
