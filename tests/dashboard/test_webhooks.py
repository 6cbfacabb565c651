"""A vendor's call is verified, kept once as it came, and rung for; anybody else's is refused."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from dashboard.app import create_app
from dashboard.fence import CALL_LIMIT
from dashboard.webhooks import Hooks
from integrations.errors import Misconfigured
from integrations.roles import Webhook
from store import inbox
from store.database import Database
from tests.calls import SIGNED, VENDOR, Calls, call
from tests.dashboard.conftest import COMPANY, is_fenced, served


def webhook(name: str) -> Webhook:
    if name != VENDOR:
        raise Misconfigured("no_such_integration")
    return Calls()


@pytest.fixture
def rung() -> list[str]:
    return []


@pytest.fixture
def url(emptied_database: Database, rung: list[str]) -> Iterator[str]:
    with served(create_app(emptied_database, COMPANY, Hooks(webhook, rung.append))) as address:
        yield address


def post(url: str, body: bytes, vendor: str = VENDOR, headers: dict[str, str] = SIGNED) -> requests.Response:
    return requests.post(f"{url}/webhooks/{vendor}", data=body, headers=headers, timeout=10)


def kept(database: Database) -> list[bytes]:
    with database.read() as connection:
        return [each.body for each in inbox.waiting(connection, VENDOR, 100)]


def test_a_call_is_kept_as_it_came_and_rung_for(url, emptied_database, rung):
    answer = post(url, call("e1"))
    assert (answer.status_code, answer.content) == (204, b"")
    assert is_fenced(answer)
    assert (kept(emptied_database), rung) == ([call("e1")], [VENDOR])


def test_it_is_kept_before_anybody_is_rung_for(emptied_database):
    found: list[list[bytes]] = []
    hooks = Hooks(webhook, lambda _source: found.append(kept(emptied_database)))
    with served(create_app(emptied_database, COMPANY, hooks)) as address:
        assert post(address, call("e1")).status_code == 204
    assert found == [[call("e1")]]


def test_a_call_that_comes_again_is_taken_and_changes_nothing(url, emptied_database, rung):
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: post(url, call("e1")).status_code, range(24)))
    assert answers == [204] * 24
    assert (kept(emptied_database), rung) == ([call("e1")], [VENDOR])


@pytest.mark.parametrize(
    ("vendor", "headers", "body", "status"),
    [
        (VENDOR, {}, call("e1"), 400),
        (VENDOR, {"X-Signature": "guess"}, call("e1"), 400),
        ("pigeon", SIGNED, call("e1"), 404),
        (VENDOR, SIGNED, b"x" * (CALL_LIMIT + 1), 413),
    ],
)
def test_anybody_else_is_refused_and_nothing_is_kept(  # noqa: PLR0917 - fixtures and a table
    url, emptied_database, rung, vendor, headers, body, status
):
    answer = post(url, body, vendor, headers)
    assert answer.status_code == status
    assert "sesame" not in answer.text
    assert (kept(emptied_database), rung) == ([], [])


def test_a_large_call_is_taken(url, emptied_database):
    assert post(url, call("e1", ticket="t" * 200_000)).status_code == 204
    assert len(kept(emptied_database)) == 1


class Many(Calls):
    """A vendor with many calls, of which some are noise."""

    patient = True

    def verify(self, headers, body):
        name = super().verify(headers, body)
        return "" if name.startswith("noise") else name


def test_a_call_of_many_rings_for_nobody_and_noise_is_not_kept(emptied_database, rung):
    with served(create_app(emptied_database, COMPANY, Hooks(lambda _: Many(), rung.append))) as address:
        assert [post(address, call(name)).status_code for name in ("e1", "noise1")] == [204, 204]
    assert (kept(emptied_database), rung) == ([call("e1")], [])
