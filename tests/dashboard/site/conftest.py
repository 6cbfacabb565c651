"""A dashboard under test: a small book that was judged, colleagues of each role, and a browser's manners."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any

import pytest
import requests
from fastapi import FastAPI

from dashboard.access import COOKIE, LASTS_MS, ROLES, digest
from dashboard.app import create_app
from dashboard.passwords import hashed
from dashboard.site import Site
from integrations.files.source import FilesSource
from store import users
from store.database import Database
from tests import services
from tests.book import DAY, deployment, judge_day, judge_eve
from tests.dashboard.conftest import COMPANY, NOBODY, served
from worker.deployment import Deployment

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium
    from playwright.sync_api import ConsoleMessage, Page

Visit = Callable[..., "Page"]
PASSWORD = "a quiet river at noon"
NAME = "seatsignal.sqlite3"


@dataclass
class Browser:
    """One colleague's browser."""

    url: str
    http: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.http.trust_env = False

    def get(self, path: str, **params: str) -> requests.Response:
        return self.http.get(f"{self.url}{path}", params=params, timeout=30)

    def post(self, path: str, seal: str | None = None, **fields: str) -> requests.Response:
        """Send a form as a page of ours does; with another seal if one is given."""
        sent = {"seal": self.seal() if seal is None else seal, **fields}
        return self.http.post(f"{self.url}{path}", data=sent, timeout=30)

    def seal(self) -> str:
        """What a page of this session holds."""
        return self.get("/me").text.partition('name="seal" value="')[2].partition('"')[0]

    def sign_in(self, email: str, password: str = PASSWORD, to: str = "/") -> requests.Response:
        sent = {"email": email, "password": password, "to": to}
        return self.http.post(f"{self.url}/sign-in", data=sent, timeout=30)


@dataclass(frozen=True)
class Desk:
    """The dashboard of a book on the day with news; a colleague of each role is called after it."""

    url: str
    app: FastAPI
    site: Site
    deployment: Deployment

    @property
    def database(self) -> Database:
        return self.deployment.database

    def browser(self, role: str = "") -> Browser:
        """A browser, signed in as a role; the door itself has tests of its own."""
        browser = Browser(self.url)
        if role:
            with self.database.write() as connection:
                user = users.find(connection, address(role))
                assert user is not None
                token = token_urlsafe(32)
                users.begin(connection, user.id, digest(token), "a test", LASTS_MS)
            browser.http.cookies.set(COOKIE, token)
        return browser


def address(role: str) -> str:
    return f"{role}@seller.example"


def add_colleagues(database: Database) -> None:
    """Add a colleague of each role, and one who sees their own accounts alone, of which there are none."""
    kept = hashed(PASSWORD)
    with database.write() as connection:
        for role in ROLES:
            users.add(connection, address(role), role, kept, own_only=False)
        users.add(connection, address("own"), "csm", kept, own_only=True)


def judge(url: str, folder: Path) -> None:
    """Judge the book's two days in a database, and add the colleagues who look at them."""
    made = deployment(url)
    judge_eve(made, folder / "eve")
    judge_day(made, folder / "day", DAY)
    add_colleagues(made.database)
    made.database.close()


def opened(url: str, folder: Path) -> Iterator[Desk]:
    """A desk over a database that was judged, from files in a folder."""
    made = deployment(url)
    made.use_source("files", FilesSource(folder / "day"))
    site = Site(lambda: made)
    app = create_app(made.database, COMPANY, NOBODY, site=site)
    with served(app) as address_:
        yield Desk(address_, app, site, made)
    made.database.close()


@pytest.fixture(scope="session")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database that was judged, to be copied, and the files that it was judged from."""
    from store.schema import migrate  # noqa: PLC0415 - loads Alembic

    folder = tmp_path_factory.mktemp("judged")
    url = f"sqlite:///{folder / NAME}"
    made = Database(url)
    migrate(made)
    made.close()
    judge(url, folder)
    return folder


def copy(judged: Path, folder: Path) -> str:
    return f"sqlite:///{shutil.copy(judged / NAME, folder)}"


@pytest.fixture(scope="session")
def desk(judged: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk that tests look at and leave as it was."""
    yield from opened(copy(judged, tmp_path_factory.mktemp("desk")), judged)


@pytest.fixture
def own_desk(judged: Path, tmp_path: Path) -> Iterator[Desk]:
    """A desk of this test's own, to change what it likes."""
    yield from opened(copy(judged, tmp_path), judged)


@pytest.fixture(scope="module")  # its loop runs in this thread for as long, and allows no other in it
def chromium() -> Iterator["Chromium"]:
    """The system's Chromium, driven by Playwright."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - few tests look at a page

    with sync_playwright() as playwright:
        arguments = [
            "--no-sandbox"
        ]  # tests may run as root, where there is none; only our own pages are opened
        browser = playwright.chromium.launch(executable_path=str(services.browser()), args=arguments)
        yield browser
        browser.close()


def is_error(message: "ConsoleMessage") -> bool:
    """Whether a page's script went wrong; that a page is none of ours is said there, too."""
    return message.type == "error" and "Failed to load resource" not in message.text


@pytest.fixture
def visit(chromium: "Chromium") -> Iterator[Visit]:
    """Opens a desk as a role sees it, at a width, in a colour scheme; an error of a page's scripts fails."""
    contexts, said = [], []

    def open_(
        desk: Desk, role: str = "", path: str = "/", *, width: int = 1440, scheme: Any = "light"
    ) -> "Page":
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, accept_downloads=True
        )
        contexts.append(context)
        if role:
            cookie = desk.browser(role).http.cookies[COOKIE]
            context.add_cookies([{"name": COOKIE, "value": cookie, "url": desk.url}])
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text) if is_error(message) else None)
        page.goto(f"{desk.url}{path}")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert said == []
