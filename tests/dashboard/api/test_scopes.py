"""Every route by every scope, from the router's own list; and tokens that do not count."""

import pytest
from sqlalchemy import update
from starlette.routing import Route

from dashboard.access import COOKIE
from dashboard.api.callers import Scope
from dashboard.api.lists import COLLECTIONS, scope_of
from dashboard.api.whole import service
from store import tokens as store_tokens
from store.tables import tokens
from tests.book import LEAVING
from tests.dashboard.api.conftest import BASE, Program, Served
from tests.dashboard.conftest import is_fenced

FILLED = {"{key}": LEAVING, "{name}": "active_licences"}
"""What stands for the parts of a path."""


def routes(api: Served) -> list[str]:
    found = [route.path for route in api.app.routes if isinstance(route, Route)]
    return [path.removeprefix(BASE) for path in found if path.startswith(BASE)]


def filled(path: str) -> str:
    for part, value in FILLED.items():
        path = path.replace(part, value)
    return path


def scopes(api: Served) -> dict[str, Scope | None]:
    return {each.path: each.scope for each in service(lambda: api.deployment).operations}


def test_every_route_says_what_scope_it_needs(api: Served):
    assert routes(api) == list(scopes(api))
    assert [path for path, scope in scopes(api).items() if scope is None] == ["/openapi.json"]


@pytest.mark.parametrize("held", Scope)
def test_every_route_is_open_to_its_scope_and_to_no_other(api: Served, held: Scope):
    program = api.program(held)
    for path, scope in scopes(api).items():
        answer = program.get(filled(path))
        if scope in {None, held}:
            assert answer.status_code in {200, 404}, path
        else:
            assert answer.status_code == 403, path
            assert f'scope="{scope}"' in answer.headers["WWW-Authenticate"]
            assert "data" not in answer.json()


@pytest.mark.parametrize("token", ["", "sst_nothing", "nobody's", "sst_" + "A" * 43, "é"])
def test_nobody_sees_anything_without_a_token_that_counts(api: Served, token: str):
    program = Program(api.url)
    headers = {"Authorization": f"Bearer {token}".encode()} if token else {}
    for path, scope in scopes(api).items():
        answer = program.get(filled(path), headers)
        assert answer.status_code == (401 if scope else 200), path
        if scope:
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
            assert LEAVING not in answer.json()["detail"]


def test_a_cookie_is_none(api: Served):
    program = api.program()
    program.http.headers.pop("Authorization")
    program.http.cookies.set(COOKIE, program.token)

    assert program.get("/accounts").status_code == 401
    assert program.get("/accounts", access_token=program.token).status_code == 401


@pytest.mark.parametrize("values", [{"ends_ms": 1}, {"revoked_ms": 1}])
def test_a_token_that_has_ended_or_was_revoked_is_as_one_that_never_was(own_api: Served, values):
    program = own_api.program()
    assert program.get("/sources").status_code == 200
    with own_api.database.write() as connection:
        connection.execute(update(tokens).values(values))

    answer, never = program.get("/sources"), Program(own_api.url, "sst_never").get("/sources")

    assert (answer.status_code, answer.json()) == (never.status_code, never.json())
    assert answer.headers["WWW-Authenticate"] == never.headers["WWW-Authenticate"]


def test_only_the_hash_of_a_token_is_kept(own_api: Served):
    program = own_api.program(name="board")
    assert program.get("/sources").ok
    with own_api.database.read() as connection:
        rows = connection.execute(tokens.select()).all()
        (kept,) = store_tokens.everyone(connection)

    assert program.token not in str(rows)
    assert kept.seen_ms is not None
    assert len(program.token) == 47


def test_a_token_has_so_many_calls_a_minute(own_api: Served):
    program, other = own_api.program(), own_api.program()

    left = [program.get("/sources").headers["RateLimit"] for _ in range(3)]
    refused = program.get("/sources")

    assert [each.split(";")[1] for each in left] == ["r=2", "r=1", "r=0"]
    assert refused.status_code == 429
    assert refused.json()["violated-policies"] == ["minute"]
    assert refused.headers["RateLimit-Policy"] == '"minute";q=3;w=60'
    assert refused.headers["RateLimit"] == f'"minute";r=0;t={refused.headers["Retry-After"]}'
    assert other.get("/sources").ok, "each token has its own"


def test_the_next_minute_has_calls_again(own_api: Served):
    program = own_api.program()
    assert [program.get("/sources").status_code for _ in range(4)] == [200, 200, 200, 429]
    with own_api.database.write() as connection:
        connection.execute(update(tokens).values(minute=tokens.c.minute - 1))

    assert program.get("/sources").headers["RateLimit"].split(";")[1] == "r=2"


def test_a_refused_call_is_counted_too(own_api: Served):
    program = own_api.program(Scope.FIGURES)

    assert [program.get("/sources").status_code for _ in range(4)] == [403, 403, 403, 429]


def test_a_list_that_nobody_has_placed_needs_the_scope_of_operations():
    assert scope_of("a list of tomorrow") is Scope.OPERATIONS
    assert {scope_of(name) for name in ("accounts", "risk", "signals")} == {Scope.ACCOUNTS}
    assert set(COLLECTIONS) >= {"accounts", "signals", "figures", "experiments", "sources"}


def test_every_answer_is_fenced(program: Program):
    for path in ("/nothing", "/accounts/nobody"):
        assert is_fenced(program.get(path))
