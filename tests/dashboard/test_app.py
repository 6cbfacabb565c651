from collections.abc import Iterator
from functools import cache
from http.client import HTTPConnection
from itertools import product
from pathlib import Path
from urllib.parse import quote, urlsplit

import psycopg
import pytest
import requests
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.app import create_app
from store.database import Database
from tests.dashboard.conftest import COMPANY, NOBODY, Site, is_fenced, served
from tests.dashboard.test_surveys import someone
from tests.databases import MIGRATED, Databases
from tests.services import PostgreSQL, free_port

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")
SAVE = {"save": "yes", "score": "7"}
ANSWERS = {
    ("/healthz", "GET"): 200,
    ("/healthz", "HEAD"): 200,
    ("/style.css", "GET"): 200,
    ("/style.css", "HEAD"): 200,
    ("/u/{token}", "GET"): 200,
    ("/u/{token}", "HEAD"): 200,
    ("/u/{token}", "POST"): 200,
    ("/p/{token}", "GET"): 200,
    ("/p/{token}", "HEAD"): 200,
    ("/p/{token}", "POST"): 200,
    ("/s/{token}", "GET"): 200,
    ("/s/{token}", "HEAD"): 200,
    ("/s/{token}", "POST"): 200,
    ("/webhooks/{source}", "POST"): 404,
}
"""Every route and method there is. A new one fails the first test until it is listed here."""
PATHS = sorted({path for path, _ in ANSWERS})
WITH_TOKEN = ("/p/{token}", "/s/{token}", "/u/{token}")


@cache
def survey_path(site: Site) -> str:
    """The path of a survey that somebody at the site was asked, the same each time."""
    return urlsplit(someone(site).link()).path


def path_of(site: Site, route: str) -> str:
    """A route's path with a good token in it."""
    if route == "/s/{token}":
        return survey_path(site)
    made = {
        "/u/{token}": site.links.unsubscribe("router", "renewal"),
        "/p/{token}": site.links.preferences("router"),
    }
    return urlsplit(made.get(route, route)).path


def test_the_table_lists_every_route(shared_site: Site):
    routes = shared_site.app.routes
    assert all(isinstance(route, APIRoute) for route in routes)
    assert {(r.path, method) for r in routes if isinstance(r, APIRoute) for method in r.methods} == set(
        ANSWERS
    )


@pytest.mark.parametrize(("route", "method"), list(product(PATHS, METHODS)))
def test_every_route_and_method(shared_site: Site, http: requests.Session, route: str, method: str):
    answer = http.request(method, shared_site.url + path_of(shared_site, route), data=SAVE)
    assert answer.status_code == ANSWERS.get((route, method), 405)
    assert is_fenced(answer)
    if answer.status_code == 405:
        assert answer.headers["Allow"] == ", ".join(sorted(m for path, m in ANSWERS if path == route))
        assert method == "HEAD" or "That is not possible here" in answer.text
    assert (answer.text == "") == (method == "HEAD")


@pytest.mark.parametrize(
    ("route", "method"), [(path, method) for path, method in ANSWERS if path in WITH_TOKEN]
)
@pytest.mark.parametrize(
    "token", ["x", "a.b.c", "%00", "%ff", "%2e%2e", "%C3%BC", "%0d%0aSet-Cookie:%20a=b", "a" * 8_000]
)
def test_a_link_that_is_not_ours(
    shared_site: Site, http: requests.Session, route: str, method: str, token: str
):
    answer = http.request(method, shared_site.url + route.replace("{token}", token), data=SAVE)
    assert answer.status_code == 404
    assert is_fenced(answer)
    assert "Set-Cookie" not in answer.headers
    assert method == "HEAD" or "This link does not work" in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/u",
        "/u/",
        "/p/",
        "/u/a/b",
        "/docs",
        "/redoc",
        "/openapi.json",
        "/..%2f..%2fetc/passwd",
        "//x",
        "/healthz/",
    ],
)
def test_nothing_else_is_served(shared_site: Site, http: requests.Session, path: str):
    answer = http.get(shared_site.url + path, allow_redirects=False)
    assert answer.status_code == 404
    assert is_fenced(answer)


@pytest.fixture
def line(shared_site: Site) -> Iterator[HTTPConnection]:
    """One connection for many requests."""
    connection = HTTPConnection(urlsplit(shared_site.url).netloc, timeout=20)
    yield connection
    connection.close()


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_an_altered_token_is_not_found(shared_site: Site, line: HTTPConnection, data: st.DataObject):
    """`tests.config.test_links` alters thousands; this shows that they are refused at the door, too."""
    path = path_of(shared_site, data.draw(st.sampled_from(WITH_TOKEN)))
    place = data.draw(st.integers(3, len(path) - 1))
    other = data.draw(st.characters(exclude_characters=path[place], exclude_categories=["Cs"]))
    altered = quote(path[:place] + other + path[place + 1 :], safe="/")
    line.request("POST", altered, "save=yes&score=7", {"Content-Type": "application/x-www-form-urlencoded"})
    answer = line.getresponse()
    answer.read()
    assert answer.status == 404


def test_health_says_yes_and_no_more(site: Site, http: requests.Session):
    answer = http.get(f"{site.url}/healthz")
    assert (answer.status_code, answer.json()) == (200, {"ok": True})


@pytest.fixture
def away(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database that cannot be reached."""
    urls = {
        "sqlite": f"sqlite:///{tmp_path}",  # a folder
        "postgresql": f"postgresql://seatsignal:hunter2@127.0.0.1:{free_port()}/seatsignal",
    }
    database = Database(urls[request.param])
    yield database
    database.close()


@pytest.mark.parametrize("away", ["sqlite", "postgresql"], indirect=True)
def test_without_a_database_every_page_says_so(away: Database, shared_site: Site, http: requests.Session):
    with served(create_app(away, COMPANY, NOBODY)) as url:
        health = http.get(f"{url}/healthz")
        pages = [
            http.request(method, url + path_of(shared_site, route), data=SAVE)
            for route, method in ANSWERS
            if route in WITH_TOKEN and method != "HEAD"
        ]
    assert (health.status_code, health.json()) == (503, {"ok": False})
    for page in pages:
        assert page.status_code == 503
        assert page.headers["Retry-After"] == "60"
        assert "Our records cannot be reached just now. Nothing was changed." in page.text
        assert "hunter2" not in page.text


def test_a_database_that_goes_away_while_we_serve(
    postgresql_server: PostgreSQL, databases: Databases, postgresql_url: str, http: requests.Session
):
    database = Database(postgresql_url)
    name = database.url.database
    with served(create_app(database, COMPANY, NOBODY)) as url:
        assert http.get(f"{url}/healthz").status_code == 200
        with psycopg.connect(postgresql_server.url("postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        assert http.get(f"{url}/healthz").status_code == 503
        assert http.get(f"{url}/u/x").status_code == 503
        databases.create(name, MIGRATED)
        assert http.get(f"{url}/healthz").status_code == 200
    database.close()
