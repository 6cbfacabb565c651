"""The site of colleagues: whoever is signed in sees pages, as far as their role goes; nobody else any."""

from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple
from urllib.parse import urlsplit

from fastapi import Depends, FastAPI, Form, Request
from fastapi.responses import HTMLResponse, Response
from starlette.exceptions import HTTPException

from dashboard.access import COOKIE, LASTS_MS, Access, Right, Viewer, is_sealed
from dashboard.letters import READING
from dashboard.pages.theirs import letters
from dashboard.said import Going, Said, telling
from store import runs
from store.database import Connection
from store.installation import is_live
from templates.views import ASSETS, Frame, Item, Menu, View, asset, view
from worker.deployment import Deployment

if TYPE_CHECKING:
    from integrations.oidc.provider import Provider

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""What a page may load: nothing from elsewhere, nothing written into it."""
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
FOR_A_YEAR = "public, max-age=31536000, immutable"
Endpoint = Callable[..., Any]


async def _legible(request: Request) -> None:
    """Refuse what no page of ours sends and PostgreSQL cannot hold: a NUL in a text."""
    sent: list[tuple[str, object]] = [*request.query_params.multi_items(), *request.path_params.items()]
    if request.method == "POST":
        sent += (await request.form()).multi_items()
    if any(isinstance(value, str) and "\0" in value for _, value in sent):
        raise HTTPException(HTTPStatus.BAD_REQUEST)


LEGIBLE = Depends(_legible)


class NotSignedIn(Exception):  # noqa: N818 - named by what is the case
    """Nobody is signed in."""


class NotAllowed(Exception):  # noqa: N818 - named by what is the case
    """The role of whoever is signed in does not go so far; or a form did not come from a page of theirs."""


class Place(NamedTuple):
    """A page of the menu: its address, its words, who sees it, and what waits there."""

    href: str
    label: str
    right: Right = Right.READ
    waiting: Callable[[Connection, Viewer], int] | None = None


def seen(request: Request) -> Viewer:
    """Return whoever a guard has let in; a form whose seal is no text never came to the guard."""
    viewer: Viewer | None = getattr(request.state, "viewer", None)
    if viewer is None:
        raise HTTPException(HTTPStatus.BAD_REQUEST)
    return viewer


Seer = Annotated[Viewer, Depends(seen)]


class Site:
    """The pages of one installation."""

    def __init__(
        self, deployment: Callable[[], Deployment], address: str = "", provider: "Provider | None" = None
    ) -> None:
        """Hold what pages need; ``address`` is where it is reached, on this machine alone without one.

        ``provider`` is the identity provider that vouches for colleagues, if there is one.
        """
        self._deployment = deployment
        self._address = address.rstrip("/")
        self.provider = provider
        self._secure = address.startswith("https:")
        self._hosts = {urlsplit(address).netloc.lower()} if address else set()
        self.rights: dict[tuple[str, str], Right | None] = {}
        """What each route needs, by method and path; `None`: nothing."""

    @property
    def deployment(self) -> Deployment:
        """What the pages are of."""
        return self._deployment()

    @property
    def access(self) -> Access:
        """Who may come in."""
        return Access(self.deployment.database)

    # -- routes --------------------------------------------------------------------------------------

    def shows(self, app: FastAPI, path: str, endpoint: Endpoint, right: Right = Right.READ) -> None:
        """Serve a page to whoever has a right."""
        guards = [LEGIBLE, Depends(partial(_reading, self, right))]
        app.add_api_route(path, endpoint, methods=[*READING], dependencies=guards)
        self.rights |= {(method, path): right for method in READING}

    def does(self, app: FastAPI, path: str, endpoint: Endpoint, right: Right) -> None:
        """Take a form from whoever has a right, if it comes from a page of theirs."""
        guards = [LEGIBLE, Depends(partial(_acting, self, right))]
        app.add_api_route(path, telling(endpoint), methods=["POST"], dependencies=guards)
        self.rights["POST", path] = right

    def opens(self, app: FastAPI, path: str, endpoint: Endpoint, methods: tuple[str, ...] = READING) -> None:
        """Serve something to anybody."""
        guards = [LEGIBLE, Depends(partial(_hosted, self))]
        app.add_api_route(path, endpoint, methods=[*methods], dependencies=guards)
        self.rights |= {(method, path): None for method in methods}

    def is_here(self, host: str) -> bool:
        """Tell whether a name is one of ours: else a page of a stranger's could be us to a browser."""
        name = host.lower()
        return name in self._hosts or (urlsplit(f"//{name}").hostname or "") in LOOPBACK

    def address(self, request: Request) -> str:
        """Return under which address a browser has come; its name has been found to be one of ours."""
        return self._address or f"http://{request.headers.get('host', '')}"

    def viewer(self, request: Request) -> Viewer | None:
        """Return who is asking."""
        return self.access.viewer(request.cookies.get(COOKIE, ""))

    # -- answers -------------------------------------------------------------------------------------

    def page(self, content: View, viewer: Viewer | None = None, status: int = HTTPStatus.OK) -> HTMLResponse:
        """Answer with a page, in its frame for whoever reads it."""
        frame, language = self._frame(content, viewer)
        return HTMLResponse(view(frame, content, language), status, {"Content-Security-Policy": POLICY})

    def _frame(self, content: View, viewer: Viewer | None) -> tuple[Frame, str]:
        company = self.deployment.settings.company_name
        if viewer is None:
            return Frame(company_name=company), "en"
        with self.deployment.database.read() as connection:
            live = is_live(connection)
            menu = _menu(connection, viewer, content.here)
        frame = Frame(
            company_name=company,
            email=viewer.user.email,
            role=viewer.user.role,
            seal=viewer.seal,
            menu=menu,
            banner="" if live else DRY,
        )
        return frame, viewer.user.language

    def signed_in(self, token: str, to: str) -> Response:
        """Answer with a session's cookie, and where to go."""
        answer = goes(to)
        self.keep(answer, COOKIE, token, LASTS_MS // 1000)
        return answer

    def keep(self, answer: Response, name: str, value: str, lasts_s: int, path: str = "/") -> None:
        """Let a browser keep a cookie that no script reads and no other site's page sends a form with."""
        answer.set_cookie(
            name, value, max_age=lasts_s, path=path, httponly=True, secure=self._secure, samesite="lax"
        )

    def signed_out(self) -> Response:
        """Answer without the cookie."""
        answer = goes("/sign-in")
        answer.delete_cookie(COOKIE, httponly=True, secure=self._secure, samesite="lax")
        return answer


DRY = "This is a dry-run: everything is judged and nothing is sent until somebody says `seatsignal go-live`."


def goes(to: str, *, done: str = "", wrong: str = "", **params: str) -> Going:
    """Send a browser on after a form, to a page that says what was done or what was wrong."""
    return Going(to, Said(done, wrong), params)


def inside(path: str) -> str:
    """Return where to go after signing in: a path of ours, never an address elsewhere."""
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if is_ours else "/"


def _hosted(site: Site, request: Request) -> None:
    if not site.is_here(request.headers.get("host", "")):
        raise HTTPException(HTTPStatus.MISDIRECTED_REQUEST)


def _reading(site: Site, right: Right, request: Request) -> None:
    _hosted(site, request)
    viewer = site.viewer(request)
    if viewer is None:
        raise NotSignedIn
    if not viewer.may(right):
        raise NotAllowed
    request.state.viewer = viewer


def _acting(site: Site, right: Right, request: Request, seal: Annotated[str, Form()] = "") -> None:
    _reading(site, right, request)
    if not is_sealed(request.state.viewer, seal):
        raise NotAllowed


def _held(connection: Connection, viewer: Viewer) -> int:
    return len(letters(connection, viewer))


def _held_runs(connection: Connection, _viewer: Viewer) -> int:
    return len(runs.held(connection))


MENU: Mapping[str, tuple[Place, ...]] = {
    "": (
        Place("/", "Today"),
        Place("/accounts", "Accounts"),
        Place("/risk", "At risk"),
        Place("/expansions", "Room to grow"),
        Place("/renewals", "Renewals"),
    ),
    "Figures": (
        Place("/licences", "Licences"),
        Place("/activation", "Activation"),
        Place("/validations", "Validations"),
        Place("/cohorts", "Cohorts"),
        Place("/quotas", "Quotas"),
        Place("/friction", "Friction"),
        Place("/review", "Review"),
        Place("/experiments", "Experiments"),
        Place("/figures", "Every figure"),
        Place("/metrics", "Metrics"),
    ),
    "Letters": (Place("/approvals", "Approvals", Right.APPROVE, _held),),
    "Governance": (
        Place("/sources", "Sources"),
        Place("/identity", "Identity", Right.IDENTIFY),
        Place("/deliveries", "Deliveries", Right.OPERATE, _held_runs),
        Place("/gates", "Stopped by gates"),
        Place("/rules", "Rules"),
    ),
    "Administration": (
        Place("/start", "First steps", Right.OPERATE),
        Place("/users", "Users", Right.ADMINISTER),
        Place("/tokens", "Tokens", Right.ADMINISTER),
        Place("/settings", "Settings", Right.ADMINISTER),
        Place("/audit", "Audit log", Right.ADMINISTER),
    ),
}
"""By the title of a group."""


def _menu(connection: Connection, viewer: Viewer, here: str) -> tuple[Menu, ...]:
    return tuple(
        Menu(title=title, items=items)
        for title, places in MENU.items()
        if (
            items := tuple(_item(connection, viewer, each, here) for each in places if viewer.may(each.right))
        )
    )


def _item(connection: Connection, viewer: Viewer, place: Place, here: str) -> Item:
    return Item(
        label=place.label,
        href=place.href,
        is_here=place.href == here,
        count=place.waiting(connection, viewer) if place.waiting else 0,
    )


def serve_assets(site: Site, app: FastAPI) -> None:
    """Serve the files that every page asks for; their addresses hold their hash, so they may be kept."""
    for name in ASSETS.values():
        made = asset(name)
        headers = {"Cache-Control": FOR_A_YEAR}
        answer = partial(Response, made.body, media_type=made.media_type, headers=headers)
        site.opens(app, made.path, _asset(answer))


def _asset(answer: Callable[[], Response]) -> Endpoint:
    def serve() -> Response:
        """Answer with a file."""
        return answer()

    return serve
